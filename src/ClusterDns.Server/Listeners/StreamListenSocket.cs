using System.Net;
using System.Net.Sockets;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners;

/// <summary>Sockets that connections are accepted from.</summary>
internal static class StreamListenSocket
{
    /// <summary>
    /// A bound socket. Another process that has the address is an error; a socket of this process that includes it is not, as far
    /// as the system can share.
    /// </summary>
    /// <param name="endpoint">Where; port 0 for any.</param>
    /// <param name="ports">What this process has.</param>
    /// <param name="dualMode">Whether the wildcard address of IPv6 takes IPv4 too.</param>
    /// <exception cref="SocketException">The address is taken, not this host's, or not allowed.</exception>
    internal static Socket Bind(IPEndPoint endpoint, OwnPorts ports, bool dualMode)
    {
        try
        {
            return Bind(endpoint, dualMode, share: false);
        }
        catch (SocketException failure) when (
            failure.SocketErrorCode == SocketError.AddressAlreadyInUse &&
            OperatingSystem.IsLinux() &&
            ports.Overlap(ProtocolType.Tcp, endpoint))
        {
            return Bind(endpoint, dualMode, share: true);
        }
    }

    private static Socket Bind(IPEndPoint endpoint, bool dualMode, bool share)
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = dualMode;
            }

            if (share)
            {
                SetReusePort(socket);
            }

            socket.Bind(endpoint);
            if (!share && OperatingSystem.IsLinux())
            {
                // Only now: before, it would have hidden another process; from now on, this one's next configuration may join.
                SetReusePort(socket);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void SetReusePort(Socket socket)
        => socket.SetRawSocketOption(SocketCalls.LevelSocket, SocketCalls.ReusePort, BitConverter.GetBytes(1));
}
