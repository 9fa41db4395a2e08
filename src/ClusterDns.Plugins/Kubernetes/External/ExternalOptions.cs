using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>The options of the k8s_external plugin.</summary>
/// <param name="Place">The position of the directive.</param>
/// <param name="Zones">The zones, those of reverse names included.</param>
/// <param name="Apex">The label below which the zone's name server is.</param>
/// <param name="TimeToLive">The time to live of records, 0 to 3600 seconds.</param>
/// <param name="Headless">Whether headless Services are answered, and endpoints.</param>
/// <param name="Fallthrough">The zones whose names are passed on when they do not exist.</param>
public sealed record ExternalOptions(
    SourcePlace Place, IReadOnlyList<Zone> Zones, string Apex, uint TimeToLive, bool Headless, IReadOnlyList<Zone> Fallthrough);
