using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes;

public sealed class KubernetesMetadataTests
{
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
    [InlineData("ns.dns.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("a.b.c.web.shop.svc.cluster.local.", "- - - - - - invalid query name")]
    [InlineData("1.0.96.10.in-addr.arpa.", "- - - - - - invalid query name")]
    [InlineData("www.example.org.", "- - - - - - -")]
    public void A_querys_name_is_told(string name, string expected)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => []),
            "kubernetes cluster.local in-addr.arpa {\n manifests objects.yaml\n}",
            files: new FakeFiles { ["objects.yaml"] = "{kind: Namespace, metadata: {name: default}}" });
        Assert.Equal("", kit.Errors);
        MetadataTable table = new(kit.Build.MetadataFields);
        QueryContext query = kit.CreateContext(name);

        Assert.Equal(
            expected,
            string.Join(' ', Fields.Select(field => table.Read(query, $"kubernetes/{field}") switch { null => "-", "" => "''", { } text => text })));
    }
}
