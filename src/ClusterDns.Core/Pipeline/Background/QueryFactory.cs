using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Core.Pipeline;

/// <summary>The background queries of the process: a bounded number, which count as queries that wait.</summary>
public sealed partial class QueryFactory : IQueryFactory
{
    /// <summary>How many background queries there may be at once: each holds its buffers, and those of a query to an upstream.</summary>
    public const int DefaultLimit = 2_000;

    private readonly Lock _lock = new();
    private readonly IdleStack<BackgroundQuery> _idle = new(PoolSizes.Largest.BackgroundQueries);
    private readonly int _limit;
    private readonly IWaitPlaces? _places;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Gauge _running;
    private readonly CounterFamily _rejected;
    private readonly Counter _panics;
    private TaskCompletionSource? _drained;
    private int _count;
    private bool _isStopping;

    /// <summary>A factory without queries.</summary>
    /// <param name="limit">How many queries there may be at once, at least one.</param>
    /// <param name="places">Where they wait; null for no bound but the limit.</param>
    /// <param name="metrics">The process's metrics.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">For exceptions out of plugins.</param>
    public QueryFactory(int limit, IWaitPlaces? places, MetricRegistry metrics, TimeProvider timeProvider, ILogger logger)
    {
        _limit = limit;
        _places = places;
        _timeProvider = timeProvider;
        _logger = logger;
        _running = metrics.Gauge(
            "clusterdns_background_queries", "Queries in memory that do not belong to a client, or that several clients share.");
        _rejected = metrics.Counters(
            "clusterdns_background_queries_rejected_total", "Background queries that were not started, by reason.", "reason");
        _panics = metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.");
    }

    /// <summary>How many queries are in memory.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many queries lie idle at most.</summary>
    public int MostIdle
    {
        get => _idle.Bound;
        init => _idle.Bound = value;
    }

    /// <summary>Makes a query when none lies idle.</summary>
    internal Func<QueryFactory, BackgroundQuery> Create { get; init; } = static factory => new BackgroundQuery(factory);

    /// <inheritdoc/>
    public BackgroundQuery? TryBegin(Query origin)
    {
        if (!origin.TryGetRequest(out ReadOnlyMemory<byte> request) || TryRent(origin) is not { } query)
        {
            return null;
        }

        try
        {
            query.Exchange.EnsureRequestCapacity(request.Length);
        }
        catch
        {
            query.Release();
            throw;
        }

        request.CopyTo(query.Exchange.RequestBuffer);
        return TryAccept(query, request.Length, origin);
    }

    /// <inheritdoc/>
    public BackgroundQuery? TryBegin(Query origin, ReadOnlySpan<byte> name, RecordType type)
        => TryRent(origin) is { } query
            ? TryAccept(query, InternalQuery.WriteRequest(query.Exchange.RequestBuffer, origin, name, type), origin)
            : null;

    /// <summary>Starts no more queries, and waits for those in memory.</summary>
    /// <param name="deadline">Set when there is no more time to wait.</param>
    /// <returns>Completes when the last has ended, or the time is over.</returns>
    public async Task DrainAsync(CancellationToken deadline)
    {
        Task drained;
        lock (_lock)
        {
            _isStopping = true;
            if (_count == 0)
            {
                return;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        await drained.WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>An exception out of the chain of a query.</summary>
    internal void Recover(BackgroundQuery query, Exception exception)
    {
        _panics.Add();
        query.Query.HasFailed = true;
        query.Query.Response.Fail("", ResponseCode.ServFail, failure: null);
        LogPanic(exception);
    }

    /// <summary>Takes a query back that nobody holds any more.</summary>
    internal void Return(BackgroundQuery query)
    {
        _places?.Leave();
        _running.Add(-1);
        _idle.Return(query);
        EndOne();
    }

    private void EndOne()
    {
        lock (_lock)
        {
            _count--;
            if (_count == 0)
            {
                _drained?.TrySetResult();
                _drained = null;
            }
        }
    }

    private BackgroundQuery? TryRent(Query origin)
    {
        lock (_lock)
        {
            if (_isStopping || _count >= _limit)
            {
                _rejected.With(_isStopping ? "stopping" : "limit").Add();
                return null;
            }

            _count++;
        }

        if (_places?.TryEnter(origin.Remote) == false)
        {
            _rejected.With("waiting").Add();
            EndOne();
            return null;
        }

        // Only now, so that refusals neither empty the pool nor allocate.
        BackgroundQuery query;
        try
        {
            query = _idle.Take() ?? Create(this);
        }
        catch
        {
            _places?.Leave();
            EndOne();
            throw;
        }

        _running.Add(1);
        query.Hold();
        return query;
    }

    private BackgroundQuery? TryAccept(BackgroundQuery query, int length, Query origin)
    {
        Exchange exchange = query.Exchange;
        QueryVerdict verdict = exchange.Accept(
            length, origin.Transport, origin.Local, origin.Remote, _timeProvider.GetTimestamp());
        if (verdict != QueryVerdict.Serve)
        {
            query.Release();
            return null;
        }

        exchange.Router = origin.Exchange.Router;
        exchange.Query.Route = origin.Route;
        exchange.Query.Metadata = origin.Metadata;
        return query;
    }

    /// <summary>Logs an exception of a background query.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "A background query failed by an exception")]
    internal partial void LogPanic(Exception exception);
}
