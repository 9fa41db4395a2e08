using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>
/// The fields of each type's rdata, in order. Reading text, writing text and checking wire form all follow this table. A type
/// that is not in it has RFC 3597's text form only.
/// </summary>
internal static class RdataFields
{
    [SuppressMessage("Design", "MA0051:Method is too long", Justification = "A table.")]
    public static ReadOnlySpan<RdataField> Of(RecordType type) => type switch
    {
        RecordType.A => [RdataField.IPv4Address],
        RecordType.AAAA => [RdataField.IPv6Address],
        RecordType.NS or RecordType.CNAME or RecordType.PTR or RecordType.DNAME or RecordType.MB or RecordType.MD
            or RecordType.MF or RecordType.MG or RecordType.MR or RecordType.NSAPPTR => [RdataField.Name],
        RecordType.SOA =>
        [
            RdataField.Name,
            RdataField.Name,
            RdataField.UInt32,
            RdataField.Seconds,
            RdataField.Seconds,
            RdataField.Seconds,
            RdataField.Seconds,
        ],
        RecordType.MX or RecordType.AFSDB or RecordType.RT or RecordType.KX or RecordType.LP => [RdataField.UInt16, RdataField.Name],
        RecordType.PX => [RdataField.UInt16, RdataField.Name, RdataField.Name],
        RecordType.RP or RecordType.MINFO or RecordType.TALINK => [RdataField.Name, RdataField.Name],
        RecordType.SRV => [RdataField.UInt16, RdataField.UInt16, RdataField.UInt16, RdataField.Name],
        RecordType.NAPTR =>
        [
            RdataField.UInt16,
            RdataField.UInt16,
            RdataField.CharacterString,
            RdataField.CharacterString,
            RdataField.CharacterString,
            RdataField.Name,
        ],
        RecordType.HINFO => [RdataField.CharacterString, RdataField.CharacterString],
        RecordType.TXT or RecordType.SPF or RecordType.AVC or RecordType.NINFO or RecordType.UINFO or RecordType.RESINFO
            or RecordType.WALLET or RecordType.CLA => [RdataField.CharacterStrings],
        RecordType.X25 => [RdataField.CharacterString],
        RecordType.ISDN => [RdataField.CharacterString, RdataField.OptionalCharacterString],
        RecordType.GPOS => [RdataField.CharacterString, RdataField.CharacterString, RdataField.CharacterString],
        RecordType.NSAP => [RdataField.PrefixedHexadecimal],
        RecordType.EID or RecordType.NIMLOC => [RdataField.Hexadecimal],
        RecordType.LOC => [RdataField.Location],
        RecordType.APL => [RdataField.AddressPrefixes],
        RecordType.CERT => [RdataField.CertificateType, RdataField.UInt16, RdataField.Algorithm, RdataField.Base64],
        RecordType.DS or RecordType.CDS or RecordType.TA or RecordType.DLV =>
            [RdataField.UInt16, RdataField.Algorithm, RdataField.UInt8, RdataField.Hexadecimal],
        RecordType.DNSKEY or RecordType.CDNSKEY or RecordType.KEY or RecordType.RKEY =>
            [RdataField.UInt16, RdataField.UInt8, RdataField.Algorithm, RdataField.OptionalBase64],
        RecordType.RRSIG or RecordType.SIG =>
        [
            RdataField.Type,
            RdataField.Algorithm,
            RdataField.UInt8,
            RdataField.Seconds,
            RdataField.SignatureTime,
            RdataField.SignatureTime,
            RdataField.UInt16,
            RdataField.Name,
            RdataField.Base64,
        ],
        RecordType.NSEC => [RdataField.Name, RdataField.TypeBitmap],
        RecordType.NSEC3 =>
            [RdataField.UInt8, RdataField.UInt8, RdataField.UInt16, RdataField.Salt, RdataField.Hash, RdataField.TypeBitmap],
        RecordType.NSEC3PARAM => [RdataField.UInt8, RdataField.UInt8, RdataField.UInt16, RdataField.Salt],
        RecordType.CSYNC => [RdataField.UInt32, RdataField.UInt16, RdataField.TypeBitmap],
        RecordType.ZONEMD => [RdataField.UInt32, RdataField.UInt8, RdataField.UInt8, RdataField.Hexadecimal],
        RecordType.DSYNC => [RdataField.Type, RdataField.SynchronizationScheme, RdataField.UInt16, RdataField.Name],
        RecordType.TLSA or RecordType.SMIMEA =>
            [RdataField.UInt8, RdataField.UInt8, RdataField.UInt8, RdataField.Hexadecimal],
        RecordType.SSHFP => [RdataField.UInt8, RdataField.UInt8, RdataField.Hexadecimal],
        RecordType.IPSECKEY => [RdataField.UInt8, RdataField.Gateway, RdataField.OptionalBase64],
        RecordType.AMTRELAY => [RdataField.UInt8, RdataField.Relay],
        RecordType.HIP => [RdataField.HostIdentity, RdataField.Names],
        RecordType.DHCID or RecordType.OPENPGPKEY or RecordType.HHIT or RecordType.BRID => [RdataField.Base64],
        RecordType.SVCB or RecordType.HTTPS => [RdataField.UInt16, RdataField.Name, RdataField.ServiceParameters],
        RecordType.UID or RecordType.GID => [RdataField.UInt32],
        RecordType.NID or RecordType.L64 => [RdataField.UInt16, RdataField.Locator64],
        RecordType.L32 => [RdataField.UInt16, RdataField.IPv4Address],
        RecordType.EUI48 => [RdataField.Eui48],
        RecordType.EUI64 => [RdataField.Eui64],
        RecordType.URI => [RdataField.UInt16, RdataField.UInt16, RdataField.LongString],
        RecordType.CAA => [RdataField.UInt8, RdataField.Tag, RdataField.LongString],
        RecordType.DOA =>
            [RdataField.UInt32, RdataField.UInt32, RdataField.UInt8, RdataField.CharacterString, RdataField.Base64OrDash],
        RecordType.IPN => [RdataField.UInt64],
        _ => [],
    };

    /// <summary>Whether text may end before the field, which then has no octets.</summary>
    public static bool MayBeAbsent(RdataField field) => field is RdataField.Names or RdataField.OptionalCharacterString
        or RdataField.OptionalBase64 or RdataField.TypeBitmap or RdataField.AddressPrefixes or RdataField.ServiceParameters;
}
