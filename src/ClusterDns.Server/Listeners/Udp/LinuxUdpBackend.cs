using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// recvmmsg and sendmmsg on sockets that share their address (SO_REUSEPORT): each worker has its own, and the kernel spreads
/// the clients over them.
/// </summary>
internal sealed class LinuxUdpBackend : IUdpBackend
{
    /// <summary>Whether it works here: the structures are laid out for 64-bit Linux on x64 and arm64.</summary>
    internal static bool IsSupported
        => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <inheritdoc/>
    public IUdpTransport Open(IReadOnlyList<IPEndPoint> endpoints, int workers, ListenerCore core)
        => new NativeUdpTransport(endpoints, workers, core);
}
