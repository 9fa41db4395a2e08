using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Metadata;
using ClusterDns.Plugins.Tests.Kubernetes.Multicluster;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes;

public sealed class KubernetesMetadataTests
{
    private const string Manifests = """
        {kind: Namespace, metadata: {name: default}}
        ---
        {kind: Pod, metadata: {name: web-0, namespace: shop, labels: {app: web, app.kubernetes.io/part-of: shop, empty: ""}}, status: {podIP: 10.1.0.7}}
        ---
        {kind: Pod, metadata: {name: web-1.a, namespace: shop}, status: {podIP: "fd00::7"}}
        ---
        {kind: Pod, metadata: {name: proxy, namespace: net}, status: {podIP: 192.0.2.10}}
        ---
        {kind: Pod, metadata: {name: agent, namespace: net}, status: {podIP: 192.0.2.10}}
        ---
        {kind: Pod, metadata: {name: done, namespace: shop}, status: {podIP: 10.1.0.8, phase: Succeeded}}
        """;

    private static readonly string[] Fields = ["kind", "namespace", "service", "endpoint", "protocol", "port-name", "parse-error"];

    [Theory]
    [InlineData("web.shop.svc.cluster.local.", "svc shop web '' '' '' -")]
    [InlineData("Web.Shop.Svc.Cluster.Local.", "svc shop web '' '' '' -")]
    [InlineData("db-0.db.shop.svc.cluster.local.", "svc shop db db-0 '' '' -")]
    [InlineData("_http._tcp.web.shop.svc.cluster.local.", "svc shop web '' tcp http -")]
    [InlineData("10-1-2-3.shop.pod.cluster.local.", "pod shop 10-1-2-3 '' '' '' -")]
    [InlineData("shop.svc.cluster.local.", "svc shop '' '' '' '' -")]
    [InlineData("svc.cluster.local.", "'' '' '' '' '' '' -")]
    [InlineData("cluster.local.", "'' '' '' '' '' '' -")]
    [InlineData("a\\010b.shop.svc.cluster.local.", "svc shop a\\010b '' '' '' -")]
    [InlineData("dns-version.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("dns.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("a.b.web.shop.nosuch.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("_http._tcp.10-1-2-3.shop.pod.cluster.local.", "pod shop 10-1-2-3 '' tcp http -")]
    [InlineData("zone-1.pin._zone.web.shop.svc.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("ns.dns.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("a.b.c.web.shop.svc.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("1.0.96.10.in-addr.arpa.", "- - - - - - invalid query name")]
    [InlineData("www.example.org.", "- - - - - - -")]
    public void A_querys_name_is_told(string name, string expected)
    {
        PluginKit kit = Create("");

        Assert.Equal(expected, Read(kit, kit.CreateContext(name), Fields));
    }

    [Theory]
    [InlineData("zone-1.example.pin._zone.web.shop.svc.cluster.local.", "svc shop web '' '' '' - zone-1.example")]
    [InlineData("a.PREFER._zone.Web.shop.svc.cluster.local.", "svc shop web '' '' '' - a")]
    [InlineData("web.shop.svc.cluster.local.", "svc shop web '' '' '' - ''")]
    [InlineData("db-0.db.shop.svc.cluster.local.", "svc shop db db-0 '' '' - ''")]
    [InlineData("a.near._zone.web.shop.svc.cluster.local.", "- - - - - - invalid query name -")]
    [InlineData("a.pin._zone.10-1-2-3.shop.pod.cluster.local.", "- - - - - - invalid query name -")]
    public void Names_of_topology_zones_are_told_as_they_are_answered(string name, string expected)
    {
        PluginKit kit = Create("zonal");

        Assert.Equal(expected, Read(kit, kit.CreateContext(name), [.. Fields, "zone"]));
    }

    [Fact]
    public void Without_zonal_no_topology_zone_is_told()
    {
        PluginKit kit = Create("");

        Assert.Equal("-", Read(kit, kit.CreateContext("web.shop.svc.cluster.local."), ["zone"]));
    }

    [Theory]
    [InlineData("10.1.0.7:5300", "www.example.org.", "shop web-0")]
    [InlineData("[fd00::7]:5300", "web.shop.svc.cluster.local.", "shop web-1.a")]
    [InlineData("[::ffff:10.1.0.7]:5300", "web.shop.svc.cluster.local.", "shop web-0")]
    [InlineData("192.0.2.10:5300", "cluster.local.", "net agent")]
    [InlineData("10.1.0.8:5300", "cluster.local.", "- -")]
    [InlineData("10.1.0.9:5300", "cluster.local.", "- -")]
    public void The_pod_that_asks_is_told_whatever_it_asks(string client, string name, string expected)
    {
        PluginKit kit = Create("pods verified");

        Assert.Equal(expected, Read(kit, kit.Serve(name, client: client), ["client-namespace", "client-pod-name"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("pods insecure")]
    public void Pods_are_unknown_unless_they_are_verified(string option)
    {
        PluginKit kit = Create(option);

        Assert.Equal("- -", Read(kit, kit.Serve("cluster.local.", client: "10.1.0.7:5300"), ["client-namespace", "client-pod-name"]));
    }

    [Theory]
    [InlineData("10.1.0.7:5300", "web shop ''")]
    [InlineData("[fd00::7]:5300", "- - -")]
    [InlineData("10.1.0.9:5300", "- - -")]
    public void Labels_of_the_pod_that_asks_are_told(string client, string expected)
    {
        PluginKit kit = Create("pods verified", "metadata");
        Query query = kit.Serve("www.example.org.", client: client);

        Assert.Equal(expected, Read(kit, query, ["client-label/app", "client-label/app.kubernetes.io/part-of", "client-label/empty"]));
        Assert.Null(query.GetMetadata("kubernetes/client-label/part-of"));
        Assert.Null(query.GetMetadata("kubernetes/client-label/"));
    }

    [Theory]
    [InlineData("pods verified", "")]
    [InlineData("pods insecure", "metadata")]
    public void Labels_are_not_kept_where_nobody_may_ask(string option, string other)
    {
        PluginKit kit = Create(option, other);

        Assert.Equal("-", Read(kit, kit.Serve("cluster.local.", client: "10.1.0.7:5300"), ["client-label/app"]));
    }

    [Theory]
    [InlineData("db-0.west.db.shop.svc.clusterset.local.", "svc shop db db-0 '' '' - west")]
    [InlineData("DB-0.West.db.shop.svc.clusterset.local.", "svc shop db db-0 '' '' - west")]
    [InlineData("west.db.shop.svc.clusterset.local.", "svc shop db west '' '' - ''")]
    [InlineData("_http._tcp.web.shop.svc.clusterset.local.", "svc shop web '' tcp http - ''")]
    [InlineData("http._tcp.web.shop.svc.clusterset.local.", "svc shop web '' tcp http - ''")]
    [InlineData("clusterset.local.", "'' '' '' '' '' '' - ''")]
    [InlineData("a.db-0.west.db.shop.svc.clusterset.local.", "- - - - - - invalid query name -")]
    [InlineData("db-0.west.db.shop.svc.cluster.local.", "svc shop db '' west db-0 - -")]
    [InlineData("www.example.org.", "- - - - - - - -")]
    public void The_cluster_of_an_imported_endpoint_is_told(string name, string expected)
    {
        PluginKit kit = MulticlusterKit.Create();

        Assert.Equal(expected, Read(kit, kit.CreateContext(name), Fields.Append("cluster")));
    }

    private static PluginKit Create(string option, string other = "")
    {
        PluginKit kit = new(
            other.Length > 0 ? [new MetadataPlugin(), new KubernetesPlugin(static () => [])] : [new KubernetesPlugin(static () => [])],
            $"{other}\nkubernetes cluster.local in-addr.arpa {{\n manifests objects.yaml\n {option}\n}}",
            files: new FakeFiles { ["objects.yaml"] = Manifests });
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string Read(PluginKit kit, Query query, IEnumerable<string> fields)
    {
        MetadataTable table = new(kit.Wiring.All<MetadataField>(), kit.Wiring.All<MetadataGroup>());
        return string.Join(' ', fields.Select(field => table.Read(query, $"kubernetes/{field}") switch { null => "-", "" => "''", { } text => text }));
    }
}
