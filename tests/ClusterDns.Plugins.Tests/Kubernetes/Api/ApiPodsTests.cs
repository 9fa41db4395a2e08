using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Metadata;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Api;

/// <summary>Pods of an API server, and endpoints named after them.</summary>
public sealed class ApiPodsTests : IAsyncLifetime
{
    private const string First = "10-1-0-1.shop.pod.cluster.local.";
    private const string Verified = "endpoint ENDPOINT\npods verified";

    private FakeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _server.Put(ApiKit.Namespace("shop"));
        _server.Put(Pod("a", "10.1.0.1"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pods_come_move_and_go(bool hasWatchList)
    {
        _server.HasWatchList = hasWatchList;
        await using ApiKit kit = await new ApiKit(_server, Verified).StartAsync(watches: 4);
        Assert.Contains("10.1.0.1", kit.Ask(First), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("10-1-0-2.shop.pod.cluster.local."), StringComparison.Ordinal);

        _server.Put(Pod("b", "10.1.0.2"));
        await kit.UntilAnswerAsync("10-1-0-2.shop.pod.cluster.local.", "10.1.0.2");
        _server.Put(Pod("b", "10.1.0.3"));
        await kit.UntilAnswerAsync("10-1-0-3.shop.pod.cluster.local.", "10.1.0.3");
        // A reader may see both addresses for a moment: the new one is added before the old one is removed.
        await kit.UntilAnswerAsync("10-1-0-2.shop.pod.cluster.local.", "NXDOMAIN");
        _server.Delete(FakeApiServer.Pods, "shop/b");
        await kit.UntilAnswerAsync("10-1-0-3.shop.pod.cluster.local.", "NXDOMAIN");
    }

    [Fact]
    public async Task A_client_is_told_by_its_pod_with_the_labels_it_has_now()
    {
        _server.Put(Pod("a", "192.0.2.1", labels: """{"app":"web"}"""));
        await using ApiKit kit = await new ApiKit(
            _server,
            new PluginKit(
                [new MetadataPlugin(), new KubernetesPlugin(static () => [])],
                $"metadata\nkubernetes cluster.local {{\nendpoint {_server.Url}\npods verified\n}}")).StartAsync(watches: 4);
        Assert.Equal("shop a web", Read());

        _server.Put(Pod("a", "192.0.2.1", labels: """{"app":"shop"}"""));
        await kit.UntilAsync(() => Read() is "shop a shop");

        string Read()
        {
            Query query = kit.Kit.Serve(First, client: "192.0.2.1:5300");
            return string.Join(' ', ((string[])["namespace", "pod-name", "label/app"]).Select(field => query.GetMetadata("kubernetes/client-" + field)));
        }
    }

    [Theory]
    [InlineData("Succeeded", "")]
    [InlineData("Failed", "")]
    [InlineData("Unknown", "")]
    [InlineData("Running", "2026-01-01T00:00:00Z")]
    public async Task A_pod_that_ends_is_gone(string phase, string deleted)
    {
        await using ApiKit kit = await new ApiKit(_server, Verified).StartAsync(watches: 4);
        Assert.Contains("10.1.0.1", kit.Ask(First), StringComparison.Ordinal);
        _server.Put(Pod("a", "10.1.0.1", phase, deleted));
        await kit.UntilAnswerAsync(First, "NXDOMAIN");
    }

    [Fact]
    public async Task What_changed_while_the_watch_was_broken_is_swept()
    {
        await using ApiKit kit = await new ApiKit(_server, Verified).StartAsync(watches: 4);
        await _server.GoDownAsync();
        _server.Delete(FakeApiServer.Pods, "shop/a");
        _server.Put(Pod("b", "10.1.0.2"));
        _server.Compact();
        Assert.Contains("10.1.0.1", kit.Ask(First), StringComparison.Ordinal);

        await _server.ListenAsync();
        await kit.UntilAnswerAsync("10-1-0-2.shop.pod.cluster.local.", "10.1.0.2", TimeSpan.FromSeconds(1));

        // What is gone is swept when the whole list is there.
        await kit.UntilAnswerAsync(First, "NXDOMAIN");
    }

    [Fact]
    public async Task Without_the_right_to_see_pods_all_else_is_answered()
    {
        _server.Put(ApiKit.Service("web", "10.96.0.1"));
        _server.Script = static request => request.Path is FakeApiServer.Pods ? new FakeResponse(403, "pods is forbidden") : null;
        await using ApiKit kit = await new ApiKit(_server, Verified).StartAsync(watches: 3);
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask(First), StringComparison.Ordinal);
        await kit.UntilAsync(() => kit.Log.Contains("Not permitted to watch pods", StringComparison.Ordinal));

        _server.Script = static _ => null;
        await kit.UntilAnswerAsync(First, "10.1.0.1", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Pods_of_other_namespaces_are_not_kept()
    {
        await using ApiKit kit = await new ApiKit(_server, Verified + "\nnamespaces lab").StartAsync(watches: 4);
        Assert.StartsWith("NXDOMAIN", kit.Ask(First), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_are_named_after_their_pods_where_that_is_asked_for_and_only_there()
    {
        _server.Put("""{"kind":"Service","metadata":{"name":"db","namespace":"shop"},"spec":{"clusterIP":"None"}}""");
        _server.Put("""
            {"kind":"EndpointSlice","metadata":{"name":"db-1","namespace":"shop","labels":{"kubernetes.io/service-name":"db"}},"addressType":"IPv4",
             "endpoints":[{"addresses":["10.1.0.1"],"targetRef":{"kind":"Pod","name":"a"}}],"ports":[]}
            """);
        SharedResources shared = new();
        PluginKit named = Build(shared, "endpoint_pod_names");
        PluginKit plain = Build(shared, "");
        Assert.Equal(2, shared.Count);
        await using ApiKit first = await new ApiKit(_server, named).StartAsync(watches: 3);
        await using ApiKit second = await new ApiKit(_server, plain).StartAsync(watches: 6);

        Assert.Contains("10.1.0.1", first.Ask("a.db.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", second.Ask("a.db.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    private PluginKit Build(SharedResources shared, string option) => new(
        new KubernetesPlugin(static () => []),
        $"kubernetes cluster.local {{\nendpoint {_server.Url}\n{option}\n}}",
        resources: shared.CreateScope());

    private static string Pod(string name, string address, string phase = "Running", string deleted = "", string labels = "{}")
    {
        string deletion = deleted.Length > 0 ? $",\"deletionTimestamp\":\"{deleted}\"" : "";
        return $$"""
            {"kind":"Pod","metadata":{"name":"{{name}}","namespace":"shop","labels":{{labels}}{{deletion}} },
             "status":{"phase":"{{phase}}","podIP":"{{address}}","podIPs":[{"ip":"{{address}}"},{"ip":"fd00::1"}]} }
            """;
    }
}
