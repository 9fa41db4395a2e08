using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Plugins.Health;

/// <summary>Asks the server's own health endpoint every second: its duration shows how loaded the process is.</summary>
/// <param name="address">Where the endpoint is.</param>
/// <param name="path">Its path.</param>
/// <param name="metrics">Where the time goes.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="guard">Runs the loop.</param>
/// <param name="logger">Logs requests that failed or were slow.</param>
internal sealed partial class HealthCheck(
    HttpAddress address, string path, HealthMetrics metrics, TimeProvider timeProvider, CallbackGuard guard, ILogger logger)
    : IHostService, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _running = guard.RunLoopAsync("health_check", RunAsync, _stopping.Token);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        string host = address.Host.Length == 0 ? HttpAddress.Localhost : address.Host;
        Uri uri = new UriBuilder("http", host, address.Port, path).Uri;

        // The way to itself leads through no proxy, whatever the environment says.
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout };
        using PeriodicTimer timer = new(Period, timeProvider);
        while (true)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            long start = timeProvider.GetTimestamp();
            string? failure = await AskAsync(client, uri);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            // One that failed took its time too, and that is when the process is at its limit.
            TimeSpan duration = timeProvider.GetElapsedTime(start);
            metrics.Duration.Observe(duration.TotalSeconds);
            if (failure is not null)
            {
                metrics.Failures.Add();
                LogFailed(uri, failure);
            }
            else if (duration > Slow)
            {
                LogSlow(uri, duration.TotalSeconds);
            }
        }
    }

    /// <summary>Asks.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    private async Task<string?> AskAsync(HttpClient client, Uri uri)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(uri, _stopping.Token);
            return response.StatusCode == HttpStatusCode.OK ? null : $"status {(int)response.StatusCode}";
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or SocketException)
        {
            return exception.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Local health request to \"{Uri}\" failed: {Reason}")]
    private partial void LogFailed(Uri uri, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Local health request to \"{Uri}\" took more than 1s: {Seconds}s")]
    private partial void LogSlow(Uri uri, double seconds);
}
