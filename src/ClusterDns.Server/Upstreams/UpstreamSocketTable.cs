using System.Net.Sockets;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Upstreams;

/// <summary>The sockets of one engine by the tokens of their events: opens and closes them, within the bound of the process.</summary>
/// <param name="poll">The thread's epoll.</param>
/// <param name="ids">Random numbers.</param>
/// <param name="ports">What source ports are drawn from.</param>
/// <param name="metrics">What is counted.</param>
internal sealed class UpstreamSocketTable(EventPoll poll, QueryIds ids, EphemeralPorts ports, UpstreamMetrics metrics)
{
    private const ulong TokenBit = 1UL << 32;

    private readonly List<UpstreamSocket?> _sockets = [];
    private readonly Stack<int> _freeSlots = [];

    /// <summary>How many are open.</summary>
    internal int Count { get; private set; }

    /// <summary>Those that are open; a copy, so that what is done with them may close them.</summary>
    internal UpstreamSocket[] Open => [.. _sockets.OfType<UpstreamSocket>()];

    /// <summary>Whether an event is about such a socket.</summary>
    internal static bool IsOwn(ulong token) => token != EventPoll.WakeToken && (token & TokenBit) != 0;

    /// <summary>The socket that an event is about; null when it has been closed meanwhile.</summary>
    internal UpstreamSocket? Find(ulong token) => _sockets[(int)(token & ~TokenBit)];

    /// <summary>Opens a socket. Where none may be opened, one that is at rest makes room if it has to.</summary>
    /// <param name="pool">The upstream's sockets.</param>
    /// <param name="expiresAt">When another port is to take its place.</param>
    /// <param name="isNeeded">Whether there is no other to the upstream.</param>
    internal UpstreamSocket? TryOpen(UpstreamSocketPool pool, long expiresAt, bool isNeeded)
    {
        UpstreamSocket? socket = TryOpen(pool, expiresAt);
        return socket is null && isNeeded && TryCloseOneAtRest() ? TryOpen(pool, expiresAt) : socket;
    }

    /// <summary>Sends no more from a socket; it is closed when its last reply has come or was given up.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="reason">Why.</param>
    internal void Retire(UpstreamSocket socket, PortRetirement reason)
    {
        if (!socket.IsRetired)
        {
            socket.IsRetired = true;
            socket.Pool.Remove(socket);
            metrics.Retired(reason);
        }

        CloseIfDone(socket);
    }

    /// <summary>Closes a socket that sends no more, when nothing is pending.</summary>
    internal void CloseIfDone(UpstreamSocket socket)
    {
        if (!socket.IsRetired || socket.PendingCount > 0 || !ReferenceEquals(_sockets[socket.Slot], socket))
        {
            return;
        }

        _sockets[socket.Slot] = null;
        _freeSlots.Push(socket.Slot);
        socket.Dispose();
        Count--;
        socket.Pool.Ports.Limit.Release();
        metrics.OpenSockets.Add(-1);
    }

    private UpstreamSocket? TryOpen(UpstreamSocketPool pool, long expiresAt)
    {
        if (!pool.Ports.Limit.TryTake())
        {
            metrics.PortsRefusedByLimit.Add();
            return null;
        }

        int slot = _freeSlots.Count > 0 ? _freeSlots.Peek() : _sockets.Count;
        UpstreamSocket? socket = UpstreamSocket.TryOpen(pool, slot, ports, ids, expiresAt);
        if (socket is null || !TryWatch(socket))
        {
            socket?.Dispose();
            pool.Ports.Limit.Release();
            metrics.OpenFailed.Add();
            return null;
        }

        if (slot == _sockets.Count)
        {
            _sockets.Add(socket);
        }
        else
        {
            _sockets[_freeSlots.Pop()] = socket;
        }

        Count++;
        metrics.PortsOpened.Add();
        metrics.OpenSockets.Add(1);
        return socket;
    }

    private bool TryWatch(UpstreamSocket socket)
    {
        try
        {
            poll.Add(socket.Handle.Descriptor, TokenBit | (uint)socket.Slot);
            return true;
        }
        catch (SocketException)
        {
            // The kernel has no memory for it, or the user's bound of watches is reached: as if it could not be opened.
            return false;
        }
    }

    private bool TryCloseOneAtRest()
    {
        if (_sockets.Find(static socket => socket is { PendingCount: 0 }) is not { } atRest)
        {
            return false;
        }

        Retire(atRest, PortRetirement.MadeRoom);
        return true;
    }
}
