using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>
/// One kind of objects: where the API server has them, and how the index receives them. For one reflector at a time.
/// </summary>
/// <param name="writer">The index's writer.</param>
/// <param name="kind">The kind.</param>
/// <param name="resource">The kind's name in the plural, as rights and URLs have it.</param>
/// <param name="path">Where the server has them.</param>
/// <param name="isEssential">Whether there are no answers without them.</param>
internal abstract class ObjectFeed(ClusterIndexWriter writer, ClusterKinds kind, string resource, string path, bool isEssential)
    : IObjectSink
{
    /// <summary>The kind's name in the plural.</summary>
    public string Resource => resource;

    /// <summary>Where the server has them.</summary>
    public string Path => path;

    /// <summary>
    /// Which of them are asked for: <c>labelSelector=</c>, <c>fieldSelector=</c> or both, with their values as URLs have them; empty for
    /// all.
    /// </summary>
    public string Selector { get; init; } = "";

    /// <summary>Whether there are no answers without them.</summary>
    public bool IsEssential => isEssential;

    /// <summary>Makes the strings of the objects.</summary>
    public StringPool Strings { get; } = new();

    /// <summary>The index's writer.</summary>
    protected ClusterIndexWriter Writer => writer;

    /// <summary>Begins a list of all objects.</summary>
    public void BeginRelist() => writer.BeginRelist(kind);

    /// <summary>All objects have been sent since <see cref="BeginRelist"/>.</summary>
    public void EndRelist() => writer.EndRelist(kind);

    /// <summary>The kind cannot be had for now.</summary>
    public void MarkUnavailable() => writer.MarkUnavailable(kind);

    /// <inheritdoc/>
    public abstract bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version);
}
