using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// Which connection of a pool takes the next query, and whether another may be opened, by what has been seen of the upstream. Under the pool's
/// lock.
/// </summary>
/// <param name="connections">The pool's connections.</param>
/// <param name="maxAge">How long a connection takes new queries; zero for as long as it works.</param>
/// <param name="services">What pools share.</param>
internal sealed class StreamJudge(List<StreamConnection> connections, TimeSpan maxAge, StreamServices services)
{
    private readonly AnswerTime _answerTime = new();
    private readonly TimeProvider _timeProvider = services.TimeProvider;
    private long _lastReplyAt = services.TimeProvider.GetTimestamp();
    private bool _isAnyOrder;
    private bool _isCrowded;

    /// <summary>When a connection may be opened.</summary>
    internal ConnectBackoff Backoff { get; } = new(services.TimeProvider, services.Jitter);

    /// <summary>After this time without a reply a query is late.</summary>
    internal TimeSpan Late => _answerTime.Late;

    /// <summary>Whether no reply has come on any connection for so long that the upstream, not its connections, is silent.</summary>
    internal bool IsUpstreamSilent(long now) => _timeProvider.GetElapsedTime(_lastReplyAt, now) >= StreamLimits.UpstreamSilence;

    /// <summary>Whether a connection's oldest query is late, so that none may be put behind it.</summary>
    internal bool IsLate(StreamConnection connection, long now) => HasWaited(connection, Late, now);

    /// <summary>Whether a connection is so old that it takes no more queries.</summary>
    internal bool IsOld(StreamConnection connection, long now)
        => maxAge > TimeSpan.Zero && _timeProvider.GetElapsedTime(connection.OpenedAt, now) > maxAge;

    /// <summary>
    /// The connection with the fewest queries; rather one that answers in any order, and of these the one with the most queries, which shows by
    /// overtaking that it works.
    /// </summary>
    internal StreamConnection? FindBest(long now)
    {
        StreamConnection? best = null;
        foreach (StreamConnection connection in connections)
        {
            if ((best is null || IsBetter(connection.Queries, best.Queries)) && TakesQueries(connection, now))
            {
                best = connection;
            }
        }

        return best;
    }

    private static bool IsBetter(OutstandingQueries queries, OutstandingQueries best)
        => queries.IsAnyOrder != best.IsAnyOrder ? queries.IsAnyOrder
            : queries.IsAnyOrder ? queries.Count > best.Count
            : queries.Count < best.Count;

    private bool TakesQueries(StreamConnection connection, long now)
        => !connection.IsProbe && !connection.IsRetired && !connection.IsReserved && !IsOld(connection, now) &&
            connection.Queries.Count < StreamLimits.MaxQueriesPerConnection && connection.UnsentBytes < StreamLimits.MaxUnsentBytes &&
            !IsLate(connection, now);

    /// <summary>
    /// Whether a query behind those of a connection waits about as short as on a connection of its own. Where the oldest has waited long
    /// already, it will hardly be answered just now.
    /// </summary>
    internal bool IsCheap(StreamConnection connection, long now)
        => connection.Queries.IsAnyOrder ||
            (!HasWaited(connection, StreamLimits.MaxExpectedQueue, now) &&
                (_isAnyOrder || connection.Queries.Count * _answerTime.ExpectedCost <= StreamLimits.MaxExpectedQueue));

    /// <summary>Takes the right to open a connection.</summary>
    internal bool TryTakePlace(long now)
    {
        int open = 0;
        int connecting = 0;
        foreach (StreamConnection connection in connections)
        {
            open += connection.IsProbe ? 0 : 1;
            connecting += connection.IsProbe || connection.IsConnected ? 0 : 1;
        }

        int most = Backoff.IsDoubtful ? StreamLimits.MaxDoubtfulConnections : StreamLimits.MaxConnections;
        if (connecting >= StreamLimits.MaxConnecting || Backoff.IsPausing(now))
        {
            return false;
        }

        if (open >= most || !services.Budget.TryTake(open))
        {
            _isCrowded = true;
            return false;
        }

        bool isTaken = Backoff.TryTake(now);
        if (!isTaken)
        {
            services.Budget.Release();
        }

        return isTaken;
    }

    /// <summary>A reply has come, whether somebody waits for it or not.</summary>
    internal void NoteReply(StreamConnection connection, long now)
    {
        _isAnyOrder |= connection.Queries.IsAnyOrder;
        connection.Replies++;
        connection.IsReserved = false;
        connection.LastReplyAt = connection.IdleSince = _lastReplyAt = now;
        Backoff.Succeeded();
    }

    /// <summary>
    /// A reply has come. Where queries are answered in order, the time that its query waited for those before it is not its own.
    /// </summary>
    internal void NoteReply(StreamConnection connection, in OutstandingQuery query, int index, long now)
    {
        long since = index == 0 && !connection.Queries.IsAnyOrder ? Math.Max(query.SentAt, connection.LastReplyAt) : query.SentAt;
        _answerTime.Add(_timeProvider.GetElapsedTime(since, now));
        NoteReply(connection, now);
    }

    /// <summary>A query has become late.</summary>
    internal void NoteLate()
    {
        _answerTime.AddLate();
        services.Metrics.Late.Add();
    }

    /// <summary>Whether a connection was wanted since the last time that there was no place for.</summary>
    internal bool TakeCrowded()
    {
        bool isCrowded = _isCrowded;
        _isCrowded = false;
        return isCrowded;
    }

    /// <summary>A query waited behind a late one: the upstream may answer in order after all.</summary>
    internal void NoteMove() => _isAnyOrder = false;

    private bool HasWaited(StreamConnection connection, TimeSpan time, long now)
    {
        int head = connection.Queries.FindHead();
        return head < connection.Queries.Count && _timeProvider.GetElapsedTime(connection.Queries.All[head].SentAt, now) >= time;
    }
}
