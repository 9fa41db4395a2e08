using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Options;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Filtering;

/// <summary>Options that leave out objects, from the Corefile to the answer.</summary>
public sealed class ObjectFilterTests
{
    private const string Objects = """
        {kind: Service, metadata: {name: web, namespace: shop, labels: {tier: gold}}, spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop, labels: {tier: gold}}, spec: {clusterIP: None}}
        ---
        {kind: Service, metadata: {name: idle, namespace: shop}, spec: {clusterIP: 10.96.0.2, ports: [{port: 80}]}}
        ---
        {kind: Service, metadata: {name: none, namespace: shop}, spec: {clusterIP: None}}
        ---
        {kind: Service, metadata: {name: to-idle, namespace: shop}, spec: {type: ExternalName, externalName: idle.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: www.example.com}}
        ---
        kind: EndpointSlice
        metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web, tier: gold}}
        ports: [{port: 80}]
        endpoints: [{addresses: [10.1.0.1]}]
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{port: 80}]
        endpoints: [{addresses: [10.1.0.2]}]
        ---
        kind: EndpointSlice
        metadata: {name: idle-1, namespace: shop, labels: {kubernetes.io/service-name: idle}}
        ports: [{port: 80}]
        endpoints: [{addresses: [10.1.0.3], conditions: {ready: false}}]
        ---
        {kind: Service, metadata: {name: api, namespace: lab}, spec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}}
        ---
        {kind: Namespace, metadata: {name: shop, labels: {stage: live}}}
        ---
        {kind: Namespace, metadata: {name: lab, labels: {stage: test}}}
        ---
        {kind: Pod, metadata: {name: p, namespace: bare}}
        """;

    [Theory]
    [InlineData("", "shop lab bare", "web db idle none- api", "web web. db. api")]
    [InlineData("namespaces shop bare", "shop bare", "web db idle none-", "web web. db.")]
    [InlineData("namespaces shop\nnamespaces lab", "shop lab", "web db idle none- api", "web web. db. api")]
    [InlineData("namespaces Shop", "", "", "")]
    [InlineData("namespace_labels stage=live", "shop", "web db idle none-", "web web. db. api")]
    [InlineData("namespace_labels stage in (live, test)", "shop lab", "web db idle none- api", "web web. db. api")]
    [InlineData("namespace_labels !stage", "bare", "", "web web. db. api")]
    [InlineData("namespace_labels kubernetes.io/metadata.name in (lab, bare)", "lab bare", "api", "web web. db. api")]
    [InlineData("labels tier=gold", "shop lab bare", "web db-", "web web.")]
    [InlineData("labels tier=gold\nlabels !tier", "shop lab bare", "idle none- api", "db. api")]
    [InlineData("noendpoints", "shop lab bare", "web db- idle none- api", "web api")]
    [InlineData("ignore empty_service", "shop lab bare", "web db none-", "web web. db. api")]
    public void What_is_left_out_does_not_exist(string options, string namespaces, string services, string addresses)
    {
        PluginKit kit = Create(options);
        Assert.Equal("", kit.Errors);

        string[] exposed = namespaces.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in (string[])["shop", "lab", "bare"])
        {
            string expected = exposed.Contains(name, StringComparer.Ordinal) ? "NOERROR" : "NXDOMAIN";
            Assert.StartsWith(expected, kit.Ask($"{name}.svc.cluster.local."), StringComparison.Ordinal);
            Assert.StartsWith(expected, kit.Ask($"10-1-2-3.{name}.pod.cluster.local."), StringComparison.Ordinal);
        }

        // A headless Service without endpoints has no records, so that its name does not exist.
        string[] answered = [.. services.Split(' ').Where(static name => !name.EndsWith('-'))];
        foreach (string name in (string[])["web", "db", "idle", "none", "api"])
        {
            string expected = answered.Contains(name, StringComparer.Ordinal) ? "NOERROR\nAnswer" : "NXDOMAIN";
            Assert.StartsWith(expected, kit.Ask($"{name}.{(name is "api" ? "lab" : "shop")}.svc.cluster.local."), StringComparison.Ordinal);
        }

        string[] named = addresses.Split(' ');
        foreach ((string name, string address) in (ReadOnlySpan<(string, string)>)
            [("web", "1.0.96.10"), ("web.", "1.0.1.10"), ("db.", "2.0.1.10"), ("api", "9.0.96.10")])
        {
            string expected = named.Contains(name, StringComparer.Ordinal) ? "NOERROR\nAnswer" : "NXDOMAIN";
            Assert.StartsWith(expected, kit.Ask(address + ".in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_empty_service_that_is_ignored_is_no_target_either_and_keeps_its_reverse_name()
    {
        Assert.Contains("10.96.0.2", Create("").Ask("to-idle.shop.svc.cluster.local."), StringComparison.Ordinal);
        PluginKit kit = Create("ignore empty_service");

        Assert.DoesNotContain("Answer", kit.Ask("to-idle.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("CNAME www.example.com.", kit.Ask("out.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("idle.shop.svc", kit.Ask("2.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_does_not_exist_falls_through()
    {
        PluginKit kit = Create("namespaces lab\nfallthrough");

        Assert.StartsWith("REFUSED", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR", kit.Ask("api.lab.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_is_relabelled_goes_and_comes_back()
    {
        FakeFiles files = new() { ["m.yaml"] = Objects };
        PluginKit kit = Create("labels tier", files);
        kit.Resources.Start();

        files["m.yaml"] = Objects.Replace("namespace: shop, labels: {tier: gold}}, spec: {clusterIP: 10", "namespace: shop}, spec: {clusterIP: 10", StringComparison.Ordinal);
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("NXDOMAIN", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);

        // Of two objects of a name, the later counts.
        files["m.yaml"] = Objects + "\n---\n{kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}}";
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("NXDOMAIN", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);

        files["m.yaml"] = Objects;
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("NOERROR", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        kit.Resources.Dispose();
    }

    [Theory]
    [InlineData("namespaces", "Corefile:3:1: missing argument of 'namespaces': expected 'namespaces NAMESPACE...'")]
    [InlineData("namespace_labels", "Corefile:3:1: missing argument of 'namespace_labels': expected 'namespace_labels EXPRESSION'")]
    [InlineData("labels", "Corefile:3:1: missing argument of 'labels': expected 'labels EXPRESSION'")]
    [InlineData("labels tier in gold", "Corefile:3:16: labels 'tier in gold': unexpected 'gold': expected values in parentheses")]
    [InlineData("labels tier in (gold", "Corefile:3:16: labels 'tier in (gold': unexpected end in the list of values: expected a comma or a closing parenthesis")]
    [InlineData("namespace_labels a, tier%=x", "Corefile:3:21: namespace_labels 'a, tier%=x': invalid label name 'tier%': expected for example tier or example.com/tier")]
    [InlineData("namespaces a\nnamespace_labels b", "Corefile:4:1: 'namespace_labels' conflicts with 'namespaces' (at Corefile:3:1): expected one of them")]
    [InlineData("namespace_labels b\nnamespaces a", "Corefile:4:1: 'namespaces' conflicts with 'namespace_labels' (at Corefile:3:1): expected one of them")]
    [InlineData("noendpoints yes", "Corefile:3:13: unexpected 'yes' after 'noendpoints': expected 'noendpoints'")]
    [InlineData("ignore emptyservice", "Corefile:3:8: invalid value 'emptyservice' for ignore: expected empty_service; did you mean 'empty_service'?")]
    public void Wrong_options_are_told(string options, string error) => Assert.Equal(error, Create(options).Errors);

    [Fact]
    public void Filters_are_equal_where_they_take_the_same()
    {
        Assert.True(LabelSelectorParser.TryParse("a=b", out LabelSelector selector, out _, out _));
        ObjectFilter filter = new(["x", "y"], selector, LabelSelector.Everything, takesEndpoints: true);

        Assert.Equal(filter, new ObjectFilter(["y", "x", "x"], selector, LabelSelector.Everything, takesEndpoints: true));
        Assert.Equal(filter.GetHashCode(), new ObjectFilter(["y", "x"], selector, LabelSelector.Everything, takesEndpoints: true).GetHashCode());
        Assert.NotEqual(filter, new ObjectFilter(["x"], selector, LabelSelector.Everything, takesEndpoints: true));
        Assert.NotEqual(filter, new ObjectFilter(["x", "y"], LabelSelector.Everything, LabelSelector.Everything, takesEndpoints: true));
        Assert.NotEqual(filter, new ObjectFilter(["x", "y"], selector, selector, takesEndpoints: true));
        Assert.NotEqual(filter, new ObjectFilter(["x", "y"], selector, LabelSelector.Everything, takesEndpoints: false));
    }

    [Fact]
    public void Server_blocks_that_leave_out_different_objects_of_the_same_manifests_answer_differently()
    {
        FakeFiles files = new() { ["m.yaml"] = Objects };
        SharedResources shared = new();
        PluginKit kit = Create("", files, shared.CreateScope());
        PluginKit other = Create("namespaces lab", files, shared.CreateScope());

        Assert.StartsWith("NXDOMAIN", other.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    private static PluginKit Create(string options, FakeFiles? files = null, ResourceScope? resources = null)
        => new(
            new KubernetesPlugin(static () => []),
            $"kubernetes cluster.local in-addr.arpa {{\n{options}\nmanifests m.yaml\npods insecure\n}}",
            files: files ?? new FakeFiles { ["m.yaml"] = Objects },
            resources: resources);
}
