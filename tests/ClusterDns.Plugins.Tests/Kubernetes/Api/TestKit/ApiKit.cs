using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

/// <summary>The plugin over a fake API server: everything between a query and the server's socket.</summary>
internal sealed class ApiKit : IAsyncDisposable
{
    /// <summary>For how many looks nothing may have happened before the clock goes on: who asked reads the answer meanwhile.</summary>
    private const int QuietLooks = 3;

    private const int StepsPerLook = 10;

    private readonly PluginKit _kit;
    private readonly FakeApiServer _server;
    private readonly RequestsInTransit _inTransit;

    /// <param name="server">The server.</param>
    /// <param name="kit">The plugin, built to ask it.</param>
    public ApiKit(FakeApiServer server, PluginKit kit)
    {
        _server = server;
        _kit = kit;
        _inTransit = new RequestsInTransit(server);
        Assert.Equal("", kit.Errors);
    }

    /// <param name="server">The server.</param>
    /// <param name="options">The plugin's options; ENDPOINT stands for the server's URL.</param>
    /// <param name="files">Files.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="pings">How dead connections are found out.</param>
    public ApiKit(
        FakeApiServer server,
        string options = "endpoint ENDPOINT\npods insecure",
        FakeFiles? files = null,
        Func<string, string?>? environment = null,
        ConnectionPings? pings = null)
        : this(
            server,
            new PluginKit(
                new KubernetesPlugin(static () => [], environment, pings),
                $"kubernetes cluster.local in-addr.arpa {{\n{options.Replace("ENDPOINT", server.Url, StringComparison.Ordinal)}\n}}",
                files: files))
    {
    }

    public PluginKit Kit => _kit;

    public string Log => string.Join('\n', _kit.Log);

    public bool IsReady => _kit.Wiring.All<ReadinessCheck>().All(static check => check.IsReady());

    /// <summary>Begins to watch.</summary>
    public ApiKit Start()
    {
        _kit.Resources.Start();
        return this;
    }

    /// <summary>Begins to watch, and waits until the cluster is known and every kind is watched.</summary>
    public async Task<ApiKit> StartAsync(int watches = 3)
    {
        Start();
        await UntilAsync(() => IsReady && _server.Watches.Count == watches);
        return this;
    }

    public string Ask(string name, RecordType type = RecordType.A) => _kit.Ask(name, type);

    public Task UntilAnswerAsync(string name, string text, TimeSpan step = default)
        => UntilAsync(() => Ask(name).Contains(text, StringComparison.Ordinal), step);

    /// <summary>Waits until something is so.</summary>
    /// <param name="condition">What.</param>
    /// <param name="step">How far the clock goes on meanwhile, again and again.</param>
    public async Task UntilAsync(Func<bool> condition, TimeSpan step = default)
    {
        int quietLooks = 0;
        (int Requests, int Fired) seen = default;
        await Eventually.IsAsync(
            () =>
            {
                if (condition())
                {
                    return true;
                }

                // A clock that goes on while a request or its answer is on its way would make a machine that is busy look like a server that is slow.
                (int Requests, int Fired) now = (_server.Requests.Count, _kit.Time.Fired);
                quietLooks = _server.IsBusy || _inTransit.Count > _server.HeldCount || now != seen ? 0 : quietLooks + 1;
                seen = now;
                if (step > TimeSpan.Zero && quietLooks >= QuietLooks)
                {
                    // Until a timer begins something, the clock may go on without another look.
                    for (int steps = 0; steps < StepsPerLook && _kit.Time.Fired == now.Fired; steps++)
                    {
                        _kit.Time.Advance(step);
                    }
                }

                return false;
            },
            () => "what is waited for does not come; log:\n" + Log);
    }

    public ValueTask DisposeAsync()
    {
        _kit.Resources.Dispose();
        _inTransit.Dispose();
        return ValueTask.CompletedTask;
    }

    public static string Namespace(string name) => $$$"""{"kind":"Namespace","metadata":{"name":"{{{name}}}"}}""";

    public static string Service(string name, string address, string space = "shop")
        => $$$"""{"kind":"Service","metadata":{"name":"{{{name}}}","namespace":"{{{space}}}"},"spec":{"clusterIP":"{{{address}}}","clusterIPs":["{{{address}}}"],"ports":[{"name":"http","protocol":"TCP","port":80}],"type":"ClusterIP"}}""";

    public static string Slice(string name, string service, string address, string space = "shop")
        => $$$"""{"kind":"EndpointSlice","metadata":{"name":"{{{name}}}","namespace":"{{{space}}}","labels":{"kubernetes.io/service-name":"{{{service}}}"}},"addressType":"IPv4","endpoints":[{"addresses":["{{{address}}}"],"conditions":{"ready":true}}],"ports":[{"name":"http","protocol":"TCP","port":80}]}""";
}
