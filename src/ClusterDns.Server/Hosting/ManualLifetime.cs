using Microsoft.Extensions.Hosting;

namespace ClusterDns.Server.Hosting;

/// <summary>A host lifetime that leaves signals and the console alone: <see cref="ProcessSignals"/> has them.</summary>
internal sealed class ManualLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
