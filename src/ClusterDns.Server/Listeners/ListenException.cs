using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners;

/// <summary>A listener cannot be opened. The message says which, and what can be done, to a person.</summary>
internal sealed class ListenException : Exception
{
    /// <summary>A failure with a message of its own.</summary>
    /// <param name="message">For a person.</param>
    public ListenException(string message)
        : base(message)
    {
    }

    private ListenException(string message, SocketException failure)
        : base(message, failure)
        => SocketErrorCode = failure.SocketErrorCode;

    /// <summary>What the system said.</summary>
    public SocketError SocketErrorCode { get; }

    /// <summary>What a failed socket call means for a listener.</summary>
    /// <param name="transport"><c>udp</c> or <c>tcp</c>.</param>
    /// <param name="endpoint">Where it was to listen.</param>
    /// <param name="failure">What the call threw.</param>
    internal static ListenException From(string transport, IPEndPoint endpoint, SocketException failure)
    {
        string reason = failure.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "address already in use (is another DNS server running?)",
            SocketError.AccessDenied when endpoint.Port is > 0 and < 1024
                => "permission denied (a port below 1024 needs the capability NET_BIND_SERVICE; or choose another with -dns.port)",
            SocketError.AccessDenied => "permission denied",
            SocketError.AddressNotAvailable => $"no interface of this host has the address {endpoint.Address}",
            SocketError.AddressFamilyNotSupported
                => $"this host does not support {(endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}",
            _ => failure.Message,
        };
        return new ListenException($"listen {transport} {endpoint}: {reason}", failure);
    }
}
