using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>Imports of an API server.</summary>
public sealed class ApiImportsTests : IAsyncLifetime
{
    private const string Web = "web.shop.svc.clusterset.local.";
    private const string Db = "db.shop.svc.clusterset.local.";

    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.HasImports = true;
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(ApiKit.Service("web", "10.96.0.1"));
        _server.Put(Import("web", "ClusterSetIP", "10.100.0.1"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Imports_come_change_and_go(bool hasWatchList)
    {
        _server.HasWatchList = hasWatchList;
        await using ApiKit kit = await CreateKit().StartAsync(watches: 4);
        Assert.Equal($"NOERROR\nAnswer: {Web} 5 A 10.100.0.1", kit.Ask(Web));
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask(Db), StringComparison.Ordinal);

        _server.Put(Import("web", "ClusterSetIP", "10.100.0.2"));
        await kit.UntilAnswerAsync(Web, "10.100.0.2");
        Assert.DoesNotContain("10.100.0.1", kit.Ask(Web), StringComparison.Ordinal);
        _server.Put(Import("db", "ClusterSetIP", "10.100.0.3"));
        await kit.UntilAnswerAsync(Db, "10.100.0.3");
        _server.Put(Import("db", "Headless", "10.100.0.3"));
        await kit.UntilAnswerAsync(Db, "NXDOMAIN");
        _server.Delete(FakeApiServer.Imports, "shop/web");
        await kit.UntilAnswerAsync(Web, "NXDOMAIN");
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slices_of_two_clusters_come_and_go()
    {
        _server.Put(Import("db", "Headless", "10.100.0.3"));
        _server.Put(Slice("db-east", "east", "10.1.0.1"));
        await using ApiKit kit = await CreateKit().StartAsync(watches: 4);
        Assert.Equal($"NOERROR\nAnswer: {Db} 5 A 10.1.0.1", kit.Ask(Db));
        Assert.StartsWith("NXDOMAIN", kit.Ask("west." + Db), StringComparison.Ordinal);

        _server.Put(Slice("db-west", "west", "10.2.0.1"));
        await kit.UntilAnswerAsync("db-0.west." + Db, "10.2.0.1");
        Assert.Equal($"NOERROR\nAnswer: {Db} 5 A 10.1.0.1\nAnswer: {Db} 5 A 10.2.0.1", kit.Ask(Db));
        Assert.Contains("10.1.0.1", kit.Ask("db-0.east." + Db), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR\nAuthority", kit.Ask("west." + Db), StringComparison.Ordinal);
        Assert.Contains("db-0.west." + Db, kit.Ask("1.0.2.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("db.shop.svc.cluster.local."), StringComparison.Ordinal);

        _server.Put(Slice("db-east", "north", "10.1.0.1"));
        await kit.UntilAnswerAsync("db-0.north." + Db, "10.1.0.1");
        Assert.StartsWith("NXDOMAIN", kit.Ask("db-0.east." + Db), StringComparison.Ordinal);
        _server.Delete(FakeApiServer.Slices, "shop/db-west");
        await kit.UntilAnswerAsync("db-0.west." + Db, "NXDOMAIN");
        _server.Put("""{"kind":"EndpointSlice","metadata":{"name":"db-east","namespace":"shop"},"endpoints":[{"addresses":["10.1.0.1"]}]}""");
        await kit.UntilAnswerAsync(Db, "NXDOMAIN");
    }

    [Fact]
    public async Task Where_nobody_has_defined_imports_all_else_is_answered_until_somebody_does()
    {
        _server.HasImports = false;
        await using ApiKit kit = await CreateKit().StartAsync(watches: 3);
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask(Web), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR\nAuthority", kit.Ask("shop.svc.clusterset.local."), StringComparison.Ordinal);

        int asked = CountAsked();
        await kit.UntilAsync(() => CountAsked() > asked + 2, TimeSpan.FromSeconds(10));
        Assert.Equal(1, kit.Log.Split("serviceimports").Length - 1);
        Assert.Contains("Warning: Not permitted to watch serviceimports; names are answered without it", kit.Log, StringComparison.Ordinal);

        _server.HasImports = true;
        await kit.UntilAnswerAsync(Web, "10.100.0.1", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Without_the_right_to_see_imports_all_else_is_answered()
    {
        _server.Script = static request => request.Path is FakeApiServer.Imports ? new FakeResponse(403, "serviceimports is forbidden") : null;
        await using ApiKit kit = await CreateKit().StartAsync(watches: 3);
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask(Web), StringComparison.Ordinal);
        await kit.UntilAsync(() => kit.Log.Contains("Not permitted to watch serviceimports", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_are_not_denied_before_imports_are_known()
    {
        TaskCompletionSource held = new();
        _server.Hold = request => request.Path is FakeApiServer.Imports ? held.Task : Task.CompletedTask;
        await using ApiKit kit = CreateKit().Start();
        await kit.UntilAsync(() => _server.Watches.Count == 3);
        Assert.False(kit.IsReady);
        Assert.StartsWith("SERVFAIL", kit.Ask(Web), StringComparison.Ordinal);

        held.SetResult();
        await kit.UntilAnswerAsync(Web, "10.100.0.1");
        Assert.True(kit.IsReady);
    }

    [Fact]
    public async Task What_changed_while_the_watch_was_broken_is_swept()
    {
        await using ApiKit kit = await CreateKit().StartAsync(watches: 4);
        await _server.GoDownAsync();
        _server.Delete(FakeApiServer.Imports, "shop/web");
        _server.Put(Import("db", "ClusterSetIP", "10.100.0.3"));
        _server.Compact();
        Assert.Contains("10.100.0.1", kit.Ask(Web), StringComparison.Ordinal);

        await _server.ListenAsync();
        await kit.UntilAnswerAsync(Db, "10.100.0.3", TimeSpan.FromSeconds(1));
        Assert.StartsWith("NXDOMAIN", kit.Ask(Web), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_want_imports_does_not_ask_for_them()
    {
        await using ApiKit kit = await new ApiKit(_server).StartAsync();
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Equal(0, CountAsked());
    }

    [Theory]
    [InlineData("namespaces lab")]
    [InlineData("labels tier=gold")]
    public async Task What_is_left_out_is_not_kept(string option)
    {
        await using ApiKit kit = await CreateKit(option).StartAsync(watches: 4);
        Assert.StartsWith("NXDOMAIN", kit.Ask(Web), StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(kit.Kit.Build.GetOffers<ClusterOffer>()).Index.Imports.Count);
    }

    private int CountAsked() => _server.Requests.Count(static request => request.Path is FakeApiServer.Imports);

    private ApiKit CreateKit(string option = "") => new(_server, new PluginKit(
        new KubernetesPlugin(static () => []),
        $"kubernetes cluster.local clusterset.local in-addr.arpa {{\nendpoint {_server.Url}\nmulticluster clusterset.local\n{option}\n}}"));

    private static string Import(string name, string type, string address)
        => $$$"""{"kind":"ServiceImport","metadata":{"name":"{{{name}}}","namespace":"shop"},"spec":{"type":"{{{type}}}","ips":["{{{address}}}"],"ports":[{"name":"http","protocol":"TCP","port":80}]},"status":{"clusters":[{"cluster":"east"}]}}""";

    private static string Slice(string name, string cluster, string address)
        => $$$"""{"kind":"EndpointSlice","metadata":{"name":"{{{name}}}","namespace":"shop","labels":{"multicluster.kubernetes.io/service-name":"db","multicluster.kubernetes.io/source-cluster":"{{{cluster}}}"}},"addressType":"IPv4","endpoints":[{"addresses":["{{{address}}}"],"hostname":"db-0"}],"ports":[{"name":"sql","protocol":"TCP","port":5432}]}""";
}
