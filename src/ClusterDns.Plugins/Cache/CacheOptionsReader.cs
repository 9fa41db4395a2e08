using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Plugins.Cache;

/// <summary>Reads <c>cache [TTL] [ZONES...] { … }</c>.</summary>
internal static class CacheOptionsReader
{
    private const uint DefaultLeastSeconds = 5;
    private const string NotBuilt = "of cache is not supported by this version: delete the line";

    private static readonly OptionValue<uint> Seconds = Values.Integer(1, int.MaxValue).As("TTL").Select(static seconds => (uint)seconds);
    private static readonly OptionValue<bool> IsSuccess = Values.Choice(("success", true), ("denial", false));

    /// <summary>The reader.</summary>
    public static OptionsReader<CacheOptions> Reader { get; } = new OptionsReader<CacheOptions>(new CacheOptions(
        [],
        new CacheLimits(CacheStore.DefaultCapacity, 3600, DefaultLeastSeconds, []),
        new CacheLimits(CacheStore.DefaultCapacity, 1800, DefaultLeastSeconds, []),
        DefaultLeastSeconds,
        KeepTimeToLive: false))
        .Optional(
            Seconds,
            static (options, most) => options with { Success = options.Success with { MostSeconds = most }, Denial = options.Denial with { MostSeconds = most } },
            static word => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        .Zones(static (options, zones) => options with { Zones = zones })
        .Option("success", static line => DeclareLimits(line, static options => options.Success, static (options, limits) => options with { Success = limits }))
        .Option("denial", static line => DeclareLimits(line, static options => options.Denial, static (options, limits) => options with { Denial = limits }))
        .Option(
            "servfail",
            Values.Duration(most: TimeSpan.FromMinutes(5)).Default("5s"),
            static (options, time) => options with { ServfailSeconds = (uint)time.TotalSeconds })
        .Option("disable", "success|denial [ZONES...]", ReadDisable)
        .Flag("keepttl", static options => options with { KeepTimeToLive = true })
        .Rejected("prefetch", NotBuilt)
        .Rejected("serve_stale", NotBuilt)
        .Rejected("serve_stale_policy", NotBuilt);

    private static void DeclareLimits(
        OptionsReader<CacheOptions> line, Func<CacheOptions, CacheLimits> get, Func<CacheOptions, CacheLimits, CacheOptions> set)
        => line
            .Argument(Values.ClampedInteger(0, int.MaxValue).As("CAPACITY"), (options, capacity) => set(options, get(options) with { Capacity = capacity }))
            .Optional(Seconds, (options, most) => set(options, get(options) with { MostSeconds = most }))
            .Optional(Values.Integer(0, int.MaxValue).As("MINTTL"), (options, least) => set(options, get(options) with { LeastSeconds = (uint)least }))
            .IgnoreExtraArguments();

    private static CacheOptions ReadDisable(CacheOptions options, DirectiveReader line)
    {
        if (!line.ExpectArguments(1, int.MaxValue, "disable success|denial [ZONES...]") ||
            !IsSuccess.TryRead(line, line.Arguments[0], out bool isSuccess) ||
            !line.TryZonesOrRoot(line.Arguments.Skip(1), out IReadOnlyList<Zone> zones))
        {
            return options;
        }

        return isSuccess
            ? options with { Success = options.Success with { Disabled = zones } }
            : options with { Denial = options.Denial with { Disabled = zones } };
    }
}
