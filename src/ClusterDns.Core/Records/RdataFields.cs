using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Of which fields the rdata of each type consists. A type that is not here has RFC 3597's text form only.</summary>
internal static class RdataFields
{
    [SuppressMessage("Design", "MA0051:Method is too long", Justification = "A table.")]
    public static ReadOnlySpan<RdataField> Of(RecordType type) => type switch
    {
        RecordType.A => [RdataField.IPv4Address],
        RecordType.AAAA => [RdataField.IPv6Address],
        RecordType.NS or RecordType.CNAME or RecordType.PTR or RecordType.DNAME or RecordType.MB or RecordType.MD
            or RecordType.MF or RecordType.MG or RecordType.MR => [RdataField.Name],
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
        RecordType.MX or RecordType.AFSDB or RecordType.RT or RecordType.KX => [RdataField.UInt16, RdataField.Name],
        RecordType.PX => [RdataField.UInt16, RdataField.Name, RdataField.Name],
        RecordType.RP or RecordType.MINFO => [RdataField.Name, RdataField.Name],
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
        RecordType.TXT or RecordType.SPF => [RdataField.CharacterStrings],
        _ => [],
    };

    /// <summary>Takes the next field's octets off <paramref name="rest"/>.</summary>
    public static bool TryTake(RdataField field, ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> octets)
    {
        int length = field switch
        {
            RdataField.Name => DomainName.TryGetLength(rest, out int name) ? name : int.MaxValue,
            RdataField.UInt16 => sizeof(ushort),
            RdataField.UInt32 or RdataField.Seconds or RdataField.IPv4Address => sizeof(uint),
            RdataField.IPv6Address => 16,
            RdataField.CharacterString => rest.IsEmpty ? int.MaxValue : rest[0] + 1,
            _ => MeasureStrings(rest),
        };
        if (length > rest.Length)
        {
            octets = default;
            return false;
        }

        octets = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>Whether uncompressed rdata has its type's form; that of a type unknown here always has.</summary>
    public static bool IsWellFormed(RecordType type, ReadOnlySpan<byte> rdata)
    {
        ReadOnlySpan<RdataField> fields = Of(type);
        ReadOnlySpan<byte> rest = rdata;
        foreach (RdataField field in fields)
        {
            if (!TryTake(field, ref rest, out _))
            {
                return false;
            }
        }

        return rest.IsEmpty || fields.IsEmpty;
    }

    private static int MeasureStrings(ReadOnlySpan<byte> rest)
    {
        int length = 0;
        do
        {
            if (length >= rest.Length)
            {
                return int.MaxValue;
            }

            length += rest[length] + 1;
        }
        while (length != rest.Length);

        return length;
    }
}
