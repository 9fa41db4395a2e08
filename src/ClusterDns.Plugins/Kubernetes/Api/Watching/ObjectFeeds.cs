using System.Text.Json;
using ClusterDns.Plugins.Kubernetes.Api.Decoding;
using ClusterDns.Plugins.Kubernetes.Api.Http;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>Services.</summary>
/// <param name="writer">The index's writer.</param>
/// <param name="filter">Which of them are taken.</param>
internal sealed class ServiceFeed(ClusterIndexWriter writer, ObjectFilter filter)
    : ObjectFeed(writer, ClusterKinds.Service, "services", "/api/v1/services", isEssential: true)
{
    /// <inheritdoc/>
    public override bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        if (ServiceDecoder.Read(ref reader, Strings, out version) is not { } service)
        {
            return false;
        }

        if (isDeleted)
        {
            Writer.RemoveService(service.Key);
        }
        else if (filter.TakesNamespace(service.Key.Namespace))
        {
            Writer.Apply(service);
        }

        return true;
    }
}

/// <summary>EndpointSlices.</summary>
/// <param name="writer">The index's writer.</param>
/// <param name="filter">Which of them are taken.</param>
/// <param name="metrics">Counts how long changes took to be answered.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class EndpointSliceFeed(ClusterIndexWriter writer, ObjectFilter filter, ApiMetrics metrics, TimeProvider timeProvider)
    : ObjectFeed(writer, ClusterKinds.EndpointSlice, "endpointslices", "/apis/discovery.k8s.io/v1/endpointslices", isEssential: true)
{
    /// <inheritdoc/>
    public override bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        EndpointSliceObject? slice = EndpointSliceDecoder.Read(ref reader, Strings, out ObjectMetadata metadata);
        version = metadata.Version;
        if (slice is null)
        {
            return false;
        }

        // A slice that has lost its labels belongs to no Service any more.
        if (isDeleted || (slice.ServiceName.Length == 0 && slice.ImportName.Length == 0))
        {
            Writer.RemoveEndpointSlice(slice.Key);
        }
        else if (filter.TakesNamespace(slice.Key.Namespace) && Writer.Apply(slice) && metadata.Triggered is { } triggered)
        {
            metrics.CountProgramming(metadata.IsHeadless, timeProvider.GetUtcNow() - triggered);
        }

        return true;
    }
}

/// <summary>Pods.</summary>
/// <param name="writer">The index's writer.</param>
/// <param name="filter">Which of them are taken.</param>
internal sealed class PodFeed(ClusterIndexWriter writer, ObjectFilter filter)
    : ObjectFeed(writer, ClusterKinds.Pod, "pods", "/api/v1/pods", isEssential: false)
{
    /// <summary>The selector of Pods that have not ended: a server that selects by it says of one that ends that it is gone.</summary>
    public const string Living = "fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed%2Cstatus.phase%21%3DUnknown";

    /// <inheritdoc/>
    public override bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        if (PodDecoder.Read(ref reader, Strings, Writer.KeepsPodLabels, out version) is not { } pod)
        {
            return false;
        }

        if (isDeleted)
        {
            Writer.RemovePod(pod.Key);
        }
        else if (filter.TakesNamespace(pod.Key.Namespace))
        {
            Writer.Apply(pod);
        }

        return true;
    }
}

/// <summary>ServiceImports, of a kind that is there only where somebody has defined it.</summary>
/// <param name="writer">The index's writer.</param>
/// <param name="filter">Which of them are taken.</param>
internal sealed class ServiceImportFeed(ClusterIndexWriter writer, ObjectFilter filter)
    : ObjectFeed(
        writer, ClusterKinds.ServiceImport, "serviceimports", "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports", isEssential: false)
{
    /// <inheritdoc/>
    public override bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        if (ServiceImportDecoder.Read(ref reader, Strings, out version) is not { } import)
        {
            return false;
        }

        if (isDeleted)
        {
            Writer.RemoveImport(import.Key);
        }
        else if (filter.TakesNamespace(import.Key.Namespace))
        {
            Writer.ApplyImport(import);
        }

        return true;
    }
}

/// <summary>Namespaces.</summary>
/// <param name="writer">The index's writer.</param>
/// <param name="filter">Which of them are taken.</param>
/// <param name="history">Receives the uid of kube-system.</param>
internal sealed class NamespaceFeed(ClusterIndexWriter writer, ObjectFilter filter, ClusterHistory history)
    : ObjectFeed(writer, ClusterKinds.Namespace, "namespaces", ClusterHistory.NamespacesPath, isEssential: false)
{
    /// <inheritdoc/>
    public override bool TryApply(ref Utf8JsonReader reader, bool isDeleted, out string version)
    {
        ObjectMetadata metadata = MetadataDecoder.Read(ref reader, Strings);
        version = metadata.Version;
        if (metadata.Name.Length == 0)
        {
            return false;
        }

        if (isDeleted)
        {
            Writer.RemoveNamespace(metadata.Name);
        }
        else
        {
            history.Observe(metadata.Name, metadata.Uid);
            if (filter.TakesNamespace(metadata.Name))
            {
                Writer.Apply(new NamespaceObject(metadata.Name));
            }
        }

        return true;
    }
}
