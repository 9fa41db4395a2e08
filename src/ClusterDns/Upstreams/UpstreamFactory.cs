using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Upstreams;

/// <summary>
/// Upstreams, and the engine for threads that have none of their own: queries that came over TCP, health checks.
/// </summary>
/// <param name="metrics">Where datagrams are counted.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="guard">Starts background work; null for one that logs nothing.</param>
internal sealed class UpstreamFactory(MetricRegistry metrics, TimeProvider timeProvider, CallbackGuard? guard = null) : IUpstreamFactory, IDisposable
{
    private readonly Lock _lock = new();
    private UpstreamLoop? _loop;

    /// <summary>The clock.</summary>
    internal TimeProvider TimeProvider => timeProvider;

    /// <summary>Starts background work.</summary>
    internal CallbackGuard Guard { get; } = guard ?? new CallbackGuard(metrics, timeProvider, NullLogger.Instance);

    /// <summary>What is counted.</summary>
    internal UpstreamMetrics Metrics { get; } = new(metrics);

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
            return _loop ??= new UpstreamLoop(timeProvider, Metrics, Guard);
        }
    }
}
