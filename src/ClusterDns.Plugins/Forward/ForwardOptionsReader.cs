using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward;

/// <summary>Reads every <c>forward</c> of a server block.</summary>
internal static class ForwardOptionsReader
{
    /// <summary>How many upstreams there may be.</summary>
    internal const int MaxUpstreams = 15;

    private const string PlainOnly = "upstreams are asked over plain DNS, by address";

    private static readonly OptionValue<Zone> From = new("FROM", "zone", "a domain name, or a network such as 10.0.0.0/24", TryReadFrom);
    private static readonly OptionValue<TimeSpan> ReadTimeout = new("DURATION", "duration", "more than 0s", TryReadTimeout);
    private static readonly OptionValue<ResponseCode> Failure =
        Values.ResponseCode.Where(static code => code != ResponseCode.NoError, "for example SERVFAIL or REFUSED");

    private static readonly OptionsReader<ForwardStanza> Stanza = new OptionsReader<ForwardStanza>(new ForwardStanza { From = Zone.Root, To = [] })
        .Argument(From, static (stanza, zone) => stanza with { From = zone })
        .Words("TO", 1, MaxUpstreams, static (stanza, _, words) => stanza with { To = words })
        .ZoneList("except", static (stanza, zones) => stanza with { Except = [.. stanza.Except, .. zones] })
        .Flag("force_tcp", static stanza => stanza with { ForceTcp = true })
        .Flag("prefer_udp", static stanza => stanza with { PreferUdp = true })
        .Option("expire", Values.Duration().Default("10s"), static (stanza, time) => stanza with { Expire = time })
        .Option("max_age", Values.Duration().Default("0s"), static (stanza, time) => stanza with { MaxAge = time })
        .Option("read_timeout", ReadTimeout.Default("2s"), static (stanza, time) => stanza with { ReadTimeout = time })
        .Option("max_fails", Values.Count.Default("2"), static (stanza, number) => stanza with { MaxFails = number })
        .Option("max_connect_attempts", Values.Count, static (stanza, number) => stanza with { MaxAttempts = number })
        .Option(
            "policy",
            Values.Choice(("random", ForwardPolicy.Random), ("round_robin", ForwardPolicy.RoundRobin), ("sequential", ForwardPolicy.Sequential)).Default("random"),
            static (stanza, policy) => stanza with { Policy = policy })
        .Option("health_check", "DURATION [no_rec] [domain FQDN]", ReadHealthCheck)
        .Option("max_concurrent", Values.Count.Default("0"), static (stanza, number) => stanza with { MaxConcurrent = number })
        .List("next", Values.ResponseCode, static (stanza, codes) => stanza with { Next = [.. stanza.Next, .. codes] })
        .Flag("next_on_nodata", static stanza => stanza with { NextOnNoData = true })
        .List("failover", Failure, static (stanza, codes) => stanza with { Failover = [.. stanza.Failover, .. codes] })
        .Flag("failfast_all_unhealthy_upstreams", static stanza => stanza with { FailFast = true })
        .Option("max_idle_conns", Values.Count, static (stanza, _) => stanza) // All queries to an upstream share one connection, so there is nothing to bound.
        .Ignored("tls", PlainOnly)
        .Ignored("tls_servername", PlainOnly, "NAME")
        .Ignored("doh_method", PlainOnly, "METHOD")
        .Ignored("resolver", PlainOnly)
        .Rejected("source_address", "of forward is not supported by this version: delete the line")
        .ShareLines(
            "max_fails", "max_connect_attempts", "force_tcp", "prefer_udp", "tls_servername", "expire", "max_age", "max_idle_conns", "read_timeout",
            "doh_method", "policy", "max_concurrent", "next_on_nodata")
        .Complete(ExpectAge);

    /// <summary>The reader.</summary>
    public static IOptionsReader<ForwardOptions> Reader { get; } = Stanza.Each(static stanzas => new ForwardOptions(stanzas));

    private static bool TryReadFrom(DirectiveReader line, Token word, out Zone zone)
    {
        bool isRead = line.TryZones([word], [], out IReadOnlyList<Zone> zones) && zones.Count > 0;
        zone = isRead ? zones[0] : Zone.Root;
        if (zones.Count > 1)
        {
            line.Warn(word.Place, $"'{word.Text}' is {zones.Count} reverse zones, and only '{zone}' is forwarded: write a line for each");
        }

        return isRead;
    }

    private static bool TryReadTimeout(DirectiveReader line, Token word, out TimeSpan timeout)
    {
        bool isValid = Values.Duration(new TimeSpan(1)).TryRead(line, word, out timeout);
        if (isValid && timeout < TimeSpan.FromMilliseconds(1))
        {
            line.Warn(word.Place, $"'{word.Text}' counts as 1ms for 'read_timeout', which is the least");
            timeout = TimeSpan.FromMilliseconds(1);
        }

        return isValid;
    }

    private static ForwardStanza ReadHealthCheck(ForwardStanza stanza, DirectiveReader line)
    {
        const string usage = "health_check DURATION [no_rec] [domain FQDN]";
        if (!line.ExpectArguments(1, int.MaxValue, usage) || !Values.Duration().TryRead(line, line.Arguments[0], out TimeSpan interval))
        {
            return stanza;
        }

        stanza = stanza with { HealthCheckInterval = interval };
        for (int i = 1; i < line.Arguments.Count; i++)
        {
            Token word = line.Arguments[i];
            if (word.Text is "no_rec")
            {
                stanza = stanza with { HealthCheckRecursion = false };
            }
            else if (word.Text is "domain" && i + 1 < line.Arguments.Count)
            {
                stanza = Values.DomainName.TryRead(line, line.Arguments[++i], out ReadOnlyMemory<byte> name) ? stanza with { HealthCheckName = name } : stanza;
            }
            else
            {
                line.Error(word.Place, $"unexpected '{word.Text}' after 'health_check': expected '{usage}'");
                return stanza;
            }
        }

        return stanza;
    }

    private static ForwardStanza ExpectAge(ForwardStanza stanza, DirectiveReader line)
    {
        if (stanza.MaxAge != TimeSpan.Zero && stanza.MaxAge < stanza.Expire)
        {
            Token age = line.Find("max_age")!.Arguments[0];
            line.Error(
                age.Place,
                string.Create(CultureInfo.InvariantCulture, $"max_age {age.Text} is less than expire ({stanza.Expire.TotalSeconds}s): expected 0s, or at least as much"));
        }

        return stanza;
    }
}
