using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;
using ClusterDns.Interop;

namespace ClusterDns.Listeners.Udp;

/// <summary>One worker's socket on one address.</summary>
internal sealed class NativeUdpSocket
{
    // Asked for in the hope of riding out a burst while the worker does not run; the system grants what its limits allow.
    private const int ReceiveBufferSize = 4 << 20;
    private const int SendBufferSize = 1 << 20;
    private const int DiscardPort = 9;

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

    /// <summary>Whether it is bound to no address, so that each datagram tells which was asked.</summary>
    internal bool IsWildcard { get; }

    /// <summary>Whether there may be datagrams in it; for the worker alone.</summary>
    internal bool MayHaveMore { get; set; } = true;

    /// <summary>Finds out whether an address is free, as long as SO_REUSEPORT does not yet hide another process that has it.</summary>
    /// <exception cref="SocketException">It is not.</exception>
    internal static void Probe(IPEndPoint endpoint)
    {
        using NativeSocketHandle probe = NativeSocketHandle.Create(endpoint.AddressFamily);
        probe.Bind(endpoint);
    }

    /// <summary>Opens a socket that shares its address with those of the other workers.</summary>
    /// <exception cref="SocketException">The address is taken by others.</exception>
    internal static NativeUdpSocket Open(IPEndPoint endpoint)
    {
        NativeSocketHandle handle = NativeSocketHandle.Create(endpoint.AddressFamily);
        try
        {
            handle.SetOption(SocketCalls.LevelSocket, SocketCalls.ReusePort, 1);
            handle.TrySetOption(SocketCalls.LevelSocket, SocketCalls.ReceiveBuffer, ReceiveBufferSize);
            handle.TrySetOption(SocketCalls.LevelSocket, SocketCalls.SendBuffer, SendBufferSize);
            if (endpoint.Address.Equals(IPAddress.Any))
            {
                handle.SetOption(SocketCalls.LevelIPv4, SocketCalls.IPv4PacketInfo, 1);
            }
            else if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                handle.SetOption(SocketCalls.LevelIPv6, SocketCalls.IPv6ReceivePacketInfo, 1);
            }

            handle.Bind(endpoint);
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
