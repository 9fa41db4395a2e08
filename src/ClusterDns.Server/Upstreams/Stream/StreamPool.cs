using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// The connections to one upstream. Many servers answer the queries of a connection one after the other, so no query is put behind one that
/// is late, and those behind it are asked again elsewhere. Everything is bounded (<see cref="StreamLimits"/>).
/// </summary>
internal sealed class StreamPool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IPEndPoint _endpoint;
    private readonly StreamServices _services;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly StreamWatch _watch;
    private readonly Queue<StreamConnection> _work = [];
    private bool _isReleased;
    private bool _isSocketMissing;

    /// <summary>A pool without connections.</summary>
    /// <param name="endpoint">The upstream.</param>
    /// <param name="expire">How long a connection may rest before it is closed.</param>
    /// <param name="maxAge">How long a connection takes new queries; zero for as long as it works.</param>
    /// <param name="services">What pools share.</param>
    internal StreamPool(IPEndPoint endpoint, TimeSpan expire, TimeSpan maxAge, StreamServices services)
    {
        _endpoint = endpoint;
        _services = services;
        _metrics = services.Metrics;
        _timeProvider = services.TimeProvider;
        Judge = new StreamJudge(Connections, maxAge, services);
        _watch = new StreamWatch(this, expire, services, Tick);
    }

    /// <summary>The connections, those of health checks included.</summary>
    internal List<StreamConnection> Connections { get; } = [];

    /// <summary>Which connection takes a query, and whether another may be opened.</summary>
    internal StreamJudge Judge { get; }

    /// <summary>Queries that wait for a connection, oldest first: those that are asked again, then the others.</summary>
    internal List<StreamExchange> WaitingAgain { get; } = [];

    /// <summary>Queries that wait for a connection, oldest first.</summary>
    internal List<StreamExchange> Waiting { get; } = [];

    /// <summary>Asks over some connection.</summary>
    internal ValueTask<UpstreamOutcome> AskAsync(in UpstreamQuery query)
    {
        StreamExchange exchange = StreamExchange.Rent();
        long now = _timeProvider.GetTimestamp();
        exchange.Prepare(in query, now + (long)(query.Timeout.TotalSeconds * _timeProvider.TimestampFrequency));
        ValueTask<UpstreamOutcome> completion = exchange.Completion;
        lock (_lock)
        {
            Place(exchange, now);
            _watch.Arm(now);
        }

        RunWork();
        return completion;
    }

    /// <summary>Closes what is at rest; other connections end with their last query.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isReleased = true;
            long now = _timeProvider.GetTimestamp();
            foreach (StreamConnection connection in Connections.ToArray())
            {
                connection.IsRetired = true;
                CloseIfDone(connection, now);
            }

            _watch.Arm(now);
        }

        RunWork();
    }

    /// <summary>A connection is established.</summary>
    internal void Connected(StreamConnection connection)
    {
        lock (_lock)
        {
            connection.IsConnected = true;
            BeginSending(connection);

            // One less is being established, so another may be.
            PlaceWaiting(_timeProvider.GetTimestamp());
        }

        RunWork();
    }

    /// <summary>Takes what a connection has to send; false when that is nothing.</summary>
    internal bool TryTakeOutput(StreamConnection connection, out ArraySegment<byte> output)
    {
        lock (_lock)
        {
            return connection.TryTakeOutput(_timeProvider.GetTimestamp(), out output);
        }
    }

    /// <summary>Takes the replies that have arrived; false when the connection has ended.</summary>
    internal bool Received(StreamConnection connection)
    {
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            bool hadPart = connection.PartSince != 0;
            while (!connection.IsClosed && connection.Frames.TryTake(out ReadOnlySpan<byte> message))
            {
                hadPart = false;
                Take(connection, message, now);
            }

            connection.PartSince = !connection.Frames.HasPart ? 0 : hadPart ? connection.PartSince : Math.Max(1, now);
            connection.Frames.Trim(isEnd: false);
            if (!connection.IsClosed)
            {
                CloseIfDone(connection, now);
            }

            PlaceWaiting(now);
            _watch.Arm(now);
        }

        RunWork();
        return !connection.IsClosed;
    }

    /// <summary>A connection has ended.</summary>
    internal void Close(StreamConnection connection, StreamEnd end)
    {
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            Close(connection, end, now);
            PlaceWaiting(now);
            _watch.Arm(now);
        }

        RunWork();
    }

    /// <summary>Ends a connection. Its queries are asked again, each once. Under the lock.</summary>
    internal void Close(StreamConnection connection, StreamEnd end, long now)
    {
        if (connection.IsClosed)
        {
            return;
        }

        bool isAbrupt = connection.Queries.Count > 0 || connection.UnsentBytes > 0;
        connection.MarkClosed(isReset: isAbrupt);
        Connections.Remove(connection);
        Enlist(connection, StreamWork.Close);
        _metrics.Closed(end).Add();
        if (!connection.IsProbe)
        {
            _services.Budget.Release();
        }

        // A server may close a connection at rest, and after an answer, whenever it likes. Where it answers on other connections, this one
        // was silent because of its queries.
        bool isUnanswered = end is StreamEnd.Silent or StreamEnd.LateQueries && Judge.IsUpstreamSilent(now);
        if (connection.Replies == 0 && (isUnanswered || StreamEnds.IsUpstreamsFault(end)))
        {
            Judge.Backoff.Failed(StreamEnds.FailureOf(end), isUnanswered ? now : connection.OpenedAt, now);
        }

        foreach (OutstandingQuery query in connection.Queries.All.ToArray())
        {
            if (query.Exchange is { } exchange)
            {
                PlaceAgain(exchange, end, now);
            }
        }
    }

    /// <summary>Ends a connection that takes no more queries and has none. Under the lock.</summary>
    internal void CloseIfDone(StreamConnection connection, long now)
    {
        if (connection.Queries.Pending > 0)
        {
            return;
        }

        if (connection.IsRetired)
        {
            Close(connection, StreamEnd.Released, now);
        }
        else if (Judge.IsOld(connection, now))
        {
            Close(connection, StreamEnd.MaxAge, now);
        }
    }

    /// <summary>Asks a query again elsewhere that is behind a late one, if there is a place. Under the lock.</summary>
    internal bool TryMove(StreamConnection from, int index, long now)
    {
        StreamExchange exchange = from.Queries.All[index].Exchange!;
        if (exchange.Moves >= StreamLimits.MaxMoves || Choose(exchange, exchange.Moves > 0, isNew: false, now, out bool isReused) is not { } to)
        {
            return false;
        }

        Judge.NoteMove();
        from.Queries.Abandon(index);
        exchange.Moves++;
        _metrics.BehindLate.Add();
        Put(to, exchange, isReused, now);
        return true;
    }

    /// <summary>Puts a query on a connection, whatever is on it. Under the lock.</summary>
    internal void Put(StreamConnection connection, StreamExchange exchange, bool isReused, long now)
    {
        ushort id;
        do
        {
            id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        }
        while (connection.Queries.Contains(id));

        exchange.SetId(id);
        exchange.IsReused = isReused;
        connection.Queries.Add(id, now, exchange);
        connection.Append(exchange.Frame);
        BeginSending(connection);
    }

    /// <summary>Places what waits, as far as there is room. Under the lock.</summary>
    internal void PlaceWaiting(long now)
    {
        PlaceFirst(WaitingAgain, now);
        PlaceFirst(Waiting, now);
    }

    /// <summary>Gives a query up that this server has no room for. Under the lock.</summary>
    internal static void Refuse(StreamExchange exchange, Counter reason, UpstreamFailure failure)
    {
        reason.Add();
        exchange.Fail(UpstreamStatus.Failed, failure);
    }

    private void Tick()
    {
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            _watch.Look(now);
            PlaceWaiting(now);
            _watch.Arm(now);
        }

        RunWork();
    }

    private void PlaceFirst(List<StreamExchange> waiting, long now)
    {
        int placed = 0;
        while (placed < waiting.Count && TryPlace(waiting[placed], now))
        {
            placed++;
        }

        waiting.RemoveRange(0, placed);
    }

    private void Place(StreamExchange exchange, long now)
    {
        if (TryPlace(exchange, now))
        {
            return;
        }

        if (exchange.WasTakenAlong)
        {
            WaitingAgain.Add(exchange);
        }
        else if (Waiting.Count < StreamLimits.MaxWaiting)
        {
            Waiting.Add(exchange);
        }
        else
        {
            Refuse(exchange, _metrics.RefusedWaiting, UpstreamFailure.Overloaded);
        }
    }

    /// <summary>Puts a query on a connection, or refuses it; false when it has to wait.</summary>
    private bool TryPlace(StreamExchange exchange, long now)
    {
        if (Choose(exchange, isAlone: exchange.WasTakenAlong, isNew: exchange.WasTakenAlong, now, out bool isReused) is { } connection)
        {
            connection.IsReserved |= exchange.WasTakenAlong;
            Put(connection, exchange, isReused, now);
            return true;
        }

        // Another upstream may be asked meanwhile: waiting for the next attempt would be in vain.
        if (Judge.Backoff.IsPausing(now) && !Connections.Exists(static other => !other.IsProbe && !other.IsRetired))
        {
            Refuse(exchange, _metrics.RefusedPausing, Judge.Backoff.LastFailure);
            return true;
        }

        if (Connections.Count == 0 && _isSocketMissing)
        {
            Refuse(exchange, _metrics.RefusedSocket, UpstreamFailure.NoSocket);
            return true;
        }

        return false;
    }

    private void PlaceAgain(StreamExchange exchange, StreamEnd end, long now)
    {
        UpstreamFailure failure = StreamEnds.FailureOf(end);
        if (exchange.WasTakenAlong || exchange.IsGathered || exchange.IsProbe || (StreamEnds.IsConnectFailure(end) && !Connections.Exists(static other => other.IsConnected)))
        {
            exchange.Fail(end == StreamEnd.ConnectTimeout ? UpstreamStatus.TimedOut : UpstreamStatus.Failed, failure);
            return;
        }

        exchange.WasTakenAlong = true;
        _metrics.TakenAlong.Add();
        Place(exchange, now);
    }

    /// <summary>The connection for a query; null when there is none now.</summary>
    /// <param name="exchange">The query.</param>
    /// <param name="isAlone">Whether it must not be put behind another query.</param>
    /// <param name="isNew">Whether it needs a connection that no query has used.</param>
    /// <param name="now">The time.</param>
    /// <param name="isReused">Whether the connection existed before.</param>
    private StreamConnection? Choose(StreamExchange exchange, bool isAlone, bool isNew, long now, out bool isReused)
    {
        isReused = false;
        if (exchange.IsProbe || _isReleased)
        {
            return TryOpen(now, exchange.IsProbe);
        }

        StreamConnection? best = isNew ? null : Judge.FindBest(now);
        isReused = true;
        if (best is not null && (best.Queries.Count == 0 || (Judge.IsCheap(best, now) && (!isAlone || best.Queries.IsAnyOrder))))
        {
            return best;
        }

        if (TryOpen(now, isProbe: false) is { } opened)
        {
            isReused = false;
            return opened;
        }

        return isAlone ? null : best;
    }

    private StreamConnection? TryOpen(long now, bool isProbe)
    {
        if (!isProbe && !Judge.TryTakePlace(now))
        {
            return null;
        }

        StreamConnection connection;
        try
        {
            connection = new StreamConnection(this, _endpoint, now) { IsProbe = isProbe, IsRetired = isProbe || _isReleased };
            _isSocketMissing = false;
        }
        catch (SocketException)
        {
            _isSocketMissing = true;
            if (!isProbe)
            {
                _services.Budget.Release();
            }

            return null;
        }

        _metrics.Opened.Add();
        Connections.Add(connection);
        Enlist(connection, StreamWork.Start);
        return connection;
    }

    private void Take(StreamConnection connection, ReadOnlySpan<byte> message, long now)
    {
        if (message.Length < DnsHeader.Length)
        {
            Close(connection, StreamEnd.BadFrame, now);
            return;
        }

        int index = connection.Queries.Find(BinaryPrimitives.ReadUInt16BigEndian(message));
        if (index < 0)
        {
            Close(connection, StreamEnd.WrongReply, now);
            return;
        }

        OutstandingQuery query = connection.Queries.All[index];
        if (query.Exchange is { } exchange)
        {
            if (!ReplyCheck.IsReply(exchange.Query, message))
            {
                Close(connection, StreamEnd.WrongReply, now);
                return;
            }

            connection.Queries.Answered(index);
            Judge.NoteReply(connection, query, index, now);
            exchange.Complete(message);
        }
        else
        {
            connection.Queries.Answered(index);
            Judge.NoteReply(connection, now);
        }
    }

    private void BeginSending(StreamConnection connection)
    {
        if (connection.TryBeginSending())
        {
            Enlist(connection, StreamWork.Send);
        }
    }

    private void Enlist(StreamConnection connection, StreamWork work)
    {
        if (connection.Work == StreamWork.None)
        {
            _work.Enqueue(connection);
        }

        connection.Work |= work;
    }

    /// <summary>Does outside of the lock what was decided under it.</summary>
    private void RunWork()
    {
        while (true)
        {
            StreamConnection? connection;
            StreamWork work;
            lock (_lock)
            {
                if (!_work.TryDequeue(out connection))
                {
                    return;
                }

                work = connection.Work;
                connection.Work = StreamWork.None;
            }

            if (work.HasFlag(StreamWork.Close))
            {
                connection.Dispose();
                continue;
            }

            if (work.HasFlag(StreamWork.Start))
            {
                _services.Guard.Forget("upstream_connection", connection.RunAsync());
            }

            if (work.HasFlag(StreamWork.Send))
            {
                _services.Guard.Forget("upstream_send", connection.SendAsync());
            }
        }
    }
}
