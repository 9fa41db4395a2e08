using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Http;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Hosting;

/// <summary>
/// A model at work: its listeners open, its services running. Another model may take its place while queries come in; what both
/// have, stays open. Calls follow one another: none may begin before the last has completed.
/// </summary>
/// <param name="services">What listeners share with the process.</param>
/// <param name="beforeFirst">Runs when the first model is ready to serve, and nothing serves yet.</param>
internal sealed class DnsServer(ListenerServices services, Action? beforeFirst = null) : IAsyncDisposable
{
    /// <summary>How long what is closed in a reload may take over its last answers: longer than any upstream is waited for.</summary>
    private static readonly TimeSpan RetirePatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ListenEndpoint, DnsListener> _listeners = [];
    private readonly Dictionary<HttpAddress, HttpServer> _httpServers = [];
    private ServerModel? _model;

    /// <summary>The open HTTP servers by the address that was asked for.</summary>
    public IReadOnlyDictionary<HttpAddress, HttpServer> HttpServers => _httpServers;

    /// <summary>The open listeners by their place.</summary>
    public IReadOnlyDictionary<ListenEndpoint, DnsListener> Listeners => _listeners;

    /// <summary>
    /// Takes over a model. Everything that can fail comes first: sockets that are not open yet are opened, services started. Then the
    /// new model serves, and what only the old one had answers what it took and closes.
    /// </summary>
    /// <param name="next">The model; it is the server's from now on, also when this fails.</param>
    /// <param name="cancellationToken">Set when there is no more time to start.</param>
    /// <param name="closeDeadline">Set when there is no more time to close the old in good order.</param>
    /// <exception cref="ListenException">A socket cannot be opened; the message says why. The server is as it was.</exception>
    /// <exception cref="IOException">An HTTP address cannot be had; the message says why. The server is as it was.</exception>
    public async Task ApplyAsync(ServerModel next, CancellationToken cancellationToken, CancellationToken closeDeadline)
    {
        ModelOpening opening = new(next, services);
        try
        {
            await opening.OpenAsync(_listeners, _httpServers, cancellationToken);
        }
        catch
        {
            await opening.UndoAsync(_listeners);
            throw;
        }

        ServerModel? old = _model;
        _model = next;
        if (old is null)
        {
            beforeFirst?.Invoke();
        }

        opening.Serve(_listeners, _httpServers);
        if (old is not null)
        {
            using CancellationTokenSource patience = new(RetirePatience, services.TimeProvider);
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, closeDeadline);
            await RetireAsync(old, next, deadline.Token);
        }

        services.Memory.SettleRequests();
    }

    /// <summary>
    /// Answers until the services are prepared, answers what has arrived, closes the listeners, then stops the services,
    /// the last started first, and the HTTP servers last of all.
    /// </summary>
    /// <param name="deadline">Set when there is no more time.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_model is not { } model)
        {
            return;
        }

        _model = null;
        await Task.WhenAll(model.Services.Select(service => service.PrepareStopAsync(deadline).AsTask()));
        await Task.WhenAll(_listeners.Values.Select(listener => listener.StopAsync(deadline)));
        _listeners.Clear();
        await (services.Queries?.DrainAsync(deadline) ?? Task.CompletedTask);
        await StopServicesAsync(model, deadline);
        foreach (HttpServer server in _httpServers.Values)
        {
            await server.DisposeAsync();
        }

        _httpServers.Clear();
    }

    /// <summary>Stops without waiting for answers.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private static async Task StopServicesAsync(ServerModel model, CancellationToken deadline)
    {
        foreach (IHostService service in model.Services.Reverse())
        {
            await service.StopAsync(deadline);
        }

        model.Dispose();
    }

    /// <summary>Closes what a model had and the next one does not have.</summary>
    private async Task RetireAsync(ServerModel old, ServerModel next, CancellationToken deadline)
    {
        List<Task> closing = [];
        foreach (ListenerModel listener in next.Listeners)
        {
            DnsListener open = _listeners[listener.Place];
            closing.Add(open.ChangeAsync(ModelOpening.CreateOptions(listener)));
        }

        HashSet<ListenEndpoint> kept = [.. next.Listeners.Select(static listener => listener.Place)];
        foreach (ListenerModel listener in old.Listeners)
        {
            if (!kept.Contains(listener.Place) && _listeners.Remove(listener.Place, out DnsListener? unused))
            {
                closing.Add(unused.StopAsync(deadline));
            }
        }

        foreach (HttpAddress address in _httpServers.Keys.Except(next.HttpEndpoints.Select(static endpoint => endpoint.Address)).ToList())
        {
            _httpServers.Remove(address, out HttpServer? unused);
            closing.Add(unused!.DisposeAsync().AsTask());
        }

        await Task.WhenAll(closing).WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopServicesAsync(old, deadline);
    }
}
