using ClusterDns.TestKit;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>The manifests of deploy/kubernetes.</summary>
internal static class DeployFiles
{
    /// <summary>What is no object of Kubernetes' own: kustomize's file and the Prometheus operator's.</summary>
    private static readonly string[] OfOthers = ["kustomization.yaml", Path.Combine("optional", "servicemonitor.yaml")];

    /// <summary>The folder.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy", "kubernetes");

    /// <summary>Every manifest of Kubernetes' own objects, relative to the folder.</summary>
    public static IReadOnlyList<string> Manifests { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Folder, path))
            .Except(OfOthers, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path within the folder.</param>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>Reads a file's objects; a field that Kubernetes does not know throws.</summary>
    /// <param name="file">Its path within the folder.</param>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Load(string file) => Parse(Read(file));

    /// <summary>Reads objects; a field that Kubernetes does not know throws.</summary>
    /// <param name="text">Their YAML.</param>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Parse(string text)
        => [.. KubernetesYaml.LoadAllFromString(text, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];

    /// <summary>The one object of a kind and name in a file.</summary>
    /// <param name="file">The file's path within the folder.</param>
    /// <param name="name">The object's name; null where the kind is enough.</param>
    public static T Single<T>(string file, string? name = null)
        where T : IKubernetesObject<V1ObjectMeta>
        => Assert.Single(Load(file).OfType<T>(), item => name is null || string.Equals(item.Metadata.Name, name, StringComparison.Ordinal));

    /// <summary>Every container of every workload, init containers included.</summary>
    public static IEnumerable<V1Container> Containers()
        => Manifests.SelectMany(Load)
            .Select(static item => item switch
            {
                V1Deployment deployment => deployment.Spec.Template.Spec,
                V1DaemonSet daemonSet => daemonSet.Spec.Template.Spec,
                _ => null,
            })
            .OfType<V1PodSpec>()
            .SelectMany(static pod => pod.Containers.Concat(pod.InitContainers ?? []));

    /// <summary>A file as plain nodes.</summary>
    /// <param name="file">Its path within the folder.</param>
    public static YamlMappingNode ReadNodes(string file)
    {
        YamlStream stream = [];
        using StringReader reader = new(Read(file));
        stream.Load(reader);
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }
}
