using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>What an index holds of a cluster: whoever wants the same may share one.</summary>
/// <param name="Filter">Which objects it holds.</param>
/// <param name="KeepsPods">Whether it holds Pods.</param>
/// <param name="EndpointPodNames">Whether endpoints without a hostname are named after their Pods.</param>
/// <param name="KeepsImports">Whether it holds the Services that are imported from the clusters of a set.</param>
internal sealed record ClusterIndexOptions(ObjectFilter Filter, bool KeepsPods, bool EndpointPodNames, bool KeepsImports)
{
    /// <summary>Whether it holds the labels of Pods.</summary>
    public bool KeepsPodLabels { get; init; }

    /// <summary>The kinds of objects that it is made of.</summary>
    public ClusterKinds Kinds
        => ClusterKinds.Namespace
            | ClusterKinds.Service
            | (Filter.TakesEndpoints ? ClusterKinds.EndpointSlice : ClusterKinds.None)
            | (KeepsPods ? ClusterKinds.Pod : ClusterKinds.None)
            | (KeepsImports ? ClusterKinds.ServiceImport : ClusterKinds.None);
}
