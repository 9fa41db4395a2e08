using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Http;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Hosting;

/// <summary>A model that is about to serve: what was opened and started for it, until it serves or is given up.</summary>
/// <param name="model">The model.</param>
/// <param name="services">What listeners share with the process.</param>
internal sealed class ModelOpening(ServerModel model, ListenerServices services)
{
    private readonly Dictionary<ListenEndpoint, DnsListener> _listeners = [];
    private readonly Dictionary<HttpAddress, HttpServer> _httpServers = [];
    private readonly List<DnsListener> _prepared = [];
    private readonly List<IHostService> _started = [];

    private IEnumerable<IGrouping<HttpAddress, HttpEndpoint>> HttpGroups => model.HttpEndpoints.GroupBy(static endpoint => endpoint.Address);

    /// <summary>What a listener is asked to be.</summary>
    /// <param name="listener">The listener.</param>
    public static ListenerOptions CreateOptions(ListenerModel listener)
        => new ListenerOptions
        {
            Port = listener.Place.Port,
            Addresses = listener.Place.Address is { } address ? [address] : [],
        }.With(listener.Settings);

    /// <summary>Opens what is not open yet, and starts the services. When it fails, <see cref="UndoAsync"/> is to be called.</summary>
    /// <param name="openListeners">The listeners that are open.</param>
    /// <param name="openServers">The HTTP servers that are open.</param>
    /// <param name="cancellationToken">Set when the start is given up.</param>
    public async Task OpenAsync(
        IReadOnlyDictionary<ListenEndpoint, DnsListener> openListeners,
        IReadOnlyDictionary<HttpAddress, HttpServer> openServers,
        CancellationToken cancellationToken)
    {
        foreach (ListenerModel listener in model.Listeners)
        {
            ListenerOptions options = CreateOptions(listener);
            if (!openListeners.TryGetValue(listener.Place, out DnsListener? open))
            {
                _listeners.Add(listener.Place, DnsListener.Open(options, services));
            }
            else
            {
                open.Prepare(options);
                _prepared.Add(open);
            }
        }

        foreach (IGrouping<HttpAddress, HttpEndpoint> group in HttpGroups)
        {
            if (!openServers.ContainsKey(group.Key))
            {
                _httpServers.Add(group.Key, await HttpServer.OpenAsync(group.Key, group, services, cancellationToken));
            }
        }

        model.Resources.Start();
        foreach (IHostService service in model.Services)
        {
            _started.Add(service);
            await service.StartAsync(cancellationToken);
        }
    }

    /// <summary>Has the model serve. It cannot fail.</summary>
    /// <param name="openListeners">The listeners that are open; gets those that were opened.</param>
    /// <param name="openServers">The HTTP servers that are open; gets those that were opened.</param>
    public void Serve(Dictionary<ListenEndpoint, DnsListener> openListeners, Dictionary<HttpAddress, HttpServer> openServers)
    {
        foreach (ListenerModel listener in model.Listeners)
        {
            if (_listeners.TryGetValue(listener.Place, out DnsListener? opened))
            {
                opened.Start(listener.Pipeline);
                openListeners.Add(listener.Place, opened);
            }
            else
            {
                openListeners[listener.Place].Pipeline = listener.Pipeline;
            }
        }

        foreach (IGrouping<HttpAddress, HttpEndpoint> group in HttpGroups)
        {
            if (_httpServers.TryGetValue(group.Key, out HttpServer? opened))
            {
                openServers.Add(group.Key, opened);
            }
            else
            {
                openServers[group.Key].Replace(group);
            }
        }
    }

    /// <summary>Closes what was opened, and releases the model.</summary>
    /// <param name="openListeners">The listeners that are open and stay so.</param>
    public async Task UndoAsync(IReadOnlyDictionary<ListenEndpoint, DnsListener> openListeners)
    {
        CancellationToken atOnce = new(canceled: true);
        for (int i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].StopAsync(atOnce);
        }

        foreach (HttpServer server in _httpServers.Values)
        {
            await server.DisposeAsync();
        }

        foreach ((ListenEndpoint place, DnsListener listener) in _listeners)
        {
            await CloseAsync(place, listener, openListeners);
        }

        // Workers that joined leave again.
        await Task.WhenAll(_prepared.Select(static listener => listener.ChangeAsync(listener.Options)));
        model.Dispose();
    }

    /// <summary>
    /// Closes a listener that has not served. Where it shares its port with one that serves, the kernel may have given it some of that
    /// one's queries: they are answered as that one would.
    /// </summary>
    private static async Task CloseAsync(
        ListenEndpoint place, DnsListener listener, IReadOnlyDictionary<ListenEndpoint, DnsListener> openListeners)
    {
        if (openListeners.FirstOrDefault(open => open.Key.Port == place.Port).Value is { } serving)
        {
            listener.Start(serving.Pipeline);
            await listener.StopAsync(CancellationToken.None);
        }

        await listener.DisposeAsync();
    }
}
