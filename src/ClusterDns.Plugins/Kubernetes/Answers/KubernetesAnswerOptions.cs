using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>How Pods are answered by their addresses.</summary>
public enum PodsMode : byte
{
    /// <summary>Not at all.</summary>
    Disabled,

    /// <summary>With whatever address the name has, whether there is such a Pod or not.</summary>
    Insecure,

    /// <summary>Those that there are, by the primary address of each.</summary>
    Verified,
}

/// <summary>How names are answered.</summary>
/// <param name="Zones">The zones, those of reverse names included.</param>
/// <param name="PrimaryZone">
/// The zone in which reverse names' targets are: the first that has the cluster's own Services; null where none has.
/// </param>
/// <param name="TimeToLive">The time to live of all records but dns-version's, 0 to 3600 seconds.</param>
/// <param name="Pods">How Pods are answered.</param>
/// <param name="Fallthrough">The zones whose names are passed on when they do not exist.</param>
internal sealed record KubernetesAnswerOptions(
    ZoneSet Zones, Zone? PrimaryZone, uint TimeToLive, PodsMode Pods, ZoneSet Fallthrough)
{
    /// <summary>Whether Services that are reached by their own addresses do not exist while they have no endpoints.</summary>
    public bool IgnoresEmptyServices { get; init; }

    /// <summary>Whether headless Services have names for the endpoints of a topology zone.</summary>
    public bool IsZonal { get; init; }

    /// <summary>Whether a Service exists for DNS; its namespace may not.</summary>
    /// <param name="entry">The Service, or slices of one that is not there.</param>
    public bool Takes(ServiceEntry entry)
        => entry.Service is { } service && !(IgnoresEmptyServices && service.Kind == ServiceKind.ClusterIP && entry.IsEmpty);

    /// <summary>The zones whose Services are those that the cluster imports, and what lies within them.</summary>
    public ZoneSet MulticlusterZones { get; init; } = ZoneSet.None;

    /// <summary>The zone in which targets are of reverse names that only imported Services have; null where there is none.</summary>
    public Zone? ImportZone { get; init; }

    /// <summary>Whether the Services of one of the zones are those that the cluster imports.</summary>
    /// <param name="zone">The zone.</param>
    public bool IsMulticluster(Zone zone) => MulticlusterZones.Match(zone.Wire.Span) is not null;

    /// <summary>The records of one of the zones.</summary>
    /// <param name="zone">The zone.</param>
    public ZoneRecords CreateRecords(Zone zone) => new(zone, TimeToLive) { IsMulticluster = IsMulticluster(zone) };
}
