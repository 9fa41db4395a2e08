using ClusterDns.TestKit;
using k8s;
using k8s.Models;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>The example cluster is one that an API server would take, as far as Kubernetes' own models can tell.</summary>
public class ExampleManifestsTests
{
    [Fact]
    public void EveryObjectIsOneOfKubernetes()
    {
        List<object> objects = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Repository.Root, "examples", "cluster.yaml")), strict: true);

        Assert.NotEmpty(objects);
        foreach (object item in objects)
        {
            switch (item)
            {
                case V1Namespace { Metadata.Name: { Length: > 0 } }:
                    break;
                case V1Service service:
                    Assert.NotEmpty(service.Metadata.Name);
                    Assert.NotEmpty(service.Metadata.NamespaceProperty);
                    Assert.True(service.Spec.Ports is { Count: > 0 } || service.Spec.ExternalName is { Length: > 0 });
                    break;
                case V1EndpointSlice slice:
                    Assert.NotEmpty(slice.Metadata.Name);
                    Assert.Contains("kubernetes.io/service-name", slice.Metadata.Labels.Keys, StringComparer.Ordinal);
                    Assert.NotEmpty(slice.AddressType);
                    Assert.All(slice.Endpoints, static endpoint => Assert.NotEmpty(endpoint.Addresses));
                    break;
                default:
                    Assert.Fail($"{item.GetType().Name} is not expected in the example");
                    break;
            }
        }
    }
}
