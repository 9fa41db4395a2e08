using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Cache;

/// <summary>The options of the cache plugin.</summary>
/// <param name="Zones">The zones whose names are cached.</param>
/// <param name="Success">For answers and delegations.</param>
/// <param name="Denial">For NXDOMAIN, NODATA and, but for the times, SERVFAIL.</param>
/// <param name="ServfailSeconds">For how many seconds SERVFAIL is kept: 0 to 300, 0 for not at all.</param>
/// <param name="KeepTimeToLive">Whether a hit shows the TTL that was kept, not what is left of it.</param>
public sealed record CacheOptions(
    IReadOnlyList<Zone> Zones, CacheLimits Success, CacheLimits Denial, uint ServfailSeconds, bool KeepTimeToLive);

/// <summary>How much is kept of one type of response, and for how long.</summary>
/// <param name="Capacity">The most responses.</param>
/// <param name="MostSeconds">The most seconds that a response is kept; at least 1.</param>
/// <param name="LeastSeconds">The fewest seconds, also where the TTL is less.</param>
/// <param name="Disabled">The zones whose responses are not kept.</param>
public sealed record CacheLimits(int Capacity, uint MostSeconds, uint LeastSeconds, IReadOnlyList<Zone> Disabled)
{
    internal string Text
        => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Capacity} {MostSeconds} {LeastSeconds} {string.Join(',', Disabled.Select(static zone => zone.Text))}");
}
