using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Plugins.Cache;

/// <summary>Reads the cache plugin's options.</summary>
/// <param name="context">The directive.</param>
internal sealed class CacheOptionsParser(PluginParseContext context)
{
    private const int DefaultCapacity = CacheStore.DefaultCapacity;
    private const int DefaultSuccessSeconds = 3600;
    private const int DefaultDenialSeconds = 1800;
    private const int DefaultLeastSeconds = 5;
    private const int MostServfailSeconds = 300;

    private static readonly string[] Known = ["success", "denial", "servfail", "disable", "keepttl"];
    private static readonly string[] Types = ["success", "denial"];

    private readonly DirectiveReader _reader = new(context.Directives[0], context.Diagnostics);
    private CacheLimits _success = new(DefaultCapacity, DefaultSuccessSeconds, DefaultLeastSeconds, []);
    private CacheLimits _denial = new(DefaultCapacity, DefaultDenialSeconds, DefaultLeastSeconds, []);
    private TimeSpan _servfail = TimeSpan.FromSeconds(DefaultLeastSeconds);
    private bool _keepTimeToLive;

    /// <summary>The options, or null when an error was reported.</summary>
    public CacheOptions? Parse()
    {
        bool isRight = TryReadTimeToLive(out int zonesStart);
        isRight &= _reader.TryZones(
            _reader.Arguments.Skip(zonesStart), context.Keys.Select(static key => key.Zone).Distinct(), out IReadOnlyList<Zone> zones);
        foreach (DirectiveSyntax option in _reader.Directive.Block)
        {
            isRight &= TryReadOption(_reader.For(option));
        }

        return isRight ? new CacheOptions(zones, _success, _denial, (uint)_servfail.TotalSeconds, _keepTimeToLive) : null;
    }

    /// <summary>A first argument that is a number is a TTL; else it is a zone.</summary>
    private bool TryReadTimeToLive(out int zonesStart)
    {
        zonesStart = 0;
        if (_reader.Arguments.Count == 0 ||
            !int.TryParse(_reader.Arguments[0].Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return true;
        }

        zonesStart = 1;
        if (!_reader.TryInteger(_reader.Arguments[0], 1, int.MaxValue, out int most))
        {
            return false;
        }

        _success = _success with { MostSeconds = (uint)most };
        _denial = _denial with { MostSeconds = (uint)most };
        return true;
    }

    private bool TryReadOption(DirectiveReader option)
    {
        switch (option.Name)
        {
            case "success":
                return TryReadLimits(option, ref _success);
            case "denial":
                return TryReadLimits(option, ref _denial);
            case "servfail":
                return TryReadServfail(option);
            case "disable":
                return TryReadDisable(option);
            case "keepttl":
                _keepTimeToLive = true;
                return option.ExpectArguments(0, 0, "keepttl");
            case "prefetch" or "serve_stale" or "serve_stale_policy":
                option.Error(option.Directive.Place, $"{option.Name} of cache is not built yet, expected {string.Join(", ", Known)}");
                return false;
            default:
                _reader.UnknownOption(option.Directive, Known);
                return false;
        }
    }

    private static bool TryReadLimits(DirectiveReader option, ref CacheLimits limits)
    {
        option.IgnoreArgumentsAfter(3);
        if (!option.ExpectArguments(1, int.MaxValue, $"{option.Name} CAPACITY [TTL] [MINTTL]") ||
            !option.TryIntegerWithin(option.Arguments[0], 0, int.MaxValue, out int capacity))
        {
            return false;
        }

        int most = (int)limits.MostSeconds;
        int least = (int)limits.LeastSeconds;
        if (option.Arguments.Count > 1 && !option.TryInteger(option.Arguments[1], 1, int.MaxValue, out most))
        {
            return false;
        }

        if (option.Arguments.Count > 2 && !option.TryInteger(option.Arguments[2], 0, int.MaxValue, out least))
        {
            return false;
        }

        limits = limits with { Capacity = capacity, MostSeconds = (uint)most, LeastSeconds = (uint)least };
        return true;
    }

    private bool TryReadServfail(DirectiveReader option)
    {
        if (!option.ExpectArguments(1, 1, "servfail DURATION") ||
            !option.TryDuration(option.Arguments[0], TimeSpan.Zero, out _servfail))
        {
            return false;
        }

        if (_servfail.TotalSeconds <= MostServfailSeconds)
        {
            return true;
        }

        option.Error(option.Arguments[0].Place, $"'{option.Arguments[0].Text}' is too long for servfail, expected 5m at most (RFC 2308 section 7.1)");
        return false;
    }

    private bool TryReadDisable(DirectiveReader option)
    {
        if (!option.ExpectArguments(1, int.MaxValue, "disable success|denial [ZONES...]") ||
            !option.TryChoice(option.Arguments[0], Types, out string type) ||
            !option.TryZonesOrRoot(option.Arguments.Skip(1), out IReadOnlyList<Zone> zones))
        {
            return false;
        }

        if (string.Equals(type, "success", StringComparison.Ordinal))
        {
            _success = _success with { Disabled = zones };
        }
        else
        {
            _denial = _denial with { Disabled = zones };
        }

        return true;
    }
}
