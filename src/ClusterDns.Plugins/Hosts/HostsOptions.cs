using System.Collections.Immutable;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Hosts;

/// <summary>The options of the hosts plugin.</summary>
/// <param name="Path">The hosts file.</param>
/// <param name="IsPathGiven">Whether the Corefile names the file, so that its absence is worth a warning.</param>
/// <param name="Zones">The zones it is for.</param>
/// <param name="Inline">Lines of the Corefile that count as those of a hosts file.</param>
/// <param name="TimeToLive">The time to live of records, 1 to 65535 seconds.</param>
/// <param name="Reverse">Whether addresses have PTR records.</param>
/// <param name="Reload">How often the file is looked at; zero for never.</param>
/// <param name="Fallthrough">The zones whose names are passed on when they are not there.</param>
/// <param name="FallthroughUnsupported">Whether names that are there are passed on too for types that no hosts file has.</param>
public sealed record HostsOptions(
    string Path,
    bool IsPathGiven,
    IReadOnlyList<Zone> Zones,
    ImmutableList<string> Inline,
    uint TimeToLive,
    bool Reverse,
    TimeSpan Reload,
    IReadOnlyList<Zone> Fallthrough,
    bool FallthroughUnsupported);
