namespace ClusterDns.Plugins.Kubernetes.Filtering;

/// <summary>
/// Which objects of a cluster there are for DNS. Each source asks it before it passes an object to the index, so that the rest is
/// neither kept nor answered. Equal where it takes the same for the same reasons.
/// </summary>
/// <param name="namespaces">The names of the namespaces that are taken, and whose objects are; empty for all.</param>
/// <param name="namespaceLabels">What the labels of a namespace are to meet.</param>
/// <param name="labels">What the labels of any other object are to meet.</param>
/// <param name="takesEndpoints">Whether EndpointSlices are taken.</param>
public sealed class ObjectFilter(
    IEnumerable<string> namespaces, LabelSelector namespaceLabels, LabelSelector labels, bool takesEndpoints) : IEquatable<ObjectFilter>
{
    private readonly HashSet<string> _namespaces = new(namespaces, StringComparer.Ordinal);

    /// <summary>The filter that takes everything.</summary>
    public static ObjectFilter Everything { get; } = new([], LabelSelector.Everything, LabelSelector.Everything, takesEndpoints: true);

    /// <summary>
    /// What the labels of a namespace are to meet. One that does not meet it does not exist; its objects are taken all the same,
    /// because addresses have names whether the names can be asked for or not.
    /// </summary>
    public LabelSelector NamespaceLabels => namespaceLabels;

    /// <summary>What the labels of any other object are to meet.</summary>
    public LabelSelector Labels => labels;

    /// <summary>Whether EndpointSlices are taken.</summary>
    public bool TakesEndpoints => takesEndpoints;

    /// <summary>Whether a namespace of a name is taken, and its objects are.</summary>
    /// <param name="name">The namespace's name.</param>
    public bool TakesNamespace(string name) => _namespaces.Count == 0 || _namespaces.Contains(name);

    /// <summary>The filter with other conditions, or further namespaces; null for the same as before.</summary>
    /// <param name="namespaces">Names of further namespaces that are taken.</param>
    /// <param name="namespaceLabels">What the labels of a namespace must meet.</param>
    /// <param name="labels">What the labels of any other object must meet.</param>
    /// <param name="takesEndpoints">Whether EndpointSlices are taken.</param>
    internal ObjectFilter With(
        IEnumerable<string>? namespaces = null, LabelSelector? namespaceLabels = null, LabelSelector? labels = null, bool? takesEndpoints = null)
        => new([.. _namespaces, .. namespaces ?? []], namespaceLabels ?? NamespaceLabels, labels ?? Labels, takesEndpoints ?? TakesEndpoints);

    /// <inheritdoc/>
    public bool Equals(ObjectFilter? other)
        => other is not null
            && _namespaces.SetEquals(other._namespaces)
            && NamespaceLabels.Equals(other.NamespaceLabels)
            && Labels.Equals(other.Labels)
            && TakesEndpoints == other.TakesEndpoints;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ObjectFilter);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_namespaces.Count, NamespaceLabels, Labels, TakesEndpoints);
}
