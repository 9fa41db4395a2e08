using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Hosts;

/// <summary>Answers A, AAAA and PTR from a hosts file, the file's entries before the Corefile's own.</summary>
/// <param name="next">The link below.</param>
/// <param name="options">How names are answered.</param>
/// <param name="file">The entries.</param>
internal sealed class HostsHandler(PluginHandler next, HostsOptions options, HostsFile file) : PluginHandler(next)
{
    private readonly ZoneSet _zones = new(options.Zones);
    private readonly ZoneSet _fallthrough = new(options.Fallthrough);

    /// <inheritdoc/>
    public override string Name => "hosts";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.IN)
        {
            return NextAsync(context);
        }

        if (context.Type == RecordType.PTR)
        {
            return TryAnswerReverse(context) ? ValueTask.CompletedTask : NextAsync(context);
        }

        if (_zones.Match(context.Name) is null)
        {
            return NextAsync(context);
        }

        HostAddresses? first = file.Table.FindName(context.Name);
        HostAddresses? second = file.Inline.FindName(context.Name);
        bool isKnown = first is not null || second is not null;
        bool isSupported = context.Type is RecordType.A or RecordType.AAAA;
        bool passesOn = isKnown ? !isSupported && options.FallthroughUnsupported : true;
        if (passesOn && _fallthrough.Match(context.Name) is not null)
        {
            return NextAsync(context);
        }

        if (!isKnown)
        {
            // A hosts file has no SOA, and a denial needs one (RFC 2308 section 3); so CoreDNS says SERVFAIL, and so do we.
            context.Response.Fail(Name, ResponseCode.ServFail, failure: null);
            return ValueTask.CompletedTask;
        }

        context.Response.Answer(Name);
        if (isSupported)
        {
            Add(context, first, null);
            Add(context, second, first);
        }

        return ValueTask.CompletedTask;
    }

    private bool TryAnswerReverse(QueryContext context)
    {
        if (!ReverseName.TryParse(context, out UInt128 address))
        {
            return false;
        }

        List<byte[]>? first = file.Table.FindAddress(address);
        List<byte[]>? second = file.Inline.FindAddress(address);
        if (first is null && second is null)
        {
            return false;
        }

        context.Response.Answer(Name);
        Add(context, RecordType.PTR, first, null);
        Add(context, RecordType.PTR, second, first);
        return true;
    }

    private void Add(QueryContext context, HostAddresses? addresses, HostAddresses? added)
    {
        bool isIPv4 = context.Type == RecordType.A;
        Add(context, context.Type, isIPv4 ? addresses?.IPv4 : addresses?.IPv6, isIPv4 ? added?.IPv4 : added?.IPv6);
    }

    private void Add(QueryContext context, RecordType type, List<byte[]>? rdatas, List<byte[]>? added)
    {
        if (rdatas is null)
        {
            return;
        }

        foreach (byte[] rdata in rdatas)
        {
            if (!Contains(added, rdata) &&
                !context.Response.TryAdd(ResponseSection.Answer, type, options.TimeToLive, rdata, 0, rdata.Length))
            {
                return;
            }
        }
    }

    private static bool Contains(List<byte[]>? added, byte[] rdata)
    {
        if (added is not null)
        {
            foreach (byte[] known in added)
            {
                if (known.AsSpan().SequenceEqual(rdata))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
