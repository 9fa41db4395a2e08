using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class NameServerTests
{
    private const string Service = "{kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIPs: [10.96.0.10, 'fd00::a'], clusterIP: 10.96.0.10, ports: [{name: dns, port: 53}]}}\n---\n";
    private const string Headless = "{kind: Service, metadata: {name: dns-pods, namespace: kube-system}, spec: {clusterIP: None}}\n---\n";
    private const string Alias = "{kind: Service, metadata: {name: dns, namespace: kube-system}, spec: {type: ExternalName, externalName: ns.dns.cluster.local}}\n---\n";
    private const string Slices = """
        {kind: EndpointSlice, metadata: {name: a, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}, endpoints: [{addresses: [10.1.0.2]}, {addresses: [10.1.0.3]}]}
        ---
        {kind: EndpointSlice, metadata: {name: b, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}, endpoints: [{addresses: ['fd00:1::2']}]}
        ---

        """;

    private const string HeadlessSlice = """
        {kind: EndpointSlice, metadata: {name: c, namespace: kube-system, labels: {kubernetes.io/service-name: dns-pods}}, endpoints: [{addresses: [10.1.0.2], hostname: one}, {addresses: [10.1.0.3]}]}
        ---

        """;

    [Fact]
    public void The_service_in_front_of_the_server_stands_for_it()
    {
        PluginKit kit = Create(Service + Slices + Alias, "10.1.0.2", "fd00:1::2");

        Assert.Equal(
            "NOERROR|Answer: Cluster.local. 5 NS kube-dns.kube-system.svc.Cluster.local."
                + "|Additional: kube-dns.kube-system.svc.Cluster.local. 5 A 10.96.0.10|Additional: kube-dns.kube-system.svc.Cluster.local. 5 AAAA fd00::a",
            kit.Ask("Cluster.local.", RecordType.NS).Replace('\n', '|'));
        Assert.Equal("NOERROR\nAnswer: ns.dns.cluster.local. 5 A 10.96.0.10", kit.Ask("ns.dns.cluster.local."));
        Assert.Equal("NOERROR\nAnswer: ns.dns.cluster.local. 5 AAAA fd00::a", kit.Ask("ns.dns.cluster.local.", RecordType.AAAA));
        Assert.StartsWith("NOERROR\nAuthority: ", kit.Ask("ns.dns.cluster.local.", RecordType.SRV), StringComparison.Ordinal);
        Assert.Equal(
            "NOERROR\nAnswer: dns.kube-system.svc.cluster.local. 5 CNAME ns.dns.cluster.local.\nAnswer: ns.dns.cluster.local. 5 A 10.96.0.10",
            kit.Ask("dns.kube-system.svc.cluster.local."));
    }

    [Fact]
    public void Of_a_headless_service_all_its_endpoints_do()
    {
        PluginKit kit = Create(Headless + HeadlessSlice, "10.1.0.2");

        Assert.Equal(
            "NOERROR|Answer: cluster.local. 5 NS one.dns-pods.kube-system.svc.cluster.local.|Answer: cluster.local. 5 NS 10-1-0-3.dns-pods.kube-system.svc.cluster.local."
                + "|Additional: one.dns-pods.kube-system.svc.cluster.local. 5 A 10.1.0.2|Additional: 10-1-0-3.dns-pods.kube-system.svc.cluster.local. 5 A 10.1.0.3",
            kit.Ask("cluster.local.", RecordType.NS).Replace('\n', '|'));
        Assert.Equal(
            "NOERROR\nAnswer: ns.dns.cluster.local. 5 A 10.1.0.2\nAnswer: ns.dns.cluster.local. 5 A 10.1.0.3", kit.Ask("ns.dns.cluster.local."));
    }

    [Fact]
    public void A_server_behind_several_services_has_them_all()
    {
        string answer = Create(Service + Headless + Slices + HeadlessSlice, "10.1.0.2").Ask("ns.dns.cluster.local.");

        Assert.Equal(3, answer.Split("\nAnswer: ns.dns.cluster.local. 5 A ").Length - 1);
        Assert.All(["10.96.0.10", "10.1.0.2", "10.1.0.3"], address => Assert.Contains(" A " + address, answer, StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_that_is_no_endpoint_stands_for_itself()
    {
        PluginKit kit = Create(Service + Slices, "192.0.2.2", "fd00::2");

        Assert.Equal(
            "NOERROR|Answer: Cluster.local. 5 NS ns.dns.Cluster.local.|Additional: ns.dns.Cluster.local. 5 A 192.0.2.2|Additional: ns.dns.Cluster.local. 5 AAAA fd00::2",
            kit.Ask("Cluster.local.", RecordType.NS).Replace('\n', '|'));
        Assert.Equal("NOERROR\nAnswer: ns.dns.cluster.local. 5 A 192.0.2.2", kit.Ask("ns.dns.cluster.local."));
    }

    [Fact]
    public void An_endpoint_of_no_service_that_there_is_has_no_name_server()
    {
        PluginKit kit = Create(Slices, "10.1.0.2");

        Assert.StartsWith("NOERROR\nAuthority: cluster.local. 5 SOA", kit.Ask("cluster.local.", RecordType.NS), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR\nAuthority: cluster.local. 5 SOA", kit.Ask("ns.dns.cluster.local."), StringComparison.Ordinal);
    }

    private static PluginKit Create(string objects, params string[] addresses)
    {
        PluginKit kit = new(
            new KubernetesPlugin(() => [.. addresses.Select(IPAddress.Parse)]),
            "kubernetes cluster.local {\n manifests objects.yaml\n}",
            files: new FakeFiles { ["objects.yaml"] = objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
