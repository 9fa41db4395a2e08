using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Manifests;

/// <summary>Manifests that change while the server runs.</summary>
public sealed class ManifestSourceTests
{
    private const string Good = "kind: Service\nmetadata: { name: web, namespace: shop }\nspec: { clusterIP: 10.96.0.1 }\n";
    private const string Better = "kind: Service\nmetadata: { name: web, namespace: shop }\nspec: { clusterIP: 10.96.0.2 }\n";
    private const string Endpoints = "---\nkind: Endpoints\nmetadata: { name: web, namespace: shop }\n";

    private readonly FakeFiles _files = new() { ["m.yaml"] = Good };

    [Fact]
    public void AChangeIsAnswered()
    {
        PluginKit kit = Create();

        _files["m.yaml"] = Better;
        Look(kit);

        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("Information: Manifests reloaded", kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Reload_occupies_no_thread_of_the_pool()
    {
        PluginKit kit = Create();
        _files["m.yaml"] = Better;
        _files.Readers.Clear();
        await Task.Run(() => Look(kit));

        Thread reader = Assert.Single(_files.Readers);
        Assert.Equal("manifests", reader.Name);
        Assert.False(reader.IsAlive);
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWrittenWronglyIsToldOnceAndChangesNothing()
    {
        PluginKit kit = Create();

        _files["m.yaml"] = "kind: [";
        Look(kit);
        Look(kit);

        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Single(kit.Log, static line => line.StartsWith("Warning: Manifests not reloaded", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatCannotBeReadIsToldOnceAndTriedAgain()
    {
        PluginKit kit = Create();

        _files["m.yaml"] = Better;
        _files.IsReadable = false;
        Look(kit);
        Look(kit);
        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Single(kit.Log, static line => line.StartsWith("Warning: Manifests not reloaded", StringComparison.Ordinal));

        // The rights come back; the file's stamp stays as it is.
        _files.IsReadable = true;
        Look(kit);
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_that_does_not_fit_into_memory_keeps_the_old_objects_and_says_so_once()
    {
        MemoryBudget memory = new(MemoryTable.Rules, MemoryTable.BaseBytes + (8 * 1024 * 1024), new MetricRegistry());
        PluginKit kit = new(new KubernetesPlugin(), "kubernetes cluster.local {\n manifests m.yaml\n}", files: _files, memory: memory);
        kit.Build.Resources.Start();

        _files["m.yaml"] = Better + "# " + new string('x', 16 * 1024 * 1024);
        Look(kit);
        Look(kit);

        Assert.Contains("10.96.0.1", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        string line = Assert.Single(kit.Log, static line => line.StartsWith("Warning: Manifests not reloaded", StringComparison.Ordinal));
        Assert.Contains("raise the memory limit", line, StringComparison.Ordinal);

        _files["m.yaml"] = Better;
        Look(kit);
        Assert.Contains("10.96.0.2", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_are_counted_as_cluster_data_until_the_cluster_is_gone()
    {
        MemoryBudget memory = MemoryBudget.CreateUnlimited();
        PluginKit kit = new(new KubernetesPlugin(), "kubernetes cluster.local {\n manifests m.yaml\n}", files: _files, memory: memory);
        long one = memory[MemoryTable.Cluster].Used;
        Assert.True(one > 0);
        kit.Build.Resources.Start();

        _files["m.yaml"] = Good + string.Concat(Enumerable.Range(0, 50).Select(static i =>
            $"---\nkind: Service\nmetadata: {{ name: web{i}, namespace: shop }}\nspec: {{ clusterIP: 10.96.1.{i} }}\n"));
        Look(kit);

        Assert.True(memory[MemoryTable.Cluster].Used > one * 20);
        Assert.Equal(0, memory[MemoryTable.Files].Used);
        kit.Build.Resources.Dispose();
        Assert.Equal(0, memory[MemoryTable.Cluster].Used);
    }

    [Fact]
    public void Items_of_a_list_are_read_before_and_after_its_kind()
    {
        const string item = "{ metadata: { name: web, namespace: shop }, spec: { clusterIP: 10.96.0.7 } }";
        _files["m.yaml"] = $"kind: ServiceList\nitems: [{item}]\n---\nitems: [{item.Replace("web", "last", StringComparison.Ordinal)}]\nkind: ServiceList\n";
        PluginKit kit = Create();

        Assert.Contains("10.96.0.7", kit.Ask("web.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Contains("10.96.0.7", kit.Ask("last.shop.svc.cluster.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void EndpointsObjectsArePassedOverWithOneWarning()
    {
        _files["m.yaml"] = Good + Endpoints;
        PluginKit kit = Create();
        _files["m.yaml"] = Better + Endpoints + Endpoints;
        Look(kit);

        Assert.Equal(
            "Warning: Skipped 1 Endpoints objects in manifests: endpoints are read from EndpointSlices",
            Assert.Single(kit.Log, static line => line.StartsWith("Warning", StringComparison.Ordinal)));
    }

    private static void Look(PluginKit kit) => kit.Time.Advance(TimeSpan.FromSeconds(5));

    private PluginKit Create()
    {
        PluginKit kit = new(new KubernetesPlugin(static () => []), "kubernetes cluster.local {\n manifests m.yaml\n}", files: _files);
        Assert.Equal("", kit.Errors);
        kit.Build.Resources.Start();
        return kit;
    }
}
