using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Erratic;

/// <summary>The zone that is transferred, whatever its name: a SOA, two name servers and their addresses.</summary>
internal static class ErraticZone
{
    private static readonly byte[] Authority =
    [
        .. DomainName.Parse("sns.dns.icann.org."),
        .. DomainName.Parse("noc.dns.icann.org."),
        0x78, 0x49, 0x03, 0x09, 0, 0, 0x1C, 0x20, 0, 0, 0x0E, 0x10, 0, 0x12, 0x75, 0, 0, 0, 0x0E, 0x10,
    ];

    private static readonly byte[] AddressOfA = [0x20, 0x01, 0x0B, 0xD8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53];
    private static readonly byte[] AddressOfB = [0x20, 0x01, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x54];

    /// <summary>Adds the records of the zone that is asked for.</summary>
    /// <param name="query">The query.</param>
    /// <param name="isWhole">Whether the SOA ends the transfer too; without it, the transfer is incomplete (RFC 5936 section 2.2).</param>
    /// <returns>False when the zone's name is too long for names of servers in it.</returns>
    public static bool TryAdd(Query query, bool isWhole)
    {
        Span<byte> a = stackalloc byte[DomainName.MaxWireLength + 2];
        Span<byte> b = stackalloc byte[DomainName.MaxWireLength + 2];
        int length = query.QuestionName.Length + 2;
        if (length > DomainName.MaxWireLength)
        {
            return false;
        }

        a = Prepend(query, (byte)'a', a[..length]);
        b = Prepend(query, (byte)'b', b[..length]);
        Response response = query.Response;
        AddAuthority(response);
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.NS, 0, b);
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.NS, 0, a);
        response.TryAddCopy(ResponseSection.Answer, a, RecordType.AAAA, 0, AddressOfA);
        response.TryAddCopy(ResponseSection.Answer, b, RecordType.AAAA, 0, AddressOfB);
        if (isWhole)
        {
            AddAuthority(response);
        }

        return true;
    }

    private static void AddAuthority(Response response)
        => response.TryAdd(ResponseSection.Answer, RecordType.SOA, 0, Authority, 0, Authority.Length);

    private static Span<byte> Prepend(Query query, byte label, Span<byte> name)
    {
        name[0] = 1;
        name[1] = label;
        query.QuestionName.CopyTo(name[2..]);
        return name;
    }
}
