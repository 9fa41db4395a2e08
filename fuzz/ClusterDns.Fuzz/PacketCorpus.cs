using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Fuzz;

/// <summary>Queries as clients send them: what the mutations start from.</summary>
internal static class PacketCorpus
{
    private static readonly string[] Names =
    [
        ".", "local.", "cluster.local.", "svc.cluster.local.", "shop.svc.cluster.local.", "web.shop.svc.cluster.local.",
        "WEB.Shop.SVC.cluster.LOCAL.", "peers.shop.svc.cluster.local.", "peer-7.peers.shop.svc.cluster.local.",
        "10-1-0-9.peers.shop.svc.cluster.local.", "_http._tcp.peers.shop.svc.cluster.local.", "_http._tcp.web.shop.svc.cluster.local.",
        "*.shop.svc.cluster.local.", "alias.shop.svc.cluster.local.", "inner.shop.svc.cluster.local.", "ping.shop.svc.cluster.local.",
        "10-1-2-3.shop.pod.cluster.local.", "fd00--1.shop.pod.cluster.local.", "dns-version.cluster.local.", "ns.dns.cluster.local.",
        "missing.shop.svc.cluster.local.", "web.absent.svc.cluster.local.", "7.0.96.10.in-addr.arpa.", "9.0.1.10.in-addr.arpa.",
        "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.", "pong.shop.svc.big.local.",
        "one.example.net.", "two.example.net.", "version.bind.", "authors.bind.", "id.server.", "www.example.org.", "elsewhere.example.",
        new string('a', 63) + "." + new string('b', 63) + "." + new string('c', 63) + "." + new string('d', 61) + ".",
        string.Concat(Enumerable.Repeat("x.", 127)),
    ];

    private static readonly RecordType[] Types =
    [
        RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.PTR, RecordType.TXT, RecordType.SOA, RecordType.NS,
        RecordType.CNAME, RecordType.MX, RecordType.ANY, RecordType.DS, RecordType.AXFR, RecordType.IXFR, (RecordType)65, (RecordType)65280,
    ];

    /// <summary>Makes the queries.</summary>
    public static IReadOnlyList<byte[]> Create()
    {
        List<byte[]> packets = [];
        int variant = 0;
        foreach (string name in Names)
        {
            byte[] wire = DomainName.Parse(name);
            foreach (RecordType type in Types)
            {
                packets.Add(Query(wire, type, variant++));
            }
        }

        return packets;
    }

    private static byte[] Query(ReadOnlySpan<byte> name, RecordType type, int variant)
    {
        byte[] opt = Opt(variant);
        Span<byte> buffer = stackalloc byte[1024];
        WireWriter writer = new(buffer);
        bool notify = variant % 29 == 0;
        writer.TryWriteHeader(new DnsHeader
        {
            Id = (ushort)(variant * 40503),
            Opcode = notify ? Opcode.Notify : Opcode.Query,
            Flags = variant % 2 == 0 ? HeaderFlags.RecursionDesired : HeaderFlags.RecursionDesired | HeaderFlags.AuthenticData,
            QuestionCount = 1,
            AdditionalCount = opt.Length > 0 ? (ushort)1 : (ushort)0,
        });
        writer.TryWriteQuestion(name, type, variant % 11 == 0 ? RecordClass.CH : RecordClass.IN);
        return [.. buffer[..writer.Length], .. opt];
    }

    /// <summary>No EDNS, EDNS, DO, a cookie, padding and a client subnet, an option that nobody knows.</summary>
    private static byte[] Opt(int variant) => (variant % 6) switch
    {
        0 => [],
        1 => OptRecord(1232, dnssecOk: false, []),
        2 => OptRecord(4096, dnssecOk: true, []),
        3 => OptRecord(1232, dnssecOk: false, [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
        4 => OptRecord(512, dnssecOk: true, [0, 12, 0, 4, 0, 0, 0, 0, 0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2]),
        _ => OptRecord(65535, dnssecOk: false, [0xFD, 0xE9, 0, 2, 7, 7]),
    };

    private static byte[] OptRecord(ushort udpSize, bool dnssecOk, ReadOnlySpan<byte> options)
    {
        byte[] record = new byte[11 + options.Length];
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(1), (ushort)RecordType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), udpSize);
        record[7] = dnssecOk ? (byte)0x80 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(9), (ushort)options.Length);
        options.CopyTo(record.AsSpan(11));
        return record;
    }
}
