using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>A way to move datagrams.</summary>
internal interface IUdpBackend
{
    /// <summary>Opens sockets on all the addresses, or on none. Datagrams queue in them until the transport starts.</summary>
    /// <param name="endpoints">Where; the port is not 0.</param>
    /// <param name="workers">How many threads may serve them.</param>
    /// <param name="core">The listener.</param>
    /// <exception cref="ListenException">An address is taken, not this host's, or not allowed.</exception>
    IUdpTransport Open(IReadOnlyList<IPEndPoint> endpoints, int workers, ListenerCore core);
}

/// <summary>Open UDP sockets and whoever serves them.</summary>
internal interface IUdpTransport : IDisposable
{
    /// <summary>How many threads serve.</summary>
    int Workers { get; }

    /// <summary>Begins to serve.</summary>
    void Start();

    /// <summary>Has more threads serve, unless there are as many already; those that join serve at once.</summary>
    /// <param name="workers">How many are to serve.</param>
    /// <exception cref="ListenException">A socket cannot be opened; nobody has joined.</exception>
    void Grow(int workers);

    /// <summary>Has fewer threads serve, unless there are as few already.</summary>
    /// <param name="workers">How many are to stay, at least one.</param>
    /// <returns>Completes when those that leave have served everything that had arrived at them.</returns>
    Task ShrinkAsync(int workers);

    /// <summary>
    /// Stops to receive: completes when everything that had arrived is served. Queries that wait can still be answered until
    /// the transport is disposed.
    /// </summary>
    Task StopReceivingAsync();
}

/// <summary>The backends.</summary>
internal static class UdpBackends
{
    /// <summary>The backend of a kind.</summary>
    /// <param name="kind">Which.</param>
    /// <exception cref="PlatformNotSupportedException">It does not work on this system.</exception>
    internal static IUdpBackend Get(UdpBackendKind kind) => kind switch
    {
        UdpBackendKind.Managed => new ManagedUdpBackend(),
        UdpBackendKind.Native when !LinuxUdpBackend.IsSupported
            => throw new PlatformNotSupportedException("recvmmsg is for 64-bit Linux"),
        UdpBackendKind.Native => new LinuxUdpBackend(),
        _ => LinuxUdpBackend.IsSupported ? new LinuxUdpBackend() : new ManagedUdpBackend(),
    };
}
