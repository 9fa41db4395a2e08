using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Server.Serving;
using ClusterDns.Server.Upstreams;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Listeners;

/// <summary>What the transports of one listener have in common.</summary>
/// <param name="services">What listeners share with the process.</param>
/// <param name="logger">The listener's logger.</param>
internal sealed partial class ListenerCore(ListenerServices services, ILogger logger)
{
    private static readonly TimeSpan ReceiveFailureInterval = TimeSpan.FromMinutes(1);

    private volatile IQueryPipeline? _pipeline;
    private long _receiveFailureLoggedAt;

    /// <summary>What serves the queries. May be replaced at any time; queries under way finish with what they started with.</summary>
    internal IQueryPipeline Pipeline
    {
        get => _pipeline ?? throw new InvalidOperationException("the listener has not started");
        set => _pipeline = value;
    }

    /// <summary>The process-wide bound on queries that wait.</summary>
    internal WaitBound WaitBound => services.WaitBound;

    /// <summary>What the process listens on.</summary>
    internal OwnPorts Ports => services.Ports;

    /// <summary>The clock.</summary>
    internal TimeProvider TimeProvider => services.TimeProvider;

    /// <summary>The stream connections of all listeners.</summary>
    internal Tcp.StreamClients StreamClients => services.StreamClients;

    /// <summary>Where queries that lie idle are reserved.</summary>
    internal MemoryShare Pools => services.Memory[MemoryTable.Pools];

    /// <summary>Starts background work.</summary>
    internal CallbackGuard Guard => services.Guard;

    /// <summary>What is counted.</summary>
    internal ListenerMetrics Metrics { get; } = new(services.Metrics);

    /// <summary>What is counted of datagrams to upstreams.</summary>
    internal UpstreamMetrics UpstreamMetrics { get; } = new(services.Metrics);

    /// <summary>The queries of this listener that wait.</summary>
    internal InFlightCounter Waiting { get; } = new();

    /// <summary>Logs that a receive failed, once a minute at most: an error may persist, and the worker tries again at once.</summary>
    /// <param name="error">The system's number of the error.</param>
    internal void ReportReceiveFailure(int error)
    {
        long now = Math.Max(1, TimeProvider.GetTimestamp());
        long last = Volatile.Read(ref _receiveFailureLoggedAt);
        if ((last == 0 || TimeProvider.GetElapsedTime(last, now) >= ReceiveFailureInterval) &&
            Interlocked.CompareExchange(ref _receiveFailureLoggedAt, now, last) == last)
        {
            LogReceiveFailure(error);
        }
    }

    /// <summary>An exception out of the pipeline, which promises none: a bug, but one query's and not the server's end.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "A query failed in the pipeline")]
    internal partial void LogPipelineFailure(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A TCP connection failed")]
    internal partial void LogConnectionFailure(Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Receiving from a UDP socket failed: error {Error}. Further failures within a minute are only counted")]
    private partial void LogReceiveFailure(int error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not listening on {Address}: {Reason}")]
    internal partial void LogFamilyMissing(string address, string reason);
}
