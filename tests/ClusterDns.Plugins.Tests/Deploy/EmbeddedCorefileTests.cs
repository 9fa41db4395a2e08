using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.TestKit;
using k8s.Models;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>The Corefiles in the ConfigMaps are those of the field, and this build has all that they name.</summary>
public sealed class EmbeddedCorefileTests
{
    [Theory]
    [InlineData("configmap.yaml", "coredns", "kubeadm")]
    [InlineData("optional/nodelocal.yaml", "node-local-dns", "nodelocal")]
    public void A_ConfigMaps_Corefile_is_the_one_that_its_users_know(string file, string name, string dialect)
    {
        V1ConfigMap map = DeployFiles.Single<V1ConfigMap>(file, name);

        KeyValuePair<string, string> item = Assert.Single(map.Data);
        Assert.Equal("Corefile", item.Key);
        Assert.Equal(
            File.ReadAllText(Path.Combine(Repository.Root, "tests", "ClusterDns.Core.Tests", "Data", "corefiles", $"{dialect}.Corefile")),
            item.Value);
    }

    [Fact]
    public void Every_Corefile_parses_and_names_only_plugins_that_are_built()
    {
        string[] corefiles =
        [
            .. DeployFiles.Manifests.SelectMany(DeployFiles.Load).OfType<V1ConfigMap>()
                .SelectMany(static map => map.Data).Where(static item => item.Key is "Corefile").Select(static item => item.Value),
        ];

        Assert.Equal(2, corefiles.Length);
        Assert.All(corefiles, static text =>
        {
            DiagnosticBag diagnostics = new();
            CorefileDocument document = CorefileParser.Parse(
                "Corefile", Encoding.UTF8.GetBytes(text), new InMemoryCorefileSource(), static _ => null, diagnostics);
            CorefileValidator.Validate(document, PluginCatalog.Create().Names, static name => PluginCatalog.Create().Find(name) is not null, diagnostics);
            Assert.Empty(diagnostics.Errors);
            Assert.Empty(diagnostics.Warnings);
            Assert.NotEmpty(document.Blocks);
        });
    }

    [Fact]
    public void Kubeadms_Corefile_listens_where_the_Deployment_says()
    {
        string corefile = DeployFiles.Single<V1ConfigMap>("configmap.yaml").Data["Corefile"];
        V1Container container = DeployFiles.Single<V1Deployment>("deployment.yaml").Spec.Template.Spec.Containers[0];

        Assert.StartsWith($".:{Port("dns")} {{", corefile, StringComparison.Ordinal);
        Assert.Contains($"prometheus :{Port("metrics")}\n", corefile, StringComparison.Ordinal);
        Assert.Contains(" health ", corefile, StringComparison.Ordinal);
        Assert.Contains(" ready\n", corefile, StringComparison.Ordinal);

        int Port(string name) => Assert.Single(container.Ports, port => string.Equals(port.Name, name, StringComparison.Ordinal)).ContainerPort;
    }
}
