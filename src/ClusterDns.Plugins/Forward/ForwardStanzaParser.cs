using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Forward;

/// <summary>Reads one <c>forward</c> of a server block.</summary>
/// <param name="reader">The directive.</param>
internal sealed class ForwardStanzaParser(DirectiveReader reader)
{
    /// <summary>How many upstreams there may be.</summary>
    internal const int MaxUpstreams = 15;

    private static readonly TimeSpan LeastReadTimeout = TimeSpan.FromMilliseconds(1);

    private static readonly string[] Options =
    [
        "except", "force_tcp", "prefer_udp", "expire", "max_age", "read_timeout", "max_fails", "max_connect_attempts", "policy", "health_check",
        "max_concurrent", "next", "next_on_nodata", "failover", "failfast_all_unhealthy_upstreams", "max_idle_conns",
    ];

    /// <summary>Options for upstreams of other kinds than those that are built.</summary>
    private static readonly string[] WithoutEffect = ["tls", "tls_servername", "doh_method", "resolver"];

    private static readonly (string Name, int Arguments)[] Arities =
    [
        ("max_fails", 1), ("max_connect_attempts", 1), ("force_tcp", 0), ("prefer_udp", 0), ("tls_servername", 1), ("expire", 1), ("max_age", 1),
        ("max_idle_conns", 1), ("read_timeout", 1), ("doh_method", 1), ("policy", 1), ("max_concurrent", 1), ("next_on_nodata", 0),
    ];

    /// <summary>Reads it; null, and everything that is wrong reported, when it is wrong.</summary>
    public ForwardStanza? Parse()
    {
        if (!reader.ExpectArguments(2, MaxUpstreams + 1, "forward FROM TO...") ||
            !TryFrom(reader.Arguments[0], out IReadOnlyList<Zone> from))
        {
            return null;
        }

        ForwardStanza stanza = new() { From = from[0], To = [.. reader.Arguments.Skip(1)] };
        bool isRight = true;
        foreach (DirectiveSyntax option in OptionLines.Split(reader.Directive.Block, Arities))
        {
            isRight &= TryApply(reader.For(option), option, ref stanza);
        }

        return isRight && IsAgeRight(stanza) ? stanza : null;
    }

    private bool TryFrom(Token token, out IReadOnlyList<Zone> from)
    {
        if (!reader.TryZones([token], [], out from))
        {
            return false;
        }

        if (from.Count == 0)
        {
            reader.Error(token.Place, $"'{token.Text}' is not a zone: expected a domain name, or a network such as 10.0.0.0/24");
        }
        else if (from.Count > 1)
        {
            reader.Warn(token.Place, $"'{token.Text}' is {from.Count} reverse zones, and only '{from[0]}' is forwarded: write a line for each");
        }

        return from.Count > 0;
    }

    private bool IsAgeRight(ForwardStanza stanza)
    {
        if (stanza.MaxAge == TimeSpan.Zero || stanza.MaxAge >= stanza.Expire)
        {
            return true;
        }

        DirectiveSyntax maxAge = reader.Directive.Block.Last(static option => string.Equals(option.Name.Text, "max_age", StringComparison.Ordinal));
        reader.Error(
            maxAge.Arguments[0].Place,
            string.Create(
                CultureInfo.InvariantCulture,
                $"max_age {maxAge.Arguments[0].Text} is less than expire ({stanza.Expire.TotalSeconds}s), expected a duration that is not, or 0s"));
        return false;
    }

    private bool TryApply(DirectiveReader option, DirectiveSyntax syntax, ref ForwardStanza stanza)
    {
        switch (option.Name)
        {
            case "except":
                if (!option.ExpectArguments(1, int.MaxValue, "except ZONE...") ||
                    !option.TryZones(option.Arguments, [], out IReadOnlyList<Zone> except))
                {
                    return false;
                }

                stanza = stanza with { Except = [.. stanza.Except, .. except] };
                return true;
            case "force_tcp":
                stanza = stanza with { ForceTcp = true };
                return option.ExpectArguments(0, 0, "force_tcp");
            case "prefer_udp":
                stanza = stanza with { PreferUdp = true };
                return option.ExpectArguments(0, 0, "prefer_udp");
            case "next_on_nodata":
                stanza = stanza with { NextOnNoData = true };
                return option.ExpectArguments(0, 0, "next_on_nodata");
            case "failfast_all_unhealthy_upstreams":
                stanza = stanza with { FailFast = true };
                return option.ExpectArguments(0, 0, "failfast_all_unhealthy_upstreams");
            case "expire" or "max_age" or "read_timeout":
                return TryApplyDuration(option, ref stanza);
            case "max_fails" or "max_connect_attempts" or "max_concurrent" or "max_idle_conns":
                return TryApplyNumber(option, ref stanza);
            case "policy":
                return TryApplyPolicy(option, ref stanza);
            case "health_check":
                return TryApplyHealthCheck(option, ref stanza);
            case "next" or "failover":
                return TryApplyCodes(option, ref stanza);
            default:
                if (WithoutEffect.Contains(option.Name, StringComparer.Ordinal))
                {
                    reader.Warn(syntax.Place, $"'{option.Name}' has no effect: upstreams are asked over plain DNS, by address");
                    return true;
                }

                if (string.Equals(option.Name, "source_address", StringComparison.Ordinal))
                {
                    reader.Error(syntax.Place, "option 'source_address' of forward is not supported by this version: delete the line");
                }
                else
                {
                    reader.UnknownOption(syntax, Options);
                }

                return false;
        }
    }

    private static bool TryApplyDuration(DirectiveReader option, ref ForwardStanza stanza)
    {
        bool isRead = string.Equals(option.Name, "read_timeout", StringComparison.Ordinal);
        TimeSpan least = isRead ? new TimeSpan(1) : TimeSpan.Zero;
        if (!option.ExpectArguments(1, 1, $"{option.Name} DURATION") || !option.TryDuration(option.Arguments[0], least, out TimeSpan duration))
        {
            return false;
        }

        if (isRead && duration < LeastReadTimeout)
        {
            option.Warn(option.Arguments[0].Place, $"'{option.Arguments[0].Text}' counts as 1ms for 'read_timeout', which is the least");
            duration = LeastReadTimeout;
        }

        stanza = option.Name switch
        {
            "expire" => stanza with { Expire = duration },
            "max_age" => stanza with { MaxAge = duration },
            _ => stanza with { ReadTimeout = duration },
        };
        return true;
    }

    private static bool TryApplyNumber(DirectiveReader option, ref ForwardStanza stanza)
    {
        if (!option.ExpectArguments(1, 1, $"{option.Name} NUMBER") ||
            !TryNumber(option, out int number))
        {
            return false;
        }

        stanza = option.Name switch
        {
            "max_fails" => stanza with { MaxFails = number },
            "max_connect_attempts" => stanza with { MaxAttempts = number },
            "max_concurrent" => stanza with { MaxConcurrent = number },

            // All queries to an upstream share one connection, so there is nothing to bound.
            _ => stanza,
        };
        return true;
    }

    private static bool TryNumber(DirectiveReader option, out int number)
        => option.Arguments[0].Text.StartsWith('-')
            ? option.TryInteger(option.Arguments[0], 0, int.MaxValue, out number)
            : option.TryIntegerWithin(option.Arguments[0], 0, int.MaxValue, out number);

    private static bool TryApplyPolicy(DirectiveReader option, ref ForwardStanza stanza)
    {
        if (!option.ExpectArguments(1, 1, "policy random|round_robin|sequential") ||
            !option.TryChoice(option.Arguments[0], ["random", "round_robin", "sequential"], out string policy))
        {
            return false;
        }

        stanza = stanza with
        {
            Policy = policy switch
            {
                "round_robin" => ForwardPolicy.RoundRobin,
                "sequential" => ForwardPolicy.Sequential,
                _ => ForwardPolicy.Random,
            },
        };
        return true;
    }

    private bool TryApplyHealthCheck(DirectiveReader option, ref ForwardStanza stanza)
    {
        const string usage = "health_check DURATION [no_rec] [domain FQDN]";
        if (!option.ExpectArguments(1, int.MaxValue, usage) || !option.TryDuration(option.Arguments[0], TimeSpan.Zero, out TimeSpan interval))
        {
            return false;
        }

        stanza = stanza with { HealthCheckInterval = interval };
        for (int i = 1; i < option.Arguments.Count; i++)
        {
            Token argument = option.Arguments[i];
            if (string.Equals(argument.Text, "no_rec", StringComparison.Ordinal))
            {
                stanza = stanza with { HealthCheckRecursion = false };
                continue;
            }

            byte[] name = new byte[DomainName.MaxWireLength];
            if (!string.Equals(argument.Text, "domain", StringComparison.Ordinal) || ++i == option.Arguments.Count ||
                !DomainName.TryParse(option.Arguments[i].Text, name, out int length))
            {
                reader.Error(argument.Place, $"'{argument.Text}' makes no sense here, expected {usage}");
                return false;
            }

            stanza = stanza with { HealthCheckName = name.AsMemory(0, length) };
        }

        return true;
    }

    private bool TryApplyCodes(DirectiveReader option, ref ForwardStanza stanza)
    {
        if (!option.ExpectArguments(1, int.MaxValue, $"{option.Name} RCODE..."))
        {
            return false;
        }

        bool isFailover = string.Equals(option.Name, "failover", StringComparison.Ordinal);
        List<ResponseCode> codes = [];
        foreach (Token argument in option.Arguments)
        {
            if (!ResponseCodes.TryParse(argument.Text, out ResponseCode code) || (isFailover && code == ResponseCode.NoError))
            {
                reader.Error(argument.Place, $"'{argument.Text}' is no response code for {option.Name}, expected one such as SERVFAIL or REFUSED");
                return false;
            }

            codes.Add(code);
        }

        stanza = isFailover
            ? stanza with { Failover = [.. stanza.Failover, .. codes] }
            : stanza with { Next = [.. stanza.Next, .. codes] };
        return true;
    }
}
