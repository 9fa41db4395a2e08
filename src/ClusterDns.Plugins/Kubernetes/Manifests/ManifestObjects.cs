using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>The objects of all manifests together, those that a filter takes.</summary>
/// <param name="filter">The filter.</param>
internal sealed class ManifestObjects(ObjectFilter filter)
{
    /// <summary>An API server gives every namespace this label, with its name.</summary>
    private const string NameLabel = "kubernetes.io/metadata.name";

    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);

    /// <summary>The namespaces, those included that are only mentioned: an object's namespace exists.</summary>
    public Dictionary<string, NamespaceObject> Namespaces { get; } = new(StringComparer.Ordinal);

    /// <summary>The Services.</summary>
    public Dictionary<ObjectKey, ServiceObject> Services { get; } = [];

    /// <summary>The ServiceImports.</summary>
    public Dictionary<ObjectKey, ServiceObject> Imports { get; } = [];

    /// <summary>The EndpointSlices.</summary>
    public Dictionary<ObjectKey, EndpointSliceObject> EndpointSlices { get; } = [];

    /// <summary>The Pods.</summary>
    public Dictionary<ObjectKey, PodObject> Pods { get; } = [];

    /// <summary>How many Endpoints objects were skipped.</summary>
    public int SkippedEndpoints { get; set; }

    /// <summary>Adds a namespace; a later one of the same name replaces an earlier.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="findLabel">The value of one of its labels; null where it has no such label.</param>
    public void AddNamespace(string name, Func<string, string?> findLabel)
    {
        _declared.Add(name);
        SetNamespace(name, findLabel);
    }

    /// <summary>Adds the namespace of an object, unless it is known.</summary>
    /// <param name="name">Its name.</param>
    public void MentionNamespace(string name)
    {
        if (!_declared.Contains(name))
        {
            SetNamespace(name, static _ => null);
        }
    }

    /// <summary>Adds a Service; a later one of the same name replaces an earlier.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="findLabel">The value of one of its labels; null where it has no such label.</param>
    public void Add(ServiceObject service, Func<string, string?> findLabel)
        => Set(Services, service.Key, service, Takes(service.Key, findLabel));

    /// <summary>Adds a ServiceImport; a later one of the same name replaces an earlier.</summary>
    /// <param name="import">What it says of its Service.</param>
    /// <param name="findLabel">The value of one of its labels; null where it has no such label.</param>
    public void AddImport(ServiceObject import, Func<string, string?> findLabel)
        => Set(Imports, import.Key, import, Takes(import.Key, findLabel));

    /// <summary>Adds an EndpointSlice; a later one of the same name replaces an earlier.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="findLabel">The value of one of its labels; null where it has no such label.</param>
    public void Add(EndpointSliceObject slice, Func<string, string?> findLabel)
        => Set(EndpointSlices, slice.Key, slice, filter.TakesEndpoints && Takes(slice.Key, findLabel));

    /// <summary>Adds a Pod; a later one of the same name replaces an earlier.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="findLabel">The value of one of its labels; null where it has no such label.</param>
    public void Add(PodObject pod, Func<string, string?> findLabel)
        => Set(Pods, pod.Key, pod, Takes(pod.Key, findLabel));

    private bool Takes(ObjectKey key, Func<string, string?> findLabel)
        => filter.TakesNamespace(key.Namespace) && filter.Labels.Matches(findLabel);

    private void SetNamespace(string name, Func<string, string?> findLabel)
        => Set(
            Namespaces,
            name,
            new NamespaceObject(name),
            filter.TakesNamespace(name) &&
                filter.NamespaceLabels.Matches(label => string.Equals(label, NameLabel, StringComparison.Ordinal) ? name : findLabel(label)));

    private static void Set<TKey, TValue>(Dictionary<TKey, TValue> objects, TKey key, TValue value, bool isTaken)
        where TKey : notnull
    {
        if (isTaken)
        {
            objects[key] = value;
        }
        else
        {
            objects.Remove(key);
        }
    }
}
