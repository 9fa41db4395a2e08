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
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Class != RecordClass.IN)
        {
            return NextAsync(query);
        }

        if (query.Type == RecordType.PTR)
        {
            return TryAnswerReverse(query) ? ValueTask.CompletedTask : NextAsync(query);
        }

        if (_zones.Match(query) is null)
        {
            return NextAsync(query);
        }

        HostAddresses? first = file.Table.FindName(query.Name);
        HostAddresses? second = file.Inline.FindName(query.Name);
        bool isKnown = first is not null || second is not null;
        bool isSupported = query.Type is RecordType.A or RecordType.AAAA;
        bool passesOn = isKnown ? !isSupported && options.FallthroughUnsupported : true;
        if (passesOn && _fallthrough.Match(query) is not null)
        {
            return NextAsync(query);
        }

        if (!isKnown)
        {
            // A hosts file has no SOA, and a denial needs one (RFC 2308 section 3); so CoreDNS says SERVFAIL, and so do we.
            query.Response.Fail(Name, ResponseCode.ServFail, failure: null);
            return ValueTask.CompletedTask;
        }

        query.Response.Answer(Name);
        if (isSupported)
        {
            Add(query, first, null);
            Add(query, second, first);
        }

        return ValueTask.CompletedTask;
    }

    private bool TryAnswerReverse(Query query)
    {
        if (!ReverseName.TryParse(query, out UInt128 address))
        {
            return false;
        }

        List<byte[]>? first = file.Table.FindAddress(address);
        List<byte[]>? second = file.Inline.FindAddress(address);
        if (first is null && second is null)
        {
            return false;
        }

        query.Response.Answer(Name);
        Add(query, RecordType.PTR, first, null);
        Add(query, RecordType.PTR, second, first);
        return true;
    }

    private void Add(Query query, HostAddresses? addresses, HostAddresses? added)
    {
        bool isIPv4 = query.Type == RecordType.A;
        Add(query, query.Type, isIPv4 ? addresses?.IPv4 : addresses?.IPv6, isIPv4 ? added?.IPv4 : added?.IPv6);
    }

    private void Add(Query query, RecordType type, List<byte[]>? rdatas, List<byte[]>? added)
    {
        if (rdatas is null)
        {
            return;
        }

        foreach (byte[] rdata in rdatas)
        {
            if (!Contains(added, rdata) &&
                !query.Response.TryAdd(ResponseSection.Answer, type, options.TimeToLive, rdata, 0, rdata.Length))
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
