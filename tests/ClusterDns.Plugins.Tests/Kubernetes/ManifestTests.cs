using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes;

public sealed class ManifestTests
{
    private const string Web = "{kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}}";

    private readonly FakeFiles _files = new() { ["web.yaml"] = Web };

    [Fact]
    public void An_empty_namespace_is_the_default_one()
    {
        _files["web.yaml"] = Web.Replace("namespace: shop", "namespace: ''", StringComparison.Ordinal);
        PluginKit kit = Create("manifests web.yaml");

        Assert.Contains("10.96.0.1", kit.Ask("web.default.svc.cluster.local."), StringComparison.Ordinal);
        Assert.EndsWith("PTR web.default.svc.cluster.local.", kit.Ask("1.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_is_answered_and_what_cannot_be_read_changes_nothing()
    {
        PluginKit kit = Create("manifests web.yaml");
        kit.Resources.Start();
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);

        _files["web.yaml"] = Web.Replace("10.96.0.1", "10.96.0.2", StringComparison.Ordinal);
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("1.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);

        _files["web.yaml"] = "{kind: Service";
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("the previous ones stay in use: web.yaml:", string.Join('\n', kit.Log), StringComparison.Ordinal);

        _files["web.yaml"] = null;
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);

        _files["web.yaml"] = "{kind: Namespace, metadata: {name: shop}}";
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("NXDOMAIN", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        kit.Resources.Dispose();
    }

    [Fact]
    public void Folders_lists_and_several_documents_are_read()
    {
        FakeFiles files = new()
        {
            ["all/a.yaml"] = Web + "\n---\n{kind: Deployment, metadata: {name: x}}\n---\n",
            ["all/b.json"] = """{"kind": "ServiceList", "items": [{"metadata": {"name": "api", "namespace": "shop"}, "spec": {"clusterIP": "10.96.0.3", "ports": [{"port": 80}]}}]}""",
            ["all/c.txt"] = "not a manifest",
        };
        PluginKit kit = new(new KubernetesPlugin(static () => []), "kubernetes cluster.local {\n manifests all\n}", files: files);

        Assert.Equal("", kit.Errors);
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("10.96.0.3", kit.Ask("api.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Corefile:2:1: kubernetes cannot use an API server: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: the server does not run in a Pod")]
    [InlineData("manifests web.yaml\nttl 3601", "Corefile:4:5: invalid number '3601' for ttl: expected 0 to 3600")]
    [InlineData("manifests web.yaml\npods all", "Corefile:4:6: invalid value 'all' for pods: expected disabled, insecure or verified")]
    [InlineData("manifests web.yaml\nendpoint_pod_names yes", "Corefile:4:20: unexpected 'yes' after 'endpoint_pod_names': expected 'endpoint_pod_names'")]
    [InlineData("manifests web.yaml\nzonal yes", "Corefile:4:7: unexpected 'yes' after 'zonal': expected 'zonal'")]
    [InlineData("manifests web.yaml\nzonal\nnoendpoints", "Corefile:5:1: 'noendpoints' conflicts with 'zonal' (at Corefile:4:1): topology zones are known from endpoints")]
    [InlineData("manifest web.yaml", "Corefile:3:1: unknown option 'manifest' of kubernetes: expected manifests, namespaces, namespace_labels, labels, noendpoints, pods, endpoint_pod_names, ttl, fallthrough, ignore, multicluster, zonal, endpoint, tls, kubeconfig, apiserver_qps, apiserver_burst, apiserver_max_inflight or startup_timeout; did you mean 'manifests'?")]
    public void What_is_wrong_is_an_error_at_start(string options, string error)
        => Assert.Equal(error, Create(options).Errors);

    [Fact]
    public void Manifests_that_are_missing_are_a_warning_until_they_are_there()
    {
        PluginKit kit = Create("manifests later.yaml");
        Assert.Equal("", kit.Errors);
        Assert.Equal(
            "Corefile:3:11: names of the cluster get SERVFAIL until its manifests exist: later.yaml: no such file",
            Assert.Single(kit.Diagnostics.Warnings).ToString());
        Assert.False(kit.Wiring.All<ReadinessCheck>()[0].IsReady());
        Assert.Equal("manifests: later.yaml: no such file", kit.Wiring.All<ReadinessCheck>()[0].Reason());
        Assert.StartsWith("SERVFAIL", kit.Ask("later.default.svc.cluster.local."), StringComparison.Ordinal);

        kit.Resources.Start();
        _files["later.yaml"] = "{kind: Service, metadata: {name: later}, spec: {clusterIP: 10.96.0.9}}";
        kit.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Contains("10.96.0.9", kit.Ask("later.default.svc.cluster.local."), StringComparison.Ordinal);
        Assert.True(kit.Wiring.All<ReadinessCheck>()[0].IsReady());
        kit.Resources.Dispose();
    }

    [Theory]
    [InlineData("{kind: Service, metadata: {name: a}, spec: {clusterIP: nonsense}}", "bad.yaml:1:56: invalid address 'nonsense': expected IPv4 or IPv6")]
    [InlineData("{kind: Service, metadata: {}}", "bad.yaml:1:27: name is missing in this object")]
    [InlineData("{kind: Service}", "bad.yaml:1:1: metadata is missing in this object")]
    [InlineData("just text", "bad.yaml:1:1: not a Kubernetes object: expected a mapping with a kind")]
    public void A_wrong_manifest_says_where_it_is_wrong(string text, string error)
    {
        _files["bad.yaml"] = text;

        Assert.Equal("Corefile:3:11: manifests cannot be read: " + error, Create("manifests bad.yaml").Errors);
    }

    private PluginKit Create(string options)
        => new(new KubernetesPlugin(static () => []), $"kubernetes cluster.local in-addr.arpa {{\n{options}\n}}", files: _files);
}
