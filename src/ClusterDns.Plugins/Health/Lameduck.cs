using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Health;

/// <summary>
/// Holds the stop up for a while in which the server answers as before: the time it takes until nobody sends it queries any more.
/// </summary>
/// <param name="duration">How long; zero for not at all.</param>
/// <param name="text">The same as the Corefile has it.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Logs that it has begun.</param>
internal sealed partial class Lameduck(TimeSpan duration, string text, TimeProvider timeProvider, ILogger logger) : IHostService
{
    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask PrepareStopAsync(CancellationToken cancellationToken)
    {
        if (duration > TimeSpan.Zero)
        {
            LogLameduck(text);
            await Task.Delay(duration, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Going into lameduck mode for {Duration}")]
    private partial void LogLameduck(string duration);
}
