using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>The objects of all manifests together.</summary>
internal sealed class ManifestObjects
{
    /// <summary>The namespaces, those included that are only mentioned: an object's namespace exists.</summary>
    public Dictionary<string, NamespaceObject> Namespaces { get; } = new(StringComparer.Ordinal);

    /// <summary>The Services.</summary>
    public Dictionary<ObjectKey, ServiceObject> Services { get; } = [];

    /// <summary>The EndpointSlices.</summary>
    public Dictionary<ObjectKey, EndpointSliceObject> EndpointSlices { get; } = [];

    /// <summary>The Pods.</summary>
    public Dictionary<ObjectKey, PodObject> Pods { get; } = [];

    /// <summary>How many Endpoints objects were passed over.</summary>
    public int EndpointsPassedOver { get; set; }
}
