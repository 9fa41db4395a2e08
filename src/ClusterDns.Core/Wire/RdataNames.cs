namespace ClusterDns.Core.Wire;

/// <summary>
/// Where the rdata of a type holds domain names. Those of RFC 1035's types may be compressed by anybody; the others
/// were allowed to be, once, so they are read that way but never written so (RFC 3597 4).
/// </summary>
public static class RdataNames
{
    /// <summary>One bit for each type below 64 with names in its rdata that may be found compressed.</summary>
    private const ulong TypesWithNames =
        (1UL << (int)RecordType.NS) | (1UL << (int)RecordType.MD) | (1UL << (int)RecordType.MF)
        | (1UL << (int)RecordType.CNAME) | (1UL << (int)RecordType.SOA) | (1UL << (int)RecordType.MB)
        | (1UL << (int)RecordType.MG) | (1UL << (int)RecordType.MR) | (1UL << (int)RecordType.PTR)
        | (1UL << (int)RecordType.MINFO) | (1UL << (int)RecordType.MX) | (1UL << (int)RecordType.RP)
        | (1UL << (int)RecordType.AFSDB) | (1UL << (int)RecordType.RT) | (1UL << (int)RecordType.SIG)
        | (1UL << (int)RecordType.PX) | (1UL << (int)RecordType.NXT) | (1UL << (int)RecordType.SRV)
        | (1UL << (int)RecordType.NAPTR) | (1UL << (int)RecordType.KX) | (1UL << (int)RecordType.DNAME);

    /// <summary>Whether the type's rdata may be found with compressed names in it.</summary>
    public static bool HasNames(RecordType type) =>
        (uint)type < 64 && ((TypesWithNames >> (int)type) & 1) != 0;

    /// <summary>
    /// Finds the names in uncompressed rdata: how many octets come before the first (they follow one another), how many
    /// names there are, and what follows the last.
    /// </summary>
    /// <returns>False for types without names, and for rdata too short to hold what precedes them.</returns>
    public static bool TryGetLayout(RecordType type, ReadOnlySpan<byte> rdata, out RdataLayout layout)
    {
        layout = type switch
        {
            RecordType.NS or RecordType.MD or RecordType.MF or RecordType.CNAME or RecordType.MB or RecordType.MG
                or RecordType.MR or RecordType.PTR => new(0, 1, 0, mayCompress: true),
            RecordType.MINFO => new(0, 2, 0, mayCompress: true),
            RecordType.SOA => new(0, 2, 20, mayCompress: true),
            RecordType.MX => new(2, 1, 0, mayCompress: true),
            RecordType.DNAME => new(0, 1, 0, mayCompress: false),
            RecordType.RP => new(0, 2, 0, mayCompress: false),
            RecordType.AFSDB or RecordType.RT or RecordType.KX => new(2, 1, 0, mayCompress: false),
            RecordType.PX => new(2, 2, 0, mayCompress: false),
            RecordType.SRV => new(6, 1, 0, mayCompress: false),
            RecordType.SIG => new(18, 1, RdataLayout.Rest, mayCompress: false),
            RecordType.NXT => new(0, 1, RdataLayout.Rest, mayCompress: false),
            RecordType.NAPTR => new(NaptrPrefix(rdata), 1, 0, mayCompress: false),
            _ => default,
        };
        return layout.Names > 0 && layout.Prefix <= rdata.Length;
    }

    /// <summary>
    /// Copies a record's rdata out of a message, its names uncompressed: the form in which rdata is kept everywhere.
    /// </summary>
    /// <param name="message">The message that <paramref name="record"/> was read from.</param>
    /// <param name="record">The record.</param>
    /// <param name="destination">Receives the rdata, which may be longer than in the message.</param>
    /// <param name="length">The octets written.</param>
    /// <returns>False when the rdata does not have its type's form, or does not fit.</returns>
    public static bool TryExpandRdata(
        ReadOnlySpan<byte> message, in RecordView record, Span<byte> destination, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> rdata = message.Slice(record.RdataOffset, record.RdataLength);
        if (!HasNames(record.Type))
        {
            return HasFixedLength(in record) && TryAppend(rdata, destination, ref length);
        }

        if (!TryGetLayout(record.Type, rdata, out RdataLayout layout))
        {
            return false;
        }

        int written = 0;
        int position = record.RdataOffset + layout.Prefix;
        bool whole = TryAppend(rdata[..layout.Prefix], destination, ref written);
        for (int i = 0; whole && i < layout.Names; i++)
        {
            whole = CompressedName.TryExpand(message, position, destination[written..], out int name, out position)
                && position <= record.End;
            written += name;
        }

        if (!whole
            || (layout.Suffix != RdataLayout.Rest && record.End - position != layout.Suffix)
            || !TryAppend(message[position..record.End], destination, ref written))
        {
            return false;
        }

        length = written;
        return true;
    }

    /// <summary>Order, preference, and three character strings (RFC 3403 4.1).</summary>
    private static int NaptrPrefix(ReadOnlySpan<byte> rdata)
    {
        int position = 4;
        for (int i = 0; i < 3; i++)
        {
            if (position >= rdata.Length)
            {
                return int.MaxValue;
            }

            position += rdata[position] + 1;
        }

        return position;
    }

    /// <summary>An address of another length would be written to clients that trust it.</summary>
    private static bool HasFixedLength(in RecordView record) => record.Type switch
    {
        RecordType.A when record.Class == RecordClass.IN => record.RdataLength == 4,
        RecordType.AAAA => record.RdataLength == 16,
        _ => true,
    };

    private static bool TryAppend(ReadOnlySpan<byte> octets, Span<byte> destination, ref int length)
    {
        if (!octets.TryCopyTo(destination[length..]))
        {
            return false;
        }

        length += octets.Length;
        return true;
    }
}

/// <summary>The shape of rdata that holds names: octets, names one after another, octets.</summary>
public readonly struct RdataLayout
{
    /// <summary>As <see cref="Suffix"/>: whatever is left.</summary>
    public const int Rest = -1;

    internal RdataLayout(int prefix, int names, int suffix, bool mayCompress)
    {
        Prefix = prefix;
        Names = names;
        Suffix = suffix;
        MayCompress = mayCompress;
    }

    /// <summary>The octets before the first name.</summary>
    public int Prefix { get; }

    /// <summary>The number of names.</summary>
    public int Names { get; }

    /// <summary>The octets after the last name, or <see cref="Rest"/>.</summary>
    public int Suffix { get; }

    /// <summary>Whether a writer may compress the names (RFC 3597 4).</summary>
    public bool MayCompress { get; }
}
