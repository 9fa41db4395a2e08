namespace ClusterDns.Core.Pipeline;

/// <summary>Something that runs beside the queries: a timer, a watcher of files, a hook at start and stop.</summary>
public interface IHostService
{
    /// <summary>Starts. Whatever it throws fails the start of the server, or the reload, with its message.</summary>
    /// <param name="cancellationToken">Set when the start is abandoned.</param>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Called when the server is about to stop, while it still answers: it stops when all services have completed this.
    /// </summary>
    /// <param name="cancellationToken">Set when there is no more time to stop in good order.</param>
    ValueTask PrepareStopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Stops, and releases everything.</summary>
    /// <param name="cancellationToken">Set when there is no more time to stop in good order.</param>
    ValueTask StopAsync(CancellationToken cancellationToken);
}
