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
    /// <param name="query">The query.</param>
    /// <param name="isZone">Whether the name is a zone's, which has NS and SOA.</param>
    public static void ForHost(Query query, bool isZone)
    {
        query.Response.Answer(Plugin, authoritative: false);
        switch (query.Type)
        {
            case RecordType.A:
                Add(query, ResponseSection.Answer, RecordType.A, IPv4Loopback);
                break;
            case RecordType.AAAA:
                Add(query, ResponseSection.Answer, RecordType.AAAA, IPv6Loopback);
                break;
            default:
                AddOfZone(query, isZone);
                break;
        }
    }

    /// <summary>Answers a name in one of the reverse zones.</summary>
    /// <param name="query">The query.</param>
    public static void ForReverse(Query query)
    {
        if (query.LabelCount == ReverseZoneLabels)
        {
            query.Response.Answer(Plugin, authoritative: false);
            AddOfZone(query, isZone: true);
            return;
        }

        bool isLoopback = query.Name.SequenceEqual(LoopbackName);
        query.Response.Answer(Plugin, isLoopback ? ResponseCode.NoError : ResponseCode.NXDomain, authoritative: false);
        if (isLoopback && query.Type == RecordType.PTR)
        {
            Add(query, ResponseSection.Answer, RecordType.PTR, Localhost);
            return;
        }

        // The zone's name is in the question, and so keeps the client's case.
        int zone = query.GetLabelOffset(query.LabelCount - ReverseZoneLabels);
        query.Response.TryAdd(
            ResponseSection.Authority, query.RequestBuffer, DnsHeader.Length + zone, RecordType.SOA, TimeToLive, Soa, 0, Soa.Length);
    }

    /// <summary>Adds what a zone has at its own name; what it has not is denied by its SOA (RFC 2308 section 2.2).</summary>
    private static void AddOfZone(Query query, bool isZone)
    {
        if (isZone && query.Type == RecordType.NS)
        {
            Add(query, ResponseSection.Answer, RecordType.NS, Localhost);
        }
        else
        {
            bool asksForSoa = isZone && query.Type == RecordType.SOA;
            Add(query, asksForSoa ? ResponseSection.Answer : ResponseSection.Authority, RecordType.SOA, Soa);
        }
    }

    private static void Add(Query query, ResponseSection section, RecordType type, byte[] rdata)
        => query.Response.TryAdd(section, type, TimeToLive, rdata, 0, rdata.Length);

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
