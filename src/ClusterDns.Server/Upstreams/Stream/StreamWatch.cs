using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// Looks after the queries and connections of a pool: while there are queries, every <see cref="StreamLimits.Tick"/>; otherwise when a
/// connection expires. Under the pool's lock.
/// </summary>
internal sealed class StreamWatch
{
    private readonly StreamPool _pool;
    private readonly TimeSpan _expire;
    private readonly TimeProvider _timeProvider;
    private readonly StreamMetrics _metrics;
    private readonly ITimer _timer;
    private bool _isTicking;

    /// <summary>A watch that rests.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="expire">How long a connection may rest.</param>
    /// <param name="services">What pools share.</param>
    /// <param name="tick">Takes the pool's lock and looks.</param>
    internal StreamWatch(StreamPool pool, TimeSpan expire, StreamServices services, Action tick)
    {
        _pool = pool;
        _expire = expire;
        _timeProvider = services.TimeProvider;
        _metrics = services.Metrics;
        _timer = services.Guard.CreateTimer("upstream_connections", static tick => tick(), tick, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private bool IsBusy => _pool.Waiting.Count > 0 || _pool.WaitingAgain.Count > 0 ||
        _pool.Connections.Exists(static connection => connection.Queries.Pending > 0 || !connection.IsConnected);

    /// <summary>Makes sure that the timer runs when there is something to look at.</summary>
    internal void Arm(long now)
    {
        if (_isTicking)
        {
            return;
        }

        if (IsBusy)
        {
            _isTicking = true;
            _timer.Change(StreamLimits.Tick, StreamLimits.Tick);
        }
        else
        {
            Rest(now);
        }
    }

    /// <summary>Gives up what is due, ends connections that do not work, and asks again what is behind a late query.</summary>
    internal void Look(long now)
    {
        GiveUpWaiting(_pool.WaitingAgain, now);
        GiveUpWaiting(_pool.Waiting, now);
        for (int i = _pool.Connections.Count - 1; i >= 0; i--)
        {
            LookAt(_pool.Connections[i], now);
        }

        LimitLateConnections(now);
        if (_isTicking && !IsBusy)
        {
            _isTicking = false;
            Rest(now);
        }
    }

    private void Rest(long now)
    {
        TimeSpan due = Timeout.InfiniteTimeSpan;
        foreach (StreamConnection connection in _pool.Connections)
        {
            TimeSpan left = _expire - _timeProvider.GetElapsedTime(connection.IdleSince, now);
            left = left > StreamLimits.Tick ? left : StreamLimits.Tick;
            due = due < TimeSpan.Zero || left < due ? left : due;
        }

        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void GiveUpWaiting(List<StreamExchange> waiting, long now)
    {
        bool isConnected = _pool.Connections.Exists(static connection => connection.IsConnected);
        for (int i = waiting.Count - 1; i >= 0; i--)
        {
            if (waiting[i].IsOver(now))
            {
                waiting[i].Fail(UpstreamStatus.TimedOut, isConnected ? UpstreamFailure.Overloaded : UpstreamFailure.NoConnection);
                waiting.RemoveAt(i);
            }
        }
    }

    private void LookAt(StreamConnection connection, long now)
    {
        GiveUpQueries(connection, now);
        if (FindEnd(connection, now) is { } end)
        {
            _pool.Close(connection, end, now);
            return;
        }

        _pool.CloseIfDone(connection, now);
        if (!connection.IsClosed && _pool.Judge.IsLate(connection, now))
        {
            MoveBehind(connection, now);
        }
    }

    private void GiveUpQueries(StreamConnection connection, long now)
    {
        OutstandingQueries queries = connection.Queries;
        for (int i = 0; i < queries.Count; i++)
        {
            OutstandingQuery query = queries.All[i];
            if (query.Exchange is not { } exchange)
            {
                continue;
            }

            if (exchange.IsOver(now))
            {
                queries.Abandon(i);
                exchange.Fail(
                    UpstreamStatus.TimedOut,
                    !connection.IsConnected ? UpstreamFailure.NoConnection
                        : connection.PartSince != 0 ? UpstreamFailure.Slow
                        : UpstreamFailure.NoReply);
            }
            else if (!exchange.IsLate && _timeProvider.GetElapsedTime(query.SentAt, now) >= _pool.Judge.Late)
            {
                exchange.IsLate = true;
                _pool.Judge.NoteLate();
            }
        }
    }

    private StreamEnd? FindEnd(StreamConnection connection, long now)
    {
        if (!connection.IsConnected)
        {
            return Elapsed(connection.OpenedAt, now) >= StreamLimits.ConnectTimeout ? StreamEnd.ConnectTimeout : null;
        }

        if (connection.SendSince != 0 && Elapsed(connection.SendSince, now) >= StreamLimits.WriteTimeout)
        {
            return StreamEnd.WriteTimeout;
        }

        if (connection.PartSince != 0 && Elapsed(connection.PartSince, now) >= StreamLimits.FrameTimeout)
        {
            return StreamEnd.SlowReply;
        }

        if (connection.Queries.Pending > 0)
        {
            return null;
        }

        // Nobody waits for a reply any more, and none has come: a new connection is better than this one.
        if (_pool.Judge.IsLate(connection, now) || connection.Queries.Count >= StreamLimits.MaxQueriesPerConnection)
        {
            return connection.PartSince != 0 ? StreamEnd.SlowReply : StreamEnd.Silent;
        }

        return Elapsed(connection.IdleSince, now) >= _expire ? StreamEnd.Expired : null;
    }

    private void MoveBehind(StreamConnection connection, long now)
    {
        for (int i = connection.Queries.FindHead() + 1; i < connection.Queries.Count; i++)
        {
            if (connection.Queries.All[i].Exchange is { IsGathered: false, Moves: < StreamLimits.MaxMoves } && !_pool.TryMove(connection, i, now))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Connections that late queries alone are on must not take the place of others: those that were late first are gathered on few.
    /// </summary>
    private void LimitLateConnections(long now)
    {
        List<StreamConnection>? late = null;
        foreach (StreamConnection connection in _pool.Connections)
        {
            if (connection is { IsConnected: true, IsProbe: false } && connection.Queries.Pending > 0 && _pool.Judge.IsLate(connection, now))
            {
                (late ??= []).Add(connection);
            }
        }

        // Where no connection could be opened for a query, some of these make room.
        bool isCrowded = _pool.Judge.TakeCrowded() && !_pool.Judge.Backoff.IsPausing(now);
        int count = late?.Count ?? 0;
        int surplus = Math.Max(count - StreamLimits.MaxLateConnections, isCrowded ? Math.Min((count + 3) / 4, count - 1) : 0);
        if (late is null || surplus <= 0)
        {
            return;
        }

        late.Sort(CompareForGathering);
        List<StreamConnection> kept = late[surplus..];
        foreach (StreamConnection connection in late[..surplus])
        {
            Gather(connection, kept, now);
        }
    }

    private void Gather(StreamConnection from, List<StreamConnection> kept, long now)
    {
        for (int i = 0; i < from.Queries.Count; i++)
        {
            if (from.Queries.All[i].Exchange is not { } exchange)
            {
                continue;
            }

            from.Queries.Abandon(i);
            if (kept.FindLast(HasRoom) is not { } to)
            {
                StreamPool.Refuse(exchange, _metrics.RefusedLate, UpstreamFailure.Overloaded);
                continue;
            }

            exchange.IsGathered = true;
            _metrics.Gathered.Add();
            _pool.Put(to, exchange, isReused: true, now);
        }

        _pool.Close(from, StreamEnd.LateQueries, now);
    }

    /// <summary>
    /// Those with the fewest queries come first, and among them those that were late first: queries are gathered on the others, so that each is
    /// gathered about once.
    /// </summary>
    private static int CompareForGathering(StreamConnection first, StreamConnection second)
    {
        int byQueries = first.Queries.Pending.CompareTo(second.Queries.Pending);
        return byQueries != 0 ? byQueries : HeadOf(first).CompareTo(HeadOf(second));
    }

    private static bool HasRoom(StreamConnection connection)
        => connection.Queries.Count < StreamLimits.MaxQueriesPerConnection && connection.UnsentBytes < StreamLimits.MaxUnsentBytes;

    private static long HeadOf(StreamConnection connection) => connection.Queries.All[connection.Queries.FindHead()].SentAt;

    private TimeSpan Elapsed(long since, long now) => _timeProvider.GetElapsedTime(since, now);
}
