using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// Upstreams, and the engine for threads that have none of their own: queries that came over TCP, health checks.
/// </summary>
internal sealed class UpstreamFactory : IUpstreamFactory, IDisposable
{
    private readonly Lock _lock = new();
    private UpstreamLoop? _loop;

    /// <summary>A factory.</summary>
    /// <param name="metrics">Where datagrams and connections are counted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Starts background work; null for one that logs nothing.</param>
    /// <param name="streamBudget">Bounds the connections to all upstreams together; null for the default.</param>
    internal UpstreamFactory(
        MetricRegistry metrics, TimeProvider timeProvider, CallbackGuard? guard = null, StreamBudget? streamBudget = null)
    {
        TimeProvider = timeProvider;
        Guard = guard ?? new CallbackGuard(metrics, timeProvider, NullLogger.Instance);
        Metrics = new UpstreamMetrics(metrics);
        Streams = new StreamPools(new StreamServices(timeProvider, Guard, new StreamMetrics(metrics), streamBudget ?? new StreamBudget()));
    }

    /// <summary>The clock.</summary>
    internal TimeProvider TimeProvider { get; }

    /// <summary>How many datagram sockets are open, all upstreams together.</summary>
    internal UpstreamSocketLimit Sockets { get; init; } = new();

    /// <summary>Starts background work.</summary>
    internal CallbackGuard Guard { get; }

    /// <summary>The connections to upstreams.</summary>
    internal StreamPools Streams { get; }

    /// <summary>What is counted.</summary>
    internal UpstreamMetrics Metrics { get; }

    /// <inheritdoc/>
    public IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge) => new Upstream(endpoint, expire, maxAge, this);

    /// <inheritdoc/>
    public void Dispose() => _loop?.Dispose();

    /// <summary>The engine for threads that have none.</summary>
    internal UpstreamLoop GetLoop()
    {
        if (Volatile.Read(ref _loop) is { } loop)
        {
            return loop;
        }

        lock (_lock)
        {
            return _loop ??= new UpstreamLoop(TimeProvider, Metrics, Guard);
        }
    }
}
