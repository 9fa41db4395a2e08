using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>One worker's socket on one address.</summary>
internal sealed class NativeUdpSocket
{
    // Asked for in the hope of riding out a burst while the worker does not run; the system grants what its limits allow.
    private const int ReceiveBufferSize = 4 << 20;
    private const int SendBufferSize = 1 << 20;
    private const int DiscardPort = 9;
    private const int ReceiveTimeoutMilliseconds = 20;

    private readonly IPEndPoint _endpoint;
    private uint _countedDrops;

    private NativeUdpSocket(NativeSocketHandle handle, IPEndPoint endpoint)
    {
        _endpoint = endpoint;
        Handle = handle;
        Local = handle.GetLocalEndpoint();
        IsWildcard = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
    }

    /// <summary>The socket.</summary>
    internal NativeSocketHandle Handle { get; }

    /// <summary>What it is bound to.</summary>
    internal NetworkEndpoint Local { get; }

    /// <summary>Whether it is bound to no address, so that each datagram says which was asked.</summary>
    internal bool IsWildcard { get; }

    /// <summary>Whether there may be datagrams in it; for the worker alone.</summary>
    internal bool MayHaveMore { get; set; } = true;

    /// <summary>Opens the first socket on an address. Later ones of this process may share it.</summary>
    /// <exception cref="SocketException">The address is taken, also by others that would share it.</exception>
    internal static NativeUdpSocket OpenAlone(IPEndPoint endpoint) => Open(endpoint, share: false);

    /// <summary>Opens a socket that shares its address with those of the other workers.</summary>
    /// <exception cref="SocketException">The address is taken by others.</exception>
    internal static NativeUdpSocket OpenShared(IPEndPoint endpoint) => Open(endpoint, share: true);

    private static NativeUdpSocket Open(IPEndPoint endpoint, bool share)
    {
        NativeSocketHandle handle = NativeSocketHandle.Create(endpoint.AddressFamily);
        try
        {
            if (share)
            {
                handle.SetOption(SocketCalls.LevelSocket, SocketCalls.ReusePort, 1);
            }

            handle.TrySetOption(SocketCalls.LevelSocket, SocketCalls.ReceiveBuffer, ReceiveBufferSize);
            handle.TrySetOption(SocketCalls.LevelSocket, SocketCalls.SendBuffer, SendBufferSize);
            handle.SetReceiveTimeout(ReceiveTimeoutMilliseconds);
            if (endpoint.Address.Equals(IPAddress.Any))
            {
                handle.SetOption(SocketCalls.LevelIPv4, SocketCalls.IPv4PacketInfo, 1);
            }
            else if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                handle.SetOption(SocketCalls.LevelIPv6, SocketCalls.IPv6ReceivePacketInfo, 1);
            }

            handle.Bind(endpoint);
            if (!share)
            {
                // Only now: before, it would have hidden another process that has the address.
                handle.SetOption(SocketCalls.LevelSocket, SocketCalls.ReusePort, 1);
            }

            return new NativeUdpSocket(handle, endpoint);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Leaves the group of sockets on the address: from now on datagrams go to the others, while those that had arrived can
    /// still be received, and answered. Closing the socket at once would lose them.
    /// </summary>
    internal void LeaveGroup()
    {
        IPAddress elsewhere = !IsWildcard ? _endpoint.Address
            : _endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        Handle.TryConnect(new IPEndPoint(elsewhere, DiscardPort));
    }

    /// <summary>How many datagrams the kernel has dropped since the last call.</summary>
    internal uint TakeReceiveDrops()
    {
        uint total = Handle.GetReceiveDrops();
        uint news = total - _countedDrops;
        _countedDrops = total;
        return news;
    }
}
