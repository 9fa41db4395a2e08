using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Http;
using ClusterDns.Listeners;
using ClusterDns.Serving;

namespace ClusterDns.Hosting;

/// <summary>A model at work: its listeners open, its services running.</summary>
/// <param name="model">The model.</param>
/// <param name="services">What listeners share with the process.</param>
internal sealed class DnsServer(ServerModel model, ListenerServices services) : IAsyncDisposable
{
    private readonly List<DnsListener> _listeners = [];
    private readonly List<HttpServer> _httpServers = [];
    private readonly List<IHostService> _running = [];
    private bool _isServing;

    /// <summary>The open HTTP servers.</summary>
    public IReadOnlyList<HttpServer> HttpServers => _httpServers;

    /// <summary>The open listeners, in the model's order.</summary>
    public IReadOnlyList<DnsListener> Listeners => _listeners;

    /// <summary>
    /// Opens every socket, so that whatever can fail has failed; then starts the services; then serves. When it fails, nothing of
    /// it stays.
    /// </summary>
    /// <param name="cancellationToken">Set when the start is given up.</param>
    /// <exception cref="ListenException">A socket cannot be opened; the message says why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (ListenerModel listener in model.Listeners)
            {
                _listeners.Add(DnsListener.Open(CreateOptions(listener), services));
            }

            foreach (IGrouping<HttpAddress, HttpEndpoint> group in model.HttpEndpoints.GroupBy(static endpoint => endpoint.Address))
            {
                _httpServers.Add(await HttpServer.OpenAsync(group.Key, group, services.LoggerFactory, cancellationToken));
            }

            foreach (IHostService service in model.Services)
            {
                _running.Add(service);
                await service.StartAsync(cancellationToken);
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        _isServing = true;
        for (int i = 0; i < _listeners.Count; i++)
        {
            _listeners[i].Start(model.Listeners[i].Pipeline);
        }
    }

    /// <summary>
    /// Goes on answering until the services are prepared, answers what has arrived, closes the listeners, then stops the services,
    /// the last started first, and the HTTP servers last of all.
    /// </summary>
    /// <param name="deadline">Set when there is no more time.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_isServing)
        {
            await Task.WhenAll(_running.Select(service => service.PrepareStopAsync(deadline).AsTask()));
        }

        _isServing = false;
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(deadline)));
        _listeners.Clear();
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            await _running[i].StopAsync(deadline);
        }

        _running.Clear();
        foreach (HttpServer server in _httpServers)
        {
            await server.DisposeAsync();
        }

        _httpServers.Clear();
    }

    /// <summary>Stops without waiting for answers.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private static ListenerOptions CreateOptions(ListenerModel listener)
        => ListenerOptions.From(listener.Place.Port, listener.Settings) with
        {
            Addresses = listener.Place.Address is { } address ? [address] : [],
        };
}
