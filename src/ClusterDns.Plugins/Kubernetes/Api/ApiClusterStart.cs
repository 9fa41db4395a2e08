using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Kubernetes.Api;

/// <summary>Has the server's start wait until the cluster is known, but not for ever: names that are not known yet get a distinct answer.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="patience">How long to wait.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Logs that it waits.</param>
internal sealed partial class ApiClusterStart(ApiCluster cluster, TimeSpan patience, TimeProvider timeProvider, ILogger logger) : IHostService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (cluster.WasWaitedFor)
        {
            return;
        }

        cluster.WasWaitedFor = true;
        for (TimeSpan left = patience; left > TimeSpan.Zero; left -= Period)
        {
            using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task pause = Task.Delay(left < Period ? left : Period, timeProvider, done.Token);
            Task first = await Task.WhenAny(cluster.Synced, pause);
            await done.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (first == cluster.Synced)
            {
                return;
            }

            if (left > Period)
            {
                LogWaiting(logger);
            }
        }

        if (!cluster.Synced.IsCompleted)
        {
            LogUnsynced(logger, cluster.Unsynced);
        }
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "waiting for Kubernetes API before starting server")]
    private static partial void LogWaiting(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "starting server with unsynced Kubernetes API: {Reason}")]
    private static partial void LogUnsynced(ILogger logger, string reason);
}
