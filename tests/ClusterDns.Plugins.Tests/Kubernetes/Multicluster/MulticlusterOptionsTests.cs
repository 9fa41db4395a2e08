using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>The option, and the others beside it.</summary>
public sealed class MulticlusterOptionsTests
{
    private const string Filtered = """
        {kind: Namespace, metadata: {name: shop, labels: {stage: live}}}
        ---
        {kind: Namespace, metadata: {name: lab, labels: {stage: test}}}
        ---
        {kind: ServiceImport, metadata: {name: web, namespace: shop, labels: {tier: gold}}, spec: {type: ClusterSetIP, ips: [10.100.0.1], ports: [{port: 80}]}}
        ---
        {kind: ServiceImport, metadata: {name: db, namespace: shop, labels: {tier: gold}}, spec: {type: Headless}}
        ---
        {kind: ServiceImport, metadata: {name: web, namespace: lab}, spec: {type: ClusterSetIP, ips: [10.100.0.2], ports: [{port: 80}]}}
        ---
        kind: EndpointSlice
        metadata: {name: db-east, namespace: shop, labels: {tier: gold, multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: east}}
        endpoints: [{addresses: [10.1.0.1], hostname: a}]
        ---
        kind: EndpointSlice
        metadata: {name: db-west, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: west}}
        endpoints: [{addresses: [10.2.0.1], hostname: a}]
        ---
        kind: EndpointSlice
        metadata: {name: web-east, namespace: lab, labels: {kubernetes.io/service-name: web, multicluster.kubernetes.io/service-name: web, multicluster.kubernetes.io/source-cluster: east}}
        endpoints: [{addresses: [10.1.0.2], hostname: a}]
        """;

    [Theory]
    [InlineData("", "web.shop db.shop web.lab a.east.db.shop a.west.db.shop a.east.web.lab")]
    [InlineData("namespaces shop", "web.shop db.shop a.east.db.shop a.west.db.shop")]
    [InlineData("namespace_labels stage=test", "web.lab a.east.web.lab")]
    [InlineData("labels tier=gold", "web.shop db.shop a.east.db.shop")]
    [InlineData("labels !tier", "web.lab a.east.web.lab")]
    [InlineData("noendpoints", "web.shop web.lab")]
    [InlineData("ignore empty_service", "db.shop web.lab a.east.db.shop a.west.db.shop a.east.web.lab")]
    public void What_options_leave_out_does_not_exist(string options, string names)
    {
        PluginKit kit = MulticlusterKit.Create(options, Filtered);

        Assert.Equal(
            names.Split(' '),
            ((string[])["web.shop", "db.shop", "web.lab", "a.east.db.shop", "a.west.db.shop", "a.east.web.lab"])
                .Where(name => kit.Ask($"{name}.svc.clusterset.local.").StartsWith("NOERROR\nAnswer", StringComparison.Ordinal)),
            StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("multicluster clusterset.local", "Corefile:3:14: 'clusterset.local' is not a zone of kubernetes: expected some of cluster.local., set.local., in-addr.arpa.")]
    [InlineData("multicluster set.local other.local", "Corefile:3:24: 'other.local' is not a zone of kubernetes: expected some of cluster.local., set.local., in-addr.arpa.")]
    [InlineData("multicluster sub.set.local", "Corefile:3:14: 'sub.set.local' is not a zone of kubernetes: expected some of cluster.local., set.local., in-addr.arpa.")]
    [InlineData("multiclusters set.local", "Corefile:3:1: unknown option 'multiclusters' of kubernetes: expected manifests, namespaces, namespace_labels, labels, noendpoints, pods, endpoint_pod_names, ttl, fallthrough, ignore, multicluster, zonal, endpoint, tls, kubeconfig, apiserver_qps, apiserver_burst, apiserver_max_inflight or startup_timeout; did you mean 'multicluster'?")]
    public void A_zone_that_the_plugin_does_not_have_is_an_error(string option, string error)
        => Assert.Equal(error, Build($"kubernetes cluster.local set.local in-addr.arpa {{\n{option}\nmanifests objects.yaml\n}}").Errors);

    [Fact]
    public void A_line_without_zones_means_nothing_and_a_warning_says_so()
    {
        PluginKit kit = Build("kubernetes cluster.local set.local {\nmulticluster\nmanifests objects.yaml\n}");

        Assert.Equal("", kit.Errors);
        Assert.Equal(
            "Corefile:3:1: 'multicluster' has no effect without zones: write 'multicluster ZONES...'", Assert.Single(kit.Diagnostics.Warnings).ToString());
        Assert.StartsWith("NXDOMAIN", kit.Ask("bare.shop.svc.set.local."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multicluster Set.Local", "10.100.0.1", "NXDOMAIN")]
    [InlineData("multicluster other.local set.local", "10.100.0.1", "10.100.0.1")]
    [InlineData("multicluster other.local\nmulticluster set.local", "10.100.0.1", "NXDOMAIN")]
    public void The_last_line_counts(string option, string inSet, string inOther)
    {
        PluginKit kit = Build($"kubernetes cluster.local set.local other.local {{\n{option}\nmanifests objects.yaml\n}}");

        Assert.Equal("", kit.Errors);
        Assert.Contains(inSet, kit.Ask("web.shop.svc.set.local."), StringComparison.Ordinal);
        Assert.Contains(inOther, kit.Ask("web.shop.svc.other.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void Zones_of_the_server_block_will_do()
        => Assert.Equal("", Build("kubernetes {\nmulticluster .\nmanifests objects.yaml\n}").Errors);

    [Fact]
    public void Who_does_not_ask_for_imports_shares_nothing_with_who_does_and_holds_none()
    {
        SharedResources shared = new();
        PluginKit with = Build("kubernetes cluster.local set.local {\nmulticluster set.local\nmanifests objects.yaml\n}", shared.CreateScope());
        PluginKit without = Build("kubernetes cluster.local set.local {\nmanifests objects.yaml\n}", shared.CreateScope());

        Assert.Equal(2, shared.Count);
        Assert.Contains("10.100.0.1", with.Ask("web.shop.svc.set.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", without.Ask("web.shop.svc.set.local."), StringComparison.Ordinal);
        ClusterOffer offer = Assert.Single(without.Wiring.All<ClusterOffer>());
        Assert.Equal(0, offer.Index.Imports.Count + offer.Index.ImportAddresses.Count);
    }

    [Fact]
    public void Clients_outside_reach_the_clusters_own_Services_alone()
    {
        PluginKit kit = new(
            [new ExternalPlugin(), new KubernetesPlugin(static () => [])],
            "k8s_external example.org {\n headless\n}\nkubernetes cluster.local clusterset.local {\nmanifests objects.yaml\nmulticluster clusterset.local\n}",
            files: new FakeFiles { ["objects.yaml"] = MulticlusterKit.Objects });

        Assert.Equal("", kit.Errors);
        Assert.Equal("NOERROR\nAnswer: db.shop.example.org. 5 A 10.1.0.1", kit.Ask("db.shop.example.org."));
        Assert.StartsWith("NXDOMAIN", kit.Ask("lost.shop.example.org."), StringComparison.Ordinal);
    }

    private static PluginKit Build(string body, ResourceScope? resources = null)
        => new(new KubernetesPlugin(static () => []), body, files: new FakeFiles { ["objects.yaml"] = Filtered }, resources: resources);
}
