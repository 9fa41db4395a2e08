using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Local;

/// <summary>The records of local names. They are the same on every host, and last for a week.</summary>
internal static class LocalAnswer
{
    /// <summary>How many labels the reverse zones have.</summary>
    public const int ReverseZoneLabels = 3;

    private const string Plugin = "local";
    private const uint TimeToLive = 604800;

    private static readonly byte[] Localhost = DomainName.Parse("localhost.");
    private static readonly byte[] LoopbackName = DomainName.Parse("1.0.0.127.in-addr.arpa.");
    private static readonly byte[] IPv4Loopback = [127, 0, 0, 1];
    private static readonly byte[] IPv6Loopback = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    private static readonly byte[] Soa = CreateSoa();

    /// <summary>Answers a name of the host itself.</summary>
    /// <param name="context">The query.</param>
    /// <param name="isZone">Whether the name is a zone's, which has NS and SOA.</param>
    public static void ForHost(QueryContext context, bool isZone)
    {
        context.Response.Answer(Plugin, authoritative: false);
        switch (context.Type)
        {
            case RecordType.A:
                Add(context, ResponseSection.Answer, RecordType.A, IPv4Loopback);
                break;
            case RecordType.AAAA:
                Add(context, ResponseSection.Answer, RecordType.AAAA, IPv6Loopback);
                break;
            default:
                AddOfZone(context, isZone);
                break;
        }
    }

    /// <summary>Answers a name in one of the reverse zones.</summary>
    /// <param name="context">The query.</param>
    public static void ForReverse(QueryContext context)
    {
        if (context.LabelCount == ReverseZoneLabels)
        {
            context.Response.Answer(Plugin, authoritative: false);
            AddOfZone(context, isZone: true);
            return;
        }

        bool isLoopback = context.Name.SequenceEqual(LoopbackName);
        context.Response.Answer(Plugin, isLoopback ? ResponseCode.NoError : ResponseCode.NXDomain, authoritative: false);
        if (isLoopback && context.Type == RecordType.PTR)
        {
            Add(context, ResponseSection.Answer, RecordType.PTR, Localhost);
            return;
        }

        // The zone's name stands in the question, and so keeps the client's case.
        int zone = context.GetLabelOffset(context.LabelCount - ReverseZoneLabels);
        context.Response.TryAdd(
            ResponseSection.Authority, context.RequestBuffer, DnsHeader.Length + zone, RecordType.SOA, TimeToLive, Soa, 0, Soa.Length);
    }

    /// <summary>Adds what a zone has at its own name; what it has not is denied by its SOA (RFC 2308 section 2.2).</summary>
    private static void AddOfZone(QueryContext context, bool isZone)
    {
        if (isZone && context.Type == RecordType.NS)
        {
            Add(context, ResponseSection.Answer, RecordType.NS, Localhost);
        }
        else
        {
            bool asksForSoa = isZone && context.Type == RecordType.SOA;
            Add(context, asksForSoa ? ResponseSection.Answer : ResponseSection.Authority, RecordType.SOA, Soa);
        }
    }

    private static void Add(QueryContext context, ResponseSection section, RecordType type, byte[] rdata)
        => context.Response.TryAdd(section, type, TimeToLive, rdata, 0, rdata.Length);

    private static byte[] CreateSoa()
    {
        SoaRdata soa = new()
        {
            PrimaryServer = Localhost,
            Mailbox = DomainName.Parse("root.localhost."),
            Serial = 1,
            Minimum = TimeToLive,
        };
        byte[] rdata = new byte[SoaRdata.MaxLength];
        soa.TryWrite(rdata, out int length);
        return rdata[..length];
    }
}
