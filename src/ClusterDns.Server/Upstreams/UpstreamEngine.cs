using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Listeners.Udp;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// The datagrams to upstreams of one thread: what is asked during a round goes out in batches at its end, replies come in by the
/// thread's own epoll, and askers continue where they asked. For that thread alone.
/// </summary>
internal sealed class UpstreamEngine : IDisposable
{
    /// <summary>How often an engine looks for queries to send again or to give up, while there are any.</summary>
    internal const int TickMilliseconds = 20;

    private const int SweepMilliseconds = 1000;
    private const int MaxReceiveRounds = 8;

    [ThreadStatic]
    private static UpstreamEngine? ThreadsOwn;

    private readonly EventPoll _poll;
    private readonly TimeProvider _timeProvider;
    private readonly UpstreamMetrics _metrics;
    private readonly QueryIds _ids = new();
    private readonly UpstreamSocketTable _table;
    private readonly Dictionary<Upstream, UpstreamSocketPool> _pools = [];
    private readonly List<UdpExchange> _queue = [];
    private readonly List<UdpExchange> _due = [];
    private readonly HashSet<UpstreamSocket> _refused = [];
    private readonly UpstreamBatch _batch = new();
    private readonly ExchangeList _pending = new();
    private readonly ConcurrentQueue<Upstream> _disposed = new();
    private long _lastTick;
    private long _lastSweep;
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
        _table = new UpstreamSocketTable(poll, _ids, EphemeralPorts.System, metrics);
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
    internal int WaitMilliseconds
        => _queue.Count > 0 ? 0 : PendingCount > 0 ? TickMilliseconds : _table.Count > 0 ? SweepMilliseconds : -1;

    /// <summary>Whether an event is about one of the engine's sockets.</summary>
    internal static bool IsOwn(ulong token) => UpstreamSocketTable.IsOwn(token);

    /// <summary>Takes a query; it goes out with the next <see cref="Flush"/>.</summary>
    internal void Submit(UdpExchange exchange)
    {
        long now = _timeProvider.GetTimestamp();
        UpstreamSocketPool? pool = FindPool(exchange.Upstream);
        if (pool?.Next(now) is not { } socket)
        {
            // Where somebody guesses so much that no port is left for now, another transport is safe.
            exchange.Complete(pool?.IsRateLimited == true ? UpstreamStatus.Suspicious : UpstreamStatus.Failed, UpstreamFailure.NoSocket);
            return;
        }

        exchange.Pool = pool;
        exchange.IsPending = true;
        exchange.FirstSentAt = now;
        exchange.RetransmitAfter = ToTimestampTicks(exchange.Upstream.RetransmitAfter);
        _pending.Add(exchange);
        SendFrom(socket, exchange, now);
    }

    /// <summary>Sends what was asked since the last time.</summary>
    internal void Flush()
    {
        if (_queue.Count == 0)
        {
            return;
        }

        for (int from = 0; from < _queue.Count;)
        {
            UpstreamSocket socket = _queue[from].Current.Socket!;
            int count = 0;
            while (count < UpstreamBatch.Size && from + count < _queue.Count &&
                ReferenceEquals(_queue[from + count].Current.Socket, socket))
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
        }

        _queue.Clear();
        foreach (UpstreamSocketPool pool in _pools.Values)
        {
            pool.EndBatch();
        }

        if (_refused.Count > 0)
        {
            UpstreamSocket[] refused = [.. _refused];
            _refused.Clear();
            foreach (UpstreamSocket socket in refused)
            {
                Refuse(socket);
            }
        }
    }

    /// <summary>Takes in the replies at a socket; their askers continue at once.</summary>
    /// <param name="token">The event's token.</param>
    internal void Receive(ulong token)
    {
        if (_table.Find(token) is not { } socket)
        {
            return;
        }

        long now = _timeProvider.GetTimestamp();
        for (int round = 0; round < MaxReceiveRounds; round++)
        {
            if (!_batch.TryReceive(socket, out int received))
            {
                Refuse(socket);
            }

            for (int i = 0; i < received; i++)
            {
                Take(socket, i, now);
            }

            // The last reply may have closed the socket.
            if (received < UpstreamBatch.Size || socket.Handle.IsClosed || socket.IsSuspicious)
            {
                break;
            }
        }

        if (socket.IsSuspicious && !socket.IsRetired)
        {
            GiveUp(socket);
        }

        _table.CloseIfDone(socket);
    }

    /// <summary>Sends again what got no reply, gives up what got none for too long, and closes sockets that are of no use any more.</summary>
    internal void Tick()
    {
        while (!_disposed.IsEmpty && _disposed.TryDequeue(out Upstream? upstream))
        {
            Forget(upstream);
        }

        if (PendingCount == 0 && _table.Count == 0)
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
                exchange.Current.Socket?.Missed(exchange.Current.SentAt);
                exchange.RetransmitAfter *= 2;
                TrySendAgain(exchange, null, now);
            }
        }

        // The askers continue only now, since they may ask again.
        for (int i = 0; i < _due.Count; i++)
        {
            _due[i].Current.Socket?.Missed(_due[i].Current.SentAt);
            Finish(_due[i], UpstreamStatus.TimedOut, _due[i].HasMismatches ? UpstreamFailure.OnlyMismatches : UpstreamFailure.NoReply);
        }

        _due.Clear();
        if (_timeProvider.GetElapsedTime(_lastSweep, now).TotalMilliseconds >= SweepMilliseconds)
        {
            _lastSweep = now;
            foreach (UpstreamSocketPool pool in _pools.Values)
            {
                pool.Sweep(now);
            }
        }
    }

    /// <summary>Has the engine forget an upstream; from any thread, as long as the upstream knows of the engine.</summary>
    internal void ForgetSoon(Upstream upstream)
    {
        _disposed.Enqueue(upstream);
        _poll.Wake();
    }

    /// <summary>Closes everything; what waits fails.</summary>
    public void Dispose()
    {
        // Askers that continue below must not open anything.
        _isClosed = true;
        foreach (Upstream upstream in _pools.Keys.ToArray())
        {
            Forget(upstream);
        }

        while (_pending.First is { } exchange)
        {
            Finish(exchange, UpstreamStatus.Failed);
        }

        _batch.Dispose();
    }

    /// <summary>The sockets to an upstream, closed when that has been disposed of; null when the engine has been.</summary>
    private UpstreamSocketPool? FindPool(Upstream upstream)
    {
        if (_pools.TryGetValue(upstream, out UpstreamSocketPool? pool) || _isClosed)
        {
            return pool;
        }

        pool = new UpstreamSocketPool(upstream, _table, _ids, _metrics, _timeProvider);
        if (upstream.TryAttach(this))
        {
            _pools.Add(upstream, pool);
        }
        else
        {
            pool.Close();
        }

        return pool;
    }

    /// <summary>Closes the sockets to an upstream, each when its last reply has come or was given up.</summary>
    private void Forget(Upstream upstream)
    {
        upstream.Detach(this);
        if (_pools.Remove(upstream, out UpstreamSocketPool? pool))
        {
            pool.Close();
        }
    }

    private long ToTimestampTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    /// <summary>Has a query go out from a socket with the next flush, by an ID of its own.</summary>
    private void SendFrom(UpstreamSocket socket, UdpExchange exchange, long now)
    {
        ushort id;
        do
        {
            id = _ids.Next();
        }
        while (!socket.IsFree(id));

        UdpPair oldest = exchange.OpenPair(new UdpPair(socket, id, socket.Guesses, now));
        socket.Expect(exchange, id, now);
        exchange.NextSend = now + exchange.RetransmitAfter;
        if (!exchange.IsQueued)
        {
            exchange.IsQueued = true;
            _queue.Add(exchange);
        }

        StopExpecting(oldest, isAnswered: false);
        if (socket.Pool.IsClosed)
        {
            _table.Retire(socket, PortRetirement.Removed);
        }
    }

    /// <summary>Sends a query again from another socket; false when there is none.</summary>
    private bool TrySendAgain(UdpExchange exchange, UpstreamSocket? avoid, long now)
    {
        if (_isClosed || exchange.Pool!.NextOther(exchange, avoid, now) is not { } socket)
        {
            exchange.NextSend = now + exchange.RetransmitAfter;
            return false;
        }

        _metrics.Retransmitted.Add();
        SendFrom(socket, exchange, now);
        return true;
    }

    private void Take(UpstreamSocket socket, int index, long now)
    {
        ReadOnlySpan<byte> reply = _batch.GetReply(index);
        switch (socket.Match(reply, out UdpExchange? exchange))
        {
            case ReplyMatch.Late:
                _metrics.Late.Add();
                return;
            case ReplyMatch.Guess:
                _metrics.Mismatched.Add();
                return;
        }

        UdpPair pair = exchange!.GetPair(socket, UpstreamSocket.GetId(reply));
        if (pair.Guesses != socket.Guesses)
        {
            Doubt(exchange, socket, now);
            return;
        }

        // Each pair is sent once, so that the time is that of this very datagram.
        socket.Answered(pair.SentAt);
        socket.Pool.Ports.Answered(pair.SentAt);
        exchange.Upstream.Measured(_timeProvider.GetElapsedTime(pair.SentAt, now));
        _batch.HandOver(index, exchange);
        Finish(exchange, UpstreamStatus.Answered);
    }

    /// <summary>
    /// Asks again, from another socket, when somebody guessed at this one before the reply came: only the first datagram at a port could be
    /// a lucky guess. If that is doubtful too, datagrams are not used for this query.
    /// </summary>
    private void Doubt(UdpExchange exchange, UpstreamSocket socket, long now)
    {
        _metrics.Doubted.Add();
        Close(exchange, socket);
        if (exchange.WasDoubted || !TrySendAgain(exchange, socket, now))
        {
            Finish(exchange, UpstreamStatus.Suspicious);
        }
        else
        {
            exchange.WasDoubted = true;
        }
    }

    /// <summary>The network says that nobody is there: what was asked at this socket is asked at another, once.</summary>
    private void Refuse(UpstreamSocket socket)
    {
        _metrics.Unreachable.Add();
        long now = _timeProvider.GetTimestamp();
        socket.Missed(now);
        foreach (UdpExchange exchange in socket.Pending.Distinct().ToArray())
        {
            if (!exchange.IsPending || !exchange.Uses(socket) || Close(exchange, socket))
            {
                continue;
            }

            if (exchange.WasRefused || !TrySendAgain(exchange, socket, now))
            {
                Finish(exchange, UpstreamStatus.Failed, UpstreamFailure.Refused);
            }
            else
            {
                exchange.WasRefused = true;
            }
        }
    }

    /// <summary>Takes no reply at a socket any more where somebody guesses.</summary>
    private void GiveUp(UpstreamSocket socket)
    {
        _metrics.Suspicious.Add();
        _table.Retire(socket, PortRetirement.Suspicious);
        foreach (UdpExchange exchange in socket.Pending.Distinct().ToArray())
        {
            if (exchange.IsPending && exchange.Uses(socket) && !Close(exchange, socket))
            {
                Finish(exchange, UpstreamStatus.Suspicious);
            }
        }
    }

    /// <summary>Expects no reply to a query at a socket any more; whether one may come at another.</summary>
    private bool Close(UdpExchange exchange, UpstreamSocket socket)
    {
        if (ReferenceEquals(exchange.Earlier.Socket, socket))
        {
            StopExpecting(exchange.CloseEarlier(), isAnswered: false);
        }

        if (ReferenceEquals(exchange.Current.Socket, socket))
        {
            Dequeue(exchange);
            StopExpecting(exchange.CloseCurrent(), isAnswered: false);
        }

        return exchange.Current.Socket is not null;
    }

    private void StopExpecting(in UdpPair pair, bool isAnswered)
    {
        if (pair.Socket is { } socket)
        {
            socket.Forget(pair.Id, isAnswered);
            _table.CloseIfDone(socket);
        }
    }

    private void Dequeue(UdpExchange exchange)
    {
        if (exchange.IsQueued)
        {
            _queue.Remove(exchange);
            exchange.IsQueued = false;
        }
    }

    private void Finish(UdpExchange exchange, UpstreamStatus status, UpstreamFailure failure = UpstreamFailure.None)
    {
        if (!exchange.IsPending)
        {
            return;
        }

        exchange.IsPending = false;
        _pending.Remove(exchange);
        Dequeue(exchange);
        while (exchange.Current.Socket is not null)
        {
            StopExpecting(exchange.CloseCurrent(), status == UpstreamStatus.Answered);
        }

        exchange.Complete(status, failure);
    }
}
