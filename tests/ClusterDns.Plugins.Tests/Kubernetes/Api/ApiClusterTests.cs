using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>How the watched cluster lives in the server: at the start, over reloads, under limits, and in the metrics.</summary>
public sealed class ApiClusterTests : IAsyncLifetime
{
    private const string Web = "web.shop.svc.cluster.local.";

    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("web", "10.96.0.1"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_start_waits_until_the_cluster_is_known()
    {
        TaskCompletionSource held = new();
        _server.Hold = request => request.Path is FakeApiServer.Services ? held.Task : Task.CompletedTask;
        await using ApiKit kit = new ApiKit(_server).Start();
        Task starting = StartServicesAsync(kit);
        await kit.UntilAsync(() => kit.Log.Contains("waiting for Kubernetes API before starting server", StringComparison.Ordinal), TimeSpan.FromMilliseconds(1));
        Assert.False(starting.IsCompleted);

        held.SetResult();
        await kit.UntilAsync(() => starting.IsCompleted);
        await starting;
        Assert.Contains("10.96.0.1", kit.Ask(Web), StringComparison.Ordinal);
        Assert.DoesNotContain("unsynced", kit.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("startup_timeout 1200ms", 1.2)]
    [InlineData("startup_timeout 0s", 0)]
    public async Task The_start_does_not_wait_for_ever(string option, double seconds)
    {
        _server.Script = static _ => new FakeResponse(500, "not now");
        await using ApiKit kit = new ApiKit(_server, "endpoint ENDPOINT\n" + option).Start();
        DateTimeOffset before = kit.Kit.Time.GetUtcNow();
        Task starting = StartServicesAsync(kit);
        await kit.UntilAsync(() => starting.IsCompleted, TimeSpan.FromMilliseconds(100));
        await starting;

        Assert.True(kit.Kit.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(seconds));
        Assert.Contains("Warning: starting server with unsynced Kubernetes API: namespaces: ", kit.Log, StringComparison.Ordinal);
        Assert.Contains("; services: ", kit.Log, StringComparison.Ordinal);
        Assert.StartsWith("SERVFAIL", kit.Ask(Web), StringComparison.Ordinal);

        // A reload, or another block, does not wait again.
        Assert.True(StartServicesAsync(kit).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_start_that_is_given_up_ends()
    {
        _server.Hold = static request => request.Path is FakeApiServer.Services ? new TaskCompletionSource().Task : Task.CompletedTask;
        await using ApiKit kit = new ApiKit(_server).Start();
        using CancellationTokenSource giveUp = new();
        Task starting = StartServicesAsync(kit, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    [Theory]
    [InlineData("labels tier=gold", "namespaces= services=tier=gold endpointslices=tier=gold", "NXDOMAIN")]
    [InlineData("namespace_labels tier in (gold, silver),!hidden", "namespaces=tier in (gold,silver),!hidden services= endpointslices=", "NXDOMAIN")]
    [InlineData("noendpoints", "namespaces= services=", "NOERROR")]
    [InlineData("pods verified\nlabels tier=gold", "namespaces= services=tier=gold endpointslices=tier=gold pods=tier=gold", "NXDOMAIN")]
    [InlineData("multicluster cluster.local\nnoendpoints", "namespaces= services= serviceimports=", "NXDOMAIN")]
    [InlineData("multicluster cluster.local\nlabels tier=gold", "namespaces= services=tier=gold serviceimports=tier=gold endpointslices=tier=gold", "NXDOMAIN")]
    public async Task Only_what_options_ask_for_is_asked_for(string option, string expected, string others)
    {
        _server.Put("""{"kind":"Namespace","metadata":{"name":"vault","labels":{"tier":"silver"}}}""");
        _server.Put("""{"kind":"Service","metadata":{"name":"gold","namespace":"vault","labels":{"tier":"gold"}},"spec":{"clusterIP":"10.96.0.7"}}""");
        _server.Put("""{"kind":"ServiceImport","metadata":{"name":"gold","namespace":"vault","labels":{"tier":"gold"}},"spec":{"ips":["10.96.0.7"],"ports":[{"port":80}]}}""");
        _server.HasImports = true;
        await using ApiKit kit = await new ApiKit(_server, "endpoint ENDPOINT\n" + option).StartAsync(expected.Split("s=").Length - 1);

        Assert.Contains("10.96.0.7", kit.Ask("gold.vault.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith(others, kit.Ask(Web), StringComparison.Ordinal);
        string[] asked = [.. _server.Requests
            .Select(static request => $"{request.Path[(request.Path.LastIndexOf('/') + 1)..]}={request.Query["labelSelector"]}").Distinct(StringComparer.Ordinal)];
        Assert.Equal(expected, string.Join(' ', asked.OrderBy(static text => "nsep".IndexOf(text[0], StringComparison.Ordinal)).ThenByDescending(static text => text, StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Of_other_namespaces_nothing_is_known_and_what_asks_otherwise_shares_nothing()
    {
        _server.Put(ApiKit.Namespace("bank"));
        SharedResources shared = new();
        await using ApiKit shop = await new ApiKit(_server, Build(shared, "\nnamespaces shop")).StartAsync();
        Assert.Contains("10.96.0.1", shop.Ask(Web), StringComparison.Ordinal);
        await using ApiKit bank = await new ApiKit(_server, Build(shared, "\nnamespaces bank")).StartAsync(watches: 6);
        Assert.StartsWith("NXDOMAIN", bank.Ask(Web), StringComparison.Ordinal);
        Assert.Contains("10.96.0.1", shop.Ask(Web), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configurations_that_ask_for_the_same_share_one_cluster_and_the_last_one_ends_it()
    {
        SharedResources shared = new();
        PluginKit first = Build(shared, "");
        await using ApiKit kit = await new ApiKit(_server, first).StartAsync();
        int asked = _server.Requests.Count;

        PluginKit second = Build(shared, "\nttl 60");
        PluginKit other = Build(shared, "\napiserver_burst 2");
        second.Build.Resources.Start();
        Assert.Equal(2, shared.Count);
        Assert.Contains("10.96.0.1", second.Ask(Web), StringComparison.Ordinal);
        Assert.Equal(asked, _server.Requests.Count);

        other.Build.Resources.Dispose();
        first.Build.Resources.Dispose();
        _server.Put(ApiKit.Service("web", "10.96.0.2"));
        await kit.UntilAsync(() => second.Ask(Web).Contains("10.96.0.2", StringComparison.Ordinal));
        second.Build.Resources.Dispose();
        await kit.UntilAsync(() => _server.Watches.Count == 0);
    }

    [Fact]
    public async Task Lists_are_asked_for_no_faster_than_the_rate_and_requests_wait_for_one_another()
    {
        _server.HasWatchList = false;
        for (int i = 0; i < 1600; i++)
        {
            _server.Put(ApiKit.Service($"many-{i}", $"10.97.{i / 250}.{i % 250}"));
        }

        int underWay = 0;
        int most = 0;
        _server.Hold = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
        };
        await using ApiKit kit = new ApiKit(
            _server, "endpoint ENDPOINT\napiserver_qps 2\napiserver_burst 1\napiserver_max_inflight 1").Start();
        await kit.UntilAsync(() => kit.Log.Length > 0 || CountLists() > 0);
        DateTimeOffset before = kit.Kit.Time.GetUtcNow();
        await kit.UntilAnswerAsync("many-1599.shop.svc.cluster.local.", "10.97.6.99", TimeSpan.FromMilliseconds(10));

        // Four pages of Services and one of each other kind, of which the first need not wait.
        Assert.True(kit.Kit.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(2.4));
        Assert.Equal(1, most);
        HistogramFamily waits = kit.Kit.Metrics.Families.OfType<HistogramFamily>().Single(static family => family.Name.Contains("rate_limiter", StringComparison.Ordinal));
        Assert.True(waits.Children.Single().Sum > 0);
    }

    [Fact]
    public async Task Requests_are_counted_as_CoreDNS_counts_them()
    {
        _server.HasWatchList = false;
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        string host = $"127.0.0.1:{_server.Port}";
        CounterFamily requests = kit.Kit.Metrics.Counters(
            "coredns_kubernetes_rest_client_requests_total", "", "code", "method", "host");
        await kit.UntilAsync(() => requests.With("200", "GET", host).Value == 6);
        Assert.Equal(3, requests.With("422", "GET", host).Value);
        Assert.Equal("Number of HTTP requests, partitioned by status code, method, and host.", requests.Help);
        HistogramFamily durations = kit.Kit.Metrics.Histograms(
            "coredns_kubernetes_rest_client_request_duration_seconds", "", [], "verb", "host");
        Assert.Equal("Request latency in seconds. Broken down by verb and host.", durations.Help);
        Histogram duration = durations.With("GET", host);
        Assert.Equal([.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10], duration.Bounds.ToArray());
        await kit.UntilAsync(() => Enumerable.Range(0, 12).Sum(duration.GetCount) == 3);
        HistogramFamily waits = kit.Kit.Metrics.Histograms(
            "coredns_kubernetes_rest_client_rate_limiter_duration_seconds", "", [], "verb", "host");
        Assert.Equal("Client side rate limiter latency in seconds. Broken down by verb and host.", waits.Help);
        Assert.Equal([.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10], waits.With("GET", host).Bounds.ToArray());

        await _server.GoDownAsync();
        await kit.UntilAsync(() => requests.With("<error>", "GET", host).Value > 0, TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task How_long_changes_of_endpoints_took_is_counted_once_for_each()
    {
        const string annotated = """{"name":"NAME","namespace":"shop","annotations":{"endpoints.kubernetes.io/last-change-trigger-time":"1999-12-31T23:59:59.5Z"},"labels":{LABEL"kubernetes.io/service-name":"web"}}""";
        string Slice(string name, string label, string address)
            => $$"""{"kind":"EndpointSlice","metadata":{{annotated.Replace("NAME", name, StringComparison.Ordinal).Replace("LABEL", label, StringComparison.Ordinal)}},"endpoints":[{"addresses":["{{address}}"]}]}""";
        _server.Put(Slice("a", "", "10.1.0.1"));
        _server.Put(Slice("b", "\"service.kubernetes.io/headless\":\"\",", "10.1.0.2"));
        _server.Put(ApiKit.Slice("without", "web", "10.1.0.3"));
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        HistogramFamily durations = kit.Kit.Metrics.Histograms("coredns_kubernetes_dns_programming_duration_seconds", "", [], "service_kind");
        Assert.Equal(0.5, durations.With("cluster_ip").Sum, 3);
        Assert.Equal(0.5, durations.With("headless_with_selector").Sum, 3);
        Assert.Equal(20, durations.With("cluster_ip").Bounds.Length);

        _server.Put(Slice("a", "", "10.1.0.1"));
        _server.Put(Slice("a", "", "10.1.0.4"));
        await kit.UntilAsync(() => kit.Ask("4.0.1.10.in-addr.arpa.", Core.Wire.RecordType.PTR).Contains("web.shop", StringComparison.Ordinal));
        await kit.UntilAsync(() => durations.With("cluster_ip").Sum > 0.9);
        Assert.Equal(1, durations.With("cluster_ip").Sum, 3);
    }

    [Fact]
    public async Task An_object_that_cannot_be_made_out_is_passed_over_counted_and_told_once()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        FakeWatch watch = _server.Watches.Single(static watch => watch.Path is FakeApiServer.Services);
        watch.Send("""{"type":"ADDED","object":{"metadata":{"namespace":"shop"}}}""");
        watch.Send("""{"type":"ADDED","object":{"metadata":{"namespace":"shop"}}}""");
        _server.Put(ApiKit.Service("api", "10.96.0.2"));
        await kit.UntilAnswerAsync("api.shop.svc.cluster.local.", "10.96.0.2");
        Assert.Equal(2, kit.Kit.Metrics.Counters("clusterdns_kubernetes_dropped_objects_total", "", "resource", "reason").With("services", "unreadable").Value);
        Assert.Single(kit.Kit.Log, static line => line.Contains("Skipped unreadable services", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slice_that_loses_its_label_or_is_deleted_is_gone()
    {
        _server.Put(ApiKit.Slice("web-1", "web", "10.1.0.1"));
        _server.Put(ApiKit.Slice("web-2", "web", "10.1.0.2"));
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        Assert.Contains("web.shop", kit.Ask("1.0.1.10.in-addr.arpa.", Core.Wire.RecordType.PTR), StringComparison.Ordinal);
        _server.Put("""{"kind":"EndpointSlice","metadata":{"name":"web-1","namespace":"shop"},"addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"]}]}""");
        _server.Delete(FakeApiServer.Slices, "shop/web-2");
        await kit.UntilAsync(() => kit.Ask("1.0.1.10.in-addr.arpa.", Core.Wire.RecordType.PTR).StartsWith("NXDOMAIN", StringComparison.Ordinal));
        await kit.UntilAsync(() => kit.Ask("2.0.1.10.in-addr.arpa.", Core.Wire.RecordType.PTR).StartsWith("NXDOMAIN", StringComparison.Ordinal));
    }

    private static async Task StartServicesAsync(ApiKit kit, CancellationToken cancellationToken = default)
    {
        foreach (IHostService service in kit.Kit.Build.Services)
        {
            await service.StartAsync(cancellationToken);
        }
    }

    private int CountLists() => _server.Requests.Count(static request => request.IsList);

    private PluginKit Build(SharedResources shared, string options)
        => new(
            new KubernetesPlugin(static () => []),
            $"kubernetes cluster.local {{\nendpoint {_server.Url}{options}\n}}",
            resources: shared.CreateScope());
}
