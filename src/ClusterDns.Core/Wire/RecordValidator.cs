using ClusterDns.Core.Records;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Whether records of a received message can be trusted to have their type's form, so that nothing behind it meets a name without an end
/// or an address of another length. Types without a known form pass by length (RFC 3597 section 3).
/// </summary>
internal static class RecordValidator
{
    private const RecordType FirstQueryType = RecordType.IXFR;
    private const RecordType LastQueryType = RecordType.ANY;

    /// <summary>Records of transactions have class ANY (RFC 8945 section 4.2, RFC 2930 section 2, RFC 2931 section 3).</summary>
    /// <param name="record">The record.</param>
    /// <param name="questionClass">The class that was asked; <see cref="RecordClass.ANY"/> where the message has no question.</param>
    public static bool IsClass(in RecordView record, RecordClass questionClass)
        => record.Class == questionClass
            ? questionClass is not (RecordClass.ANY or RecordClass.NONE or default(RecordClass))
            : record.Type is RecordType.TSIG or RecordType.TKEY or RecordType.SIG
                || (questionClass == RecordClass.ANY && record.Class is not (RecordClass.NONE or default(RecordClass)));

    /// <summary>Checks a record's rdata.</summary>
    /// <param name="message">The message.</param>
    /// <param name="record">The record, read from the message.</param>
    /// <param name="length">How long the rdata is with names uncompressed.</param>
    /// <param name="isCompressed">Whether a name in it is compressed.</param>
    public static bool TryMeasureRdata(ReadOnlySpan<byte> message, in RecordView record, out int length, out bool isCompressed)
    {
        length = record.RdataLength;
        isCompressed = false;
        switch (record.Type)
        {
            case RecordType.A:
                return record.RdataLength == 4 || record.Class != RecordClass.IN;
            case RecordType.AAAA:
                return record.RdataLength == 16;
            case default(RecordType):
            case >= FirstQueryType and <= LastQueryType:
                return false;
            default:
                return RdataNames.HasNames(record.Type)
                    ? TryMeasureNames(message, in record, out length, out isCompressed)
                    : RdataForm.IsWellFormed(record.Type, message.Slice(record.RdataOffset, record.RdataLength));
        }
    }

    private static bool TryMeasureNames(ReadOnlySpan<byte> message, in RecordView record, out int length, out bool isCompressed)
    {
        length = record.RdataLength;
        isCompressed = false;
        ReadOnlySpan<byte> rdata = message.Slice(record.RdataOffset, record.RdataLength);
        if (!RdataNames.TryGetLayout(record.Type, rdata, out RdataLayout layout))
        {
            return false;
        }

        int position = record.RdataOffset + layout.Prefix;
        for (int i = 0; i < layout.Names; i++)
        {
            int start = position;
            if (!CompressedName.TryMeasure(message, start, out int name, out position) || position > record.End)
            {
                return false;
            }

            // A pointer takes two octets, which no name that it leads to has.
            isCompressed |= name != position - start;
            length += name - (position - start);
        }

        return length <= ushort.MaxValue && (layout.Suffix == RdataLayout.Rest || record.End - position == layout.Suffix);
    }
}
