using ClusterDns.Core.Resources;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class EndpointPodNamesTests
{
    private static readonly string Objects = """
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints:
        - {addresses: [10.1.0.1], hostname: db-0, targetRef: {kind: Pod, name: pod-1}}
        - {addresses: [10.1.0.2], targetRef: {kind: Pod, name: Pod-2}}
        - {addresses: [10.1.0.3], targetRef: {kind: Pod, name: LONG}}
        - {addresses: [10.1.0.4], targetRef: {kind: Pod, name: a.b}}
        - {addresses: [10.1.0.5]}
        """.Replace("LONG", new string('x', 64), StringComparison.Ordinal);

    [Theory]
    [InlineData("endpoint_pod_names", "1.0.1.10.in-addr.arpa.", "db-0")]
    [InlineData("endpoint_pod_names", "2.0.1.10.in-addr.arpa.", "pod-2")]
    [InlineData("endpoint_pod_names", "3.0.1.10.in-addr.arpa.", "10-1-0-3")]
    [InlineData("endpoint_pod_names", "4.0.1.10.in-addr.arpa.", "10-1-0-4")]
    [InlineData("endpoint_pod_names", "5.0.1.10.in-addr.arpa.", "10-1-0-5")]
    [InlineData("", "2.0.1.10.in-addr.arpa.", "10-1-0-2")]
    public void An_endpoint_is_named_by_its_hostname_else_its_pod_else_its_address(string option, string reverseName, string name)
    {
        PluginKit kit = Create(option);

        Assert.Equal($"NOERROR\nAnswer: {reverseName} 5 PTR {name}.db.shop.svc.cluster.local.", kit.Ask(reverseName, RecordType.PTR));
        Assert.StartsWith("NOERROR\nAnswer", kit.Ask($"{name}.db.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains($"SRV 0 20 5432 {name}.db.shop.svc.cluster.local.", kit.Ask("db.shop.svc.cluster.local.", RecordType.SRV), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_that_name_endpoints_differently_do_so_from_the_same_manifests()
    {
        using ResourceScope resources = new SharedResources().CreateScope();
        PluginKit named = Create("endpoint_pod_names", resources);
        PluginKit plain = Create("", resources);

        Assert.StartsWith("NOERROR", named.Ask("pod-2.db.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", plain.Ask("pod-2.db.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    private static PluginKit Create(string option, ResourceScope? resources = null)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => []),
            $"kubernetes cluster.local in-addr.arpa {{\n manifests objects.yaml\n {option}\n}}",
            files: new FakeFiles { ["objects.yaml"] = Objects },
            resources: resources);
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
