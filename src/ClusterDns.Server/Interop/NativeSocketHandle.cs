using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Interop;

/// <summary>
/// A UDP socket of Linux. Whoever may still send on it holds a reference, so that the descriptor's number is never somebody
/// else's.
/// </summary>
internal sealed unsafe class NativeSocketHandle : SafeHandle
{
    /// <summary>Made by <see cref="Create"/>.</summary>
    public NativeSocketHandle()
        : base(-1, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The descriptor, for a caller that holds a reference.</summary>
    internal int Descriptor => (int)handle;

    /// <summary>Makes a datagram socket; one of IPv6 takes IPv6 alone.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <exception cref="SocketException">The host does not have the family, or no descriptor is left.</exception>
    internal static NativeSocketHandle Create(AddressFamily family)
    {
        bool v6 = family == AddressFamily.InterNetworkV6;
        int descriptor = SocketCalls.Create(
            v6 ? SocketCalls.FamilyIPv6 : SocketCalls.FamilyIPv4, SocketCalls.TypeDatagram | SocketCalls.TypeCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw ErrorNumbers.LastError();
        }

        NativeSocketHandle socket = new();
        socket.SetHandle(descriptor);
        if (v6)
        {
            socket.SetOption(SocketCalls.LevelIPv6, SocketCalls.IPv6Only, 1);
        }

        return socket;
    }

    /// <summary>Sets an option.</summary>
    /// <exception cref="SocketException">It was refused.</exception>
    internal void SetOption(int level, int name, int value)
    {
        if (!TrySetOption(level, name, value))
        {
            throw ErrorNumbers.LastError();
        }
    }

    /// <summary>Sets an option that the socket can do without.</summary>
    internal bool TrySetOption(int level, int name, int value)
        => SocketCalls.SetOption(this, level, name, &value, sizeof(int)) == 0;

    /// <summary>Sets how long a receive that waits does so at most.</summary>
    /// <exception cref="SocketException">It was refused.</exception>
    internal void SetReceiveTimeout(int milliseconds)
    {
        // struct timeval: seconds and microseconds.
        nint* time = stackalloc nint[] { milliseconds / 1000, milliseconds % 1000 * 1000 };
        if (SocketCalls.SetOption(this, SocketCalls.LevelSocket, SocketCalls.ReceiveTimeout, (int*)time, (uint)(2 * sizeof(nint))) != 0)
        {
            throw ErrorNumbers.LastError();
        }
    }

    /// <summary>Binds to an address.</summary>
    /// <exception cref="SocketException">It is taken, not this host's, or not allowed.</exception>
    internal void Bind(IPEndPoint endpoint)
    {
        if (!TryBind(endpoint))
        {
            throw ErrorNumbers.LastError();
        }
    }

    /// <summary>Binds to an address that may be taken.</summary>
    internal bool TryBind(IPEndPoint endpoint)
    {
        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        uint length = SocketAddressBytes.Write(address, endpoint);
        return SocketCalls.Bind(this, address, length) == 0;
    }

    /// <summary>Connects to an address, after which only datagrams from there arrive.</summary>
    internal bool TryConnect(IPEndPoint endpoint)
    {
        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        uint length = SocketAddressBytes.Write(address, endpoint);
        return SocketCalls.Connect(this, address, length) == 0;
    }

    /// <summary>What the socket is bound to.</summary>
    internal NetworkEndpoint GetLocalEndpoint()
    {
        byte* address = stackalloc byte[SocketAddressBytes.MaxLength];
        uint length = SocketAddressBytes.MaxLength;
        return SocketCalls.GetName(this, address, &length) == 0 ? SocketAddressBytes.Read(address) : throw ErrorNumbers.LastError();
    }

    /// <summary>How many datagrams the kernel has dropped because the receive buffer was full; 0 where it is not known.</summary>
    internal uint GetReceiveDrops()
    {
        const int dropsIndex = 8;
        uint* info = stackalloc uint[dropsIndex + 1];
        uint length = (dropsIndex + 1) * sizeof(uint);
        return SocketCalls.GetOption(this, SocketCalls.LevelSocket, SocketCalls.MemoryInfo, info, &length) == 0 &&
            length == (dropsIndex + 1) * sizeof(uint)
            ? info[dropsIndex]
            : 0;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => SocketCalls.Close(handle) == 0;
}
