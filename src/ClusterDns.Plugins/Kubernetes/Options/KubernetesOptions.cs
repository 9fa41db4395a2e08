using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Filtering;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>The options of the kubernetes plugin.</summary>
/// <param name="Place">The position of the directive.</param>
/// <param name="Zones">The zones, those of reverse names included.</param>
/// <param name="Manifests">The files and folders that hold the cluster's objects; empty where an API server has them.</param>
/// <param name="ApiServer">The API server that has the cluster's objects; null where manifests do.</param>
/// <param name="StartupTimeout">How long the start waits for the cluster to be known.</param>
/// <param name="Pods">How Pods are answered.</param>
/// <param name="TimeToLive">The time to live of records, 0 to 3600 seconds.</param>
/// <param name="Fallthrough">The zones whose names are passed on when they do not exist.</param>
public sealed record KubernetesOptions(
    SourcePlace Place,
    IReadOnlyList<Zone> Zones,
    IReadOnlyList<Token> Manifests,
    ApiServerOptions? ApiServer,
    TimeSpan StartupTimeout,
    PodsMode Pods,
    uint TimeToLive,
    IReadOnlyList<Zone> Fallthrough)
{
    /// <summary>Which objects of the cluster there are for DNS.</summary>
    public ObjectFilter Filter { get; init; } = ObjectFilter.Everything;

    /// <summary>Whether Services that are reached by their own addresses do not exist while they have no endpoints.</summary>
    public bool IgnoresEmptyServices { get; init; }

    /// <summary>Whether endpoints without a hostname are named after their Pods.</summary>
    public bool EndpointPodNames { get; init; }

    /// <summary>Whether headless Services have names for the endpoints of a topology zone.</summary>
    public bool IsZonal { get; init; }

    /// <summary>Those of the zones whose Services are the ones that the cluster imports from the clusters of a set.</summary>
    public IReadOnlyList<Zone> MulticlusterZones { get; init; } = [];

    /// <summary>Whether a zone is one of reverse names.</summary>
    /// <param name="zone">The zone.</param>
    internal static bool IsReverse(Zone zone)
        => zone.Text.EndsWith("in-addr.arpa.", StringComparison.Ordinal) || zone.Text.EndsWith("ip6.arpa.", StringComparison.Ordinal);

    /// <summary>What of the cluster is held to answer so.</summary>
    internal ClusterIndexOptions Index
        => new(Filter, KeepsPods: Pods == PodsMode.Verified, EndpointPodNames, KeepsImports: MulticlusterZones.Count > 0);
}
