using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>
/// The order of types in a section: aliases first, since some stub resolvers need them there, mail exchanges last, addresses before
/// those, and everything else between aliases and addresses.
/// </summary>
internal static class RecordOrder
{
    private const int AliasRank = 0;
    private const int OtherRank = 1;
    private const int AddressRank = 2;
    private const int MailExchangeRank = 3;

    /// <summary>Puts records into the order of their types; those of a kind keep theirs.</summary>
    /// <param name="records">A section.</param>
    public static void Sort(Span<ResponseRecord> records) => StableSort.Sort(records, default(TypeRank));

    /// <summary>The addresses of a section that is in order.</summary>
    /// <param name="sorted">The section.</param>
    public static Span<ResponseRecord> Addresses(Span<ResponseRecord> sorted) => OfRank(sorted, AddressRank);

    /// <summary>The mail exchanges of a section that is in order.</summary>
    /// <param name="sorted">The section.</param>
    public static Span<ResponseRecord> MailExchanges(Span<ResponseRecord> sorted) => OfRank(sorted, MailExchangeRank);

    /// <summary>Reads the address of an A or AAAA record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="address">The address, IPv4 mapped as in <see cref="NetworkEndpoint.AddressBits"/>.</param>
    public static bool TryReadAddress(ref readonly ResponseRecord record, out UInt128 address)
    {
        const int ipv4Length = 4;
        const int ipv6Length = 16;
        switch (record.Type)
        {
            case RecordType.A when record.RdataLength == ipv4Length:
                address = NetworkEndpoint.FromIPv4(record.Rdata, 0).AddressBits;
                return true;
            case RecordType.AAAA when record.RdataLength == ipv6Length:
                address = NetworkEndpoint.FromIPv6(record.Rdata, 0).AddressBits;
                return true;
            default:
                address = 0;
                return false;
        }
    }

    private static Span<ResponseRecord> OfRank(Span<ResponseRecord> sorted, int rank)
    {
        int start = 0;
        while (start < sorted.Length && RankOf(sorted[start].Type) < rank)
        {
            start++;
        }

        int end = start;
        while (end < sorted.Length && RankOf(sorted[end].Type) == rank)
        {
            end++;
        }

        return sorted[start..end];
    }

    private static int RankOf(RecordType type) => type switch
    {
        RecordType.CNAME => AliasRank,
        RecordType.A or RecordType.AAAA => AddressRank,
        RecordType.MX => MailExchangeRank,
        _ => OtherRank,
    };

    private readonly struct TypeRank : IRecordRank
    {
        public int Of(ref readonly ResponseRecord record) => RankOf(record.Type);
    }
}
