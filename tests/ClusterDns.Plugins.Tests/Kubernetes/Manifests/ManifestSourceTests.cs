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
    public void EndpointsObjectsArePassedOverWithOneWarning()
    {
        _files["m.yaml"] = Good + Endpoints;
        PluginKit kit = Create();
        _files["m.yaml"] = Better + Endpoints + Endpoints;
        Look(kit);

        Assert.Equal(
            "Warning: Manifests hold 1 Endpoints objects, which are passed over: endpoints are read from EndpointSlices",
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
