using System.Xml.Linq;
using ClusterDns.TestKit;
using k8s;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>The manifests are objects that an API server would take, as far as Kubernetes' own models can tell.</summary>
public sealed class ManifestModelTests
{
    public static TheoryData<string> Manifests => new(DeployFiles.Manifests);

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_object_is_one_of_Kubernetes(string file)
    {
        IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects = DeployFiles.Load(file);

        Assert.NotEmpty(objects);
        Assert.All(objects, static item =>
        {
            Assert.NotEmpty(item.Metadata.Name);
            Assert.Equal(item is V1ClusterRole or V1ClusterRoleBinding ? null : "kube-system", item.Metadata.NamespaceProperty);
        });
    }

    [Fact]
    public void A_field_that_Kubernetes_does_not_know_would_be_noticed()
        => Assert.ThrowsAny<YamlException>(static () => DeployFiles.Parse(
            DeployFiles.Read("deployment.yaml").Replace("dnsPolicy:", "dnsPolcy:", StringComparison.Ordinal)));

    [Fact]
    public void Kustomize_applies_every_file_of_the_folder_and_nothing_optional()
    {
        YamlMappingNode kustomization = DeployFiles.ReadNodes("kustomization.yaml");

        Assert.Equal("kustomize.config.k8s.io/v1beta1", (string?)kustomization["apiVersion"]);
        Assert.Equal("Kustomization", (string?)kustomization["kind"]);
        Assert.Equal(
            DeployFiles.Manifests.Where(static file => !file.StartsWith("optional", StringComparison.Ordinal)),
            ((YamlSequenceNode)kustomization["resources"]).Select(static file => (string)file!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void No_two_objects_are_the_same()
    {
        string[] objects = [.. DeployFiles.Manifests.SelectMany(DeployFiles.Load).Select(static item => $"{item.Kind} {item.Metadata.Name}")];

        Assert.Equal(objects.Distinct(StringComparer.Ordinal), objects, StringComparer.Ordinal);
    }

    [Fact]
    public void Every_image_names_its_registry_and_a_version_without_a_digest()
        => Assert.All(DeployFiles.Containers(), static container =>
        {
            Assert.Matches(@"^[a-z0-9.]+\.[a-z0-9]+(/[a-z0-9.-]+)+:v[0-9]+\.[0-9]+\.[0-9]+$", container.Image);
        });

    [Fact]
    public void Images_of_this_project_are_of_this_release()
    {
        string release = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        string[] images = [.. DeployFiles.Containers().Select(static container => container.Image).Where(static image => image.Contains("clusterdns", StringComparison.Ordinal))];

        Assert.Equal(3, images.Length);
        Assert.All(images, image => Assert.StartsWith($"registry.example/clusterdns-{release}/", image, StringComparison.Ordinal));
    }

    [Fact]
    public void No_container_may_gain_privileges_or_write_its_file_system()
        => Assert.All(DeployFiles.Containers(), static container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.NotEmpty(container.Resources.Requests);
        });
}
