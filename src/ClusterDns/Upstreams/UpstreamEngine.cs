using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ClusterDns.Core.Upstreams;
using ClusterDns.Interop;
using ClusterDns.Listeners.Udp;

namespace ClusterDns.Upstreams;

/// <summary>
/// The datagrams to upstreams of one thread: what is asked during a round goes out in batches at its end, replies come in by the
/// thread's own epoll, and askers go on where they asked. For that thread alone.
/// </summary>
internal sealed class UpstreamEngine : IDisposable
{
    /// <summary>How often an engine looks for queries to send again or to give up, while there are any.</summary>
    internal const int TickMilliseconds = 20;

    private const ulong TokenBit = 1UL << 32;
    private const int MaxReceiveRounds = 8;

    [ThreadStatic]
    private static UpstreamEngine? ThreadsOwn;

    private readonly EventPoll _poll;
    private readonly TimeProvider _timeProvider;
    private readonly UpstreamMetrics _metrics;
    private readonly QueryIds _ids = new();
    private readonly Dictionary<Upstream, UpstreamSocketPool> _pools = [];
    private readonly List<UpstreamSocket?> _sockets = [];
    private readonly Stack<int> _freeSlots = [];
    private readonly List<UdpExchange> _queue = [];
    private readonly List<UdpExchange> _due = [];
    private readonly HashSet<UpstreamSocket> _refused = [];
    private readonly UpstreamBatch _batch = new();
    private readonly ExchangeList _pending = new();
    private readonly ConcurrentQueue<Upstream> _disposed = new();
    private long _lastTick;
    private bool _isClosed;

    /// <summary>An engine.</summary>
    /// <param name="poll">The thread's epoll.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="metrics">What is counted.</param>
    internal UpstreamEngine(EventPoll poll, TimeProvider timeProvider, UpstreamMetrics metrics)
    {
        _poll = poll;
        _timeProvider = timeProvider;
        _metrics = metrics;
    }

    /// <summary>Whether engines work here.</summary>
    internal static bool IsSupported => LinuxUdpBackend.IsSupported;

    /// <summary>The engine of this thread; null on a thread that has none.</summary>
    internal static UpstreamEngine? Current
    {
        get => ThreadsOwn;
        set => ThreadsOwn = value;
    }

    /// <summary>How many queries wait for their reply.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>How long the thread may wait for events.</summary>
    internal int WaitMilliseconds => _queue.Count > 0 ? 0 : PendingCount > 0 ? TickMilliseconds : -1;

    /// <summary>Whether an event is about one of the engine's sockets.</summary>
    internal static bool IsOwn(ulong token) => token != EventPoll.WakeToken && (token & TokenBit) != 0;

    /// <summary>Takes a query; it goes out with the next <see cref="Flush"/>.</summary>
    internal void Submit(UdpExchange exchange)
    {
        long now = _timeProvider.GetTimestamp();
        UpstreamSocketPool? pool = FindPool(exchange.Upstream, out bool isKept);
        if (pool?.Next(this, _ids, now) is not { } socket)
        {
            exchange.Complete(UpstreamStatus.Failed);
            return;
        }

        ushort id = _ids.Next();
        while (!socket.IsFree(id))
        {
            id = _ids.Next();
        }

        exchange.SetId(id);
        exchange.Socket = socket;
        exchange.SentAt = now;
        exchange.RetransmitAfter = ToTimestampTicks(exchange.Upstream.RetransmitAfter);
        exchange.NextSend = now + exchange.RetransmitAfter;
        socket.Expect(exchange);
        _pending.Add(exchange);
        Enqueue(exchange);
        if (!isKept)
        {
            Retire(socket);
        }
    }

    /// <summary>Sends what was asked since the last time.</summary>
    internal void Flush()
    {
        for (int from = 0; from < _queue.Count;)
        {
            UpstreamSocket socket = _queue[from].Socket!;
            int count = 0;
            while (count < UpstreamBatch.Size && from + count < _queue.Count && ReferenceEquals(_queue[from + count].Socket, socket))
            {
                count++;
            }

            if (!_batch.TrySend(socket, CollectionsMarshal.AsSpan(_queue).Slice(from, count), _metrics.SendFailed))
            {
                _refused.Add(socket);
            }

            from += count;
        }

        foreach (UdpExchange exchange in CollectionsMarshal.AsSpan(_queue))
        {
            exchange.IsQueued = false;
            exchange.Sent++;
        }

        if (_queue.Count > 0)
        {
            _queue.Clear();
            foreach (UpstreamSocketPool pool in _pools.Values)
            {
                pool.EndBatch();
            }
        }

        if (_refused.Count > 0)
        {
            UpstreamSocket[] refused = [.. _refused];
            _refused.Clear();
            foreach (UpstreamSocket socket in refused)
            {
                Fail(socket, UpstreamStatus.Failed);
            }
        }
    }

    /// <summary>Takes in the replies at a socket; their askers go on at once.</summary>
    /// <param name="token">The event's token.</param>
    internal void Receive(ulong token)
    {
        if (_sockets[(int)(token & ~TokenBit)] is not { } socket)
        {
            return;
        }

        for (int round = 0; round < MaxReceiveRounds; round++)
        {
            if (!_batch.TryReceive(socket, out int received))
            {
                // Waiting for the rest of the time would be in vain.
                Fail(socket, UpstreamStatus.Failed);
            }

            for (int i = 0; i < received; i++)
            {
                Take(socket, i);
            }

            // The last reply may have closed the socket.
            if (received < UpstreamBatch.Size || socket.Handle.IsClosed || socket.IsSuspicious)
            {
                break;
            }
        }

        if (socket.IsSuspicious && !socket.IsRetired)
        {
            _metrics.Suspicious.Add();
            Retire(socket);
            Fail(socket, UpstreamStatus.Suspicious);
        }

        CloseIfDone(socket);
    }

    /// <summary>Sends again what got no reply, gives up what got none for too long, and forgets what was disposed of.</summary>
    internal void Tick()
    {
        while (!_disposed.IsEmpty && _disposed.TryDequeue(out Upstream? upstream))
        {
            Forget(upstream);
        }

        if (PendingCount == 0)
        {
            return;
        }

        long now = _timeProvider.GetTimestamp();
        if (_timeProvider.GetElapsedTime(_lastTick, now).TotalMilliseconds < TickMilliseconds)
        {
            return;
        }

        _lastTick = now;
        for (UdpExchange? exchange = _pending.First; exchange is not null; exchange = exchange.Next)
        {
            if (exchange.IsOver(now))
            {
                _due.Add(exchange);
            }
            else if (exchange.NextSend <= now && !exchange.IsQueued)
            {
                _metrics.Retransmitted.Add();
                exchange.RetransmitAfter *= 2;
                exchange.NextSend = now + exchange.RetransmitAfter;
                Enqueue(exchange);
            }
        }

        // The askers go on only now, since they may ask anew.
        for (int i = 0; i < _due.Count; i++)
        {
            Finish(_due[i], UpstreamStatus.TimedOut);
        }

        _due.Clear();
    }

    /// <summary>Has the engine forget an upstream; from any thread, as long as the upstream knows of the engine.</summary>
    internal void ForgetSoon(Upstream upstream)
    {
        _disposed.Enqueue(upstream);
        _poll.Wake();
    }

    /// <summary>Opens a socket to an upstream.</summary>
    internal UpstreamSocket? Open(UpstreamSocketPool pool, long now)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _sockets.Count;
        UpstreamSocket? socket = UpstreamSocket.TryOpen(pool.Endpoint, pool, slot, now);
        if (slot == _sockets.Count)
        {
            _sockets.Add(socket);
        }
        else
        {
            _sockets[slot] = socket;
        }

        if (socket is null)
        {
            _metrics.OpenFailed.Add();
            _freeSlots.Push(slot);
            return null;
        }

        _poll.Add(socket.Handle.Descriptor, TokenBit | (uint)slot);
        return socket;
    }

    /// <summary>Sends no more from a socket; it is closed when its last reply has come or was given up.</summary>
    internal void Retire(UpstreamSocket socket)
    {
        socket.IsRetired = true;
        CloseIfDone(socket);
    }

    /// <summary>Whether something happened longer ago than a time.</summary>
    internal bool IsOlderThan(long timestamp, TimeSpan age, long now) => _timeProvider.GetElapsedTime(timestamp, now) > age;

    /// <summary>Closes everything; what waits fails.</summary>
    public void Dispose()
    {
        // Askers that go on below must not open anything anew.
        _isClosed = true;
        foreach (Upstream upstream in _pools.Keys.ToArray())
        {
            Forget(upstream);
        }

        foreach (UpstreamSocket? socket in _sockets.ToArray())
        {
            if (socket is not null)
            {
                Fail(socket, UpstreamStatus.Failed);
            }
        }

        _batch.Dispose();
    }

    /// <summary>The sockets to an upstream; null when the engine has been disposed of.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="isKept">False when the upstream has been disposed of: its sockets are for one query each.</param>
    private UpstreamSocketPool? FindPool(Upstream upstream, out bool isKept)
    {
        isKept = true;
        if (_pools.TryGetValue(upstream, out UpstreamSocketPool? pool) || _isClosed)
        {
            return pool;
        }

        pool = new UpstreamSocketPool(upstream);
        isKept = upstream.TryAttach(this);
        if (isKept)
        {
            _pools.Add(upstream, pool);
        }

        return pool;
    }

    /// <summary>Closes the sockets to an upstream, each when its last reply has come or was given up.</summary>
    private void Forget(Upstream upstream)
    {
        upstream.Detach(this);
        if (!_pools.Remove(upstream))
        {
            return;
        }

        foreach (UpstreamSocket? socket in _sockets.ToArray())
        {
            if (socket is not null && ReferenceEquals(socket.Pool.Upstream, upstream))
            {
                Retire(socket);
            }
        }
    }

    private long ToTimestampTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    private void Enqueue(UdpExchange exchange)
    {
        exchange.IsQueued = true;
        _queue.Add(exchange);
    }

    private void Take(UpstreamSocket socket, int index)
    {
        if (socket.Match(_batch.GetReply(index)) is not { } exchange)
        {
            _metrics.Mismatched.Add();
            return;
        }

        if (exchange.Sent <= 1)
        {
            exchange.Upstream.Measured(_timeProvider.GetElapsedTime(exchange.SentAt));
        }

        _batch.HandOver(index, exchange);
        Finish(exchange, UpstreamStatus.Answered);
    }

    private void Fail(UpstreamSocket socket, UpstreamStatus status)
    {
        foreach (UdpExchange exchange in socket.Pending.ToArray())
        {
            Finish(exchange, status);
        }
    }

    private void Finish(UdpExchange exchange, UpstreamStatus status)
    {
        if (exchange.Socket is not { } socket || socket.IsFree(exchange.Id))
        {
            return;
        }

        socket.Forget(exchange);
        _pending.Remove(exchange);
        if (exchange.IsQueued)
        {
            _queue.Remove(exchange);
            exchange.IsQueued = false;
        }

        CloseIfDone(socket);
        exchange.Complete(status);
    }

    private void CloseIfDone(UpstreamSocket socket)
    {
        if (socket.IsRetired && socket.PendingCount == 0 && ReferenceEquals(_sockets[socket.Slot], socket))
        {
            _sockets[socket.Slot] = null;
            _freeSlots.Push(socket.Slot);
            socket.Dispose();
        }
    }
}
