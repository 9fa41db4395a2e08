namespace ClusterDns.Core.Wire;

/// <summary>Mnemonics of record types; types without one are written TYPE and a number (RFC 3597 5).</summary>
public static class RecordTypes
{
    private static readonly MnemonicTable Table = new(
        "TYPE",
        ushort.MaxValue,
        [
            ((ushort)RecordType.A, "A"),
            ((ushort)RecordType.NS, "NS"),
            ((ushort)RecordType.MD, "MD"),
            ((ushort)RecordType.MF, "MF"),
            ((ushort)RecordType.CNAME, "CNAME"),
            ((ushort)RecordType.SOA, "SOA"),
            ((ushort)RecordType.MB, "MB"),
            ((ushort)RecordType.MG, "MG"),
            ((ushort)RecordType.MR, "MR"),
            ((ushort)RecordType.NULL, "NULL"),
            ((ushort)RecordType.WKS, "WKS"),
            ((ushort)RecordType.PTR, "PTR"),
            ((ushort)RecordType.HINFO, "HINFO"),
            ((ushort)RecordType.MINFO, "MINFO"),
            ((ushort)RecordType.MX, "MX"),
            ((ushort)RecordType.TXT, "TXT"),
            ((ushort)RecordType.RP, "RP"),
            ((ushort)RecordType.AFSDB, "AFSDB"),
            ((ushort)RecordType.X25, "X25"),
            ((ushort)RecordType.ISDN, "ISDN"),
            ((ushort)RecordType.RT, "RT"),
            ((ushort)RecordType.NSAP, "NSAP"),
            ((ushort)RecordType.NSAPPTR, "NSAP-PTR"),
            ((ushort)RecordType.SIG, "SIG"),
            ((ushort)RecordType.KEY, "KEY"),
            ((ushort)RecordType.PX, "PX"),
            ((ushort)RecordType.GPOS, "GPOS"),
            ((ushort)RecordType.AAAA, "AAAA"),
            ((ushort)RecordType.LOC, "LOC"),
            ((ushort)RecordType.NXT, "NXT"),
            ((ushort)RecordType.EID, "EID"),
            ((ushort)RecordType.NIMLOC, "NIMLOC"),
            ((ushort)RecordType.SRV, "SRV"),
            ((ushort)RecordType.ATMA, "ATMA"),
            ((ushort)RecordType.NAPTR, "NAPTR"),
            ((ushort)RecordType.KX, "KX"),
            ((ushort)RecordType.CERT, "CERT"),
            ((ushort)RecordType.A6, "A6"),
            ((ushort)RecordType.DNAME, "DNAME"),
            ((ushort)RecordType.SINK, "SINK"),
            ((ushort)RecordType.OPT, "OPT"),
            ((ushort)RecordType.APL, "APL"),
            ((ushort)RecordType.DS, "DS"),
            ((ushort)RecordType.SSHFP, "SSHFP"),
            ((ushort)RecordType.IPSECKEY, "IPSECKEY"),
            ((ushort)RecordType.RRSIG, "RRSIG"),
            ((ushort)RecordType.NSEC, "NSEC"),
            ((ushort)RecordType.DNSKEY, "DNSKEY"),
            ((ushort)RecordType.DHCID, "DHCID"),
            ((ushort)RecordType.NSEC3, "NSEC3"),
            ((ushort)RecordType.NSEC3PARAM, "NSEC3PARAM"),
            ((ushort)RecordType.TLSA, "TLSA"),
            ((ushort)RecordType.SMIMEA, "SMIMEA"),
            ((ushort)RecordType.HIP, "HIP"),
            ((ushort)RecordType.NINFO, "NINFO"),
            ((ushort)RecordType.RKEY, "RKEY"),
            ((ushort)RecordType.TALINK, "TALINK"),
            ((ushort)RecordType.CDS, "CDS"),
            ((ushort)RecordType.CDNSKEY, "CDNSKEY"),
            ((ushort)RecordType.OPENPGPKEY, "OPENPGPKEY"),
            ((ushort)RecordType.CSYNC, "CSYNC"),
            ((ushort)RecordType.ZONEMD, "ZONEMD"),
            ((ushort)RecordType.SVCB, "SVCB"),
            ((ushort)RecordType.HTTPS, "HTTPS"),
            ((ushort)RecordType.DSYNC, "DSYNC"),
            ((ushort)RecordType.HHIT, "HHIT"),
            ((ushort)RecordType.BRID, "BRID"),
            ((ushort)RecordType.SPF, "SPF"),
            ((ushort)RecordType.UINFO, "UINFO"),
            ((ushort)RecordType.UID, "UID"),
            ((ushort)RecordType.GID, "GID"),
            ((ushort)RecordType.UNSPEC, "UNSPEC"),
            ((ushort)RecordType.NID, "NID"),
            ((ushort)RecordType.L32, "L32"),
            ((ushort)RecordType.L64, "L64"),
            ((ushort)RecordType.LP, "LP"),
            ((ushort)RecordType.EUI48, "EUI48"),
            ((ushort)RecordType.EUI64, "EUI64"),
            ((ushort)RecordType.NXNAME, "NXNAME"),
            ((ushort)RecordType.TKEY, "TKEY"),
            ((ushort)RecordType.TSIG, "TSIG"),
            ((ushort)RecordType.IXFR, "IXFR"),
            ((ushort)RecordType.AXFR, "AXFR"),
            ((ushort)RecordType.MAILB, "MAILB"),
            ((ushort)RecordType.MAILA, "MAILA"),
            ((ushort)RecordType.ANY, "ANY"),
            ((ushort)RecordType.URI, "URI"),
            ((ushort)RecordType.CAA, "CAA"),
            ((ushort)RecordType.AVC, "AVC"),
            ((ushort)RecordType.DOA, "DOA"),
            ((ushort)RecordType.AMTRELAY, "AMTRELAY"),
            ((ushort)RecordType.RESINFO, "RESINFO"),
            ((ushort)RecordType.WALLET, "WALLET"),
            ((ushort)RecordType.CLA, "CLA"),
            ((ushort)RecordType.IPN, "IPN"),
            ((ushort)RecordType.TA, "TA"),
            ((ushort)RecordType.DLV, "DLV"),
        ]);

    /// <summary>The longest text that <see cref="TryWriteText"/> writes, in bytes.</summary>
    public const int MaxTextLength = 16;

    /// <summary>The mnemonic, such as <c>A</c>; without one the number, such as <c>TYPE65400</c>.</summary>
    public static string ToText(RecordType type) => Table.ToText((ushort)type);

    /// <summary>Reads a mnemonic in any case, or the numbered form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordType type)
    {
        bool known = Table.TryParse(text, out ushort value);
        type = (RecordType)value;
        return known;
    }

    /// <summary>Writes what <see cref="ToText"/> gives as ASCII, without allocation.</summary>
    /// <returns>False when <paramref name="destination"/> is too short.</returns>
    public static bool TryWriteText(RecordType type, Span<byte> destination, out int written) =>
        Table.TryWriteText((ushort)type, destination, out written);
}
