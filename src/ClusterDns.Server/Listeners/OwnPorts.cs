using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners;

/// <summary>
/// What this process listens on. A socket is bound as if nobody else were to have its address, so that another process there is
/// noticed; only where this process itself is there already, in the middle of a reload or by a wildcard address, do sockets
/// share.
/// </summary>
internal sealed class OwnPorts
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ProtocolType Protocol, int Port), List<IPAddress>> _open = [];

    /// <summary>Whether a socket of this process has the address, or one that includes it.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal bool Overlap(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            return _open.TryGetValue((protocol, endpoint.Port), out List<IPAddress>? addresses) &&
                addresses.Exists(own => IsWildcard(own) || IsWildcard(endpoint.Address) || own.Equals(endpoint.Address));
        }
    }

    /// <summary>Notes an address; once for each listener that has it.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal void Add(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue((protocol, endpoint.Port), out List<IPAddress>? addresses))
            {
                addresses = [];
                _open.Add((protocol, endpoint.Port), addresses);
            }

            addresses.Add(endpoint.Address);
        }
    }

    /// <summary>Forgets what <see cref="Add"/> noted once.</summary>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="endpoint">The address and port.</param>
    internal void Remove(ProtocolType protocol, IPEndPoint endpoint)
    {
        lock (_lock)
        {
            if (_open.TryGetValue((protocol, endpoint.Port), out List<IPAddress>? addresses) && addresses.Remove(endpoint.Address) &&
                addresses.Count == 0)
            {
                _open.Remove((protocol, endpoint.Port));
            }
        }
    }

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
