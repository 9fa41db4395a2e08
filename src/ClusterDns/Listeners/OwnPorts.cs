using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Listeners;

/// <summary>
/// What this process listens on. A socket is bound as if nobody else were to have its address, so that another process there is
/// noticed; only where this process itself is there already, in the middle of a reload or by a wildcard address, do sockets
/// share.
/// </summary>
internal sealed class OwnPorts
{
    private readonly Lock _lock = new();
    private readonly List<(ProtocolType Protocol, IPEndPoint Endpoint)> _open = [];

    /// <summary>Whether a socket of this process has the address, or one that includes it.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal bool Overlap(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            return _open.Exists(own =>
                own.Protocol == protocol &&
                own.Endpoint.Port == endpoint.Port &&
                (IsWildcard(own.Endpoint) || IsWildcard(endpoint) || own.Endpoint.Address.Equals(endpoint.Address)));
        }
    }

    /// <summary>Notes an address; once for each listener that has it.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal void Add(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            _open.Add((protocol, endpoint));
        }
    }

    /// <summary>Forgets what <see cref="Add"/> noted once.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal void Remove(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            _open.Remove((protocol, endpoint));
        }
    }

    private static bool IsWildcard(IPEndPoint endpoint)
        => endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
}
