using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Health;

/// <summary>Asks the server's own health endpoint every second: what it takes tells how loaded the process is.</summary>
/// <param name="address">Where the endpoint is.</param>
/// <param name="path">Its path.</param>
/// <param name="metrics">Where the time goes.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HealthCheck(HttpAddress address, string path, HealthMetrics metrics, TimeProvider timeProvider)
    : IHostService, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync();
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
        using HttpClient client = new() { Timeout = Period };
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
            try
            {
                using HttpResponseMessage response = await client.GetAsync(uri, _stopping.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    metrics.Duration.Observe(timeProvider.GetElapsedTime(start).TotalSeconds);
                    continue;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or SocketException)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }
            }

            metrics.Failures.Add();
        }
    }
}
