using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>The options of the kubernetes plugin.</summary>
/// <param name="Zones">The zones, those of reverse names included.</param>
/// <param name="Manifests">The files and folders that hold the cluster's objects.</param>
/// <param name="Pods">How Pods are answered.</param>
/// <param name="TimeToLive">The time to live of records, 0 to 3600 seconds.</param>
/// <param name="Fallthrough">The zones whose names are passed on when they do not exist.</param>
public sealed record KubernetesOptions(
    IReadOnlyList<Zone> Zones, IReadOnlyList<Token> Manifests, PodsMode Pods, uint TimeToLive, IReadOnlyList<Zone> Fallthrough)
{
    /// <summary>Whether endpoints without a hostname are named after their Pods.</summary>
    public bool EndpointPodNames { get; init; }

    /// <summary>Whether headless Services have names for the endpoints of a topology zone.</summary>
    public bool IsZonal { get; init; }
}
