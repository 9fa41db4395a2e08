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

    /// <summary>Checks a record, its owner name included.</summary>
    /// <param name="message">The message.</param>
    /// <param name="record">The record, read from the message.</param>
    /// <param name="questionClass">The class that was asked; <see cref="RecordClass.ANY"/> where the message has no question.</param>
    public static bool IsValid(ReadOnlySpan<byte> message, in RecordView record, RecordClass questionClass)
        => IsOwner(message, record.OwnerOffset) && IsClass(in record, questionClass) && IsRdata(message, in record);

    /// <summary>Most owner names point to the question's, which was checked before.</summary>
    private static bool IsOwner(ReadOnlySpan<byte> message, int offset)
        => (message[offset] == 0xC0 && message[offset + 1] == DnsHeader.Length) || CompressedName.TryCheck(message, offset, out _);

    /// <summary>Records of transactions have class ANY (RFC 8945 section 4.2, RFC 2930 section 2, RFC 2931 section 3).</summary>
    private static bool IsClass(in RecordView record, RecordClass questionClass)
        => record.Class == questionClass
            ? questionClass is not (RecordClass.ANY or RecordClass.NONE or default(RecordClass))
            : record.Type is RecordType.TSIG or RecordType.TKEY or RecordType.SIG
                || (questionClass == RecordClass.ANY && record.Class is not (RecordClass.NONE or default(RecordClass)));

    /// <summary>Checks a record's rdata.</summary>
    /// <param name="message">The message.</param>
    /// <param name="record">The record, read from the message.</param>
    public static bool IsRdata(ReadOnlySpan<byte> message, in RecordView record)
    {
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
                    ? AreNames(message, in record)
                    : RdataForm.IsWellFormed(record.Type, message.Slice(record.RdataOffset, record.RdataLength));
        }
    }

    private static bool AreNames(ReadOnlySpan<byte> message, in RecordView record)
    {
        ReadOnlySpan<byte> rdata = message.Slice(record.RdataOffset, record.RdataLength);
        if (!RdataNames.TryGetLayout(record.Type, rdata, out RdataLayout layout))
        {
            return false;
        }

        int position = record.RdataOffset + layout.Prefix;
        for (int i = 0; i < layout.Names; i++)
        {
            if (!CompressedName.TryCheck(message, position, out position) || position > record.End)
            {
                return false;
            }
        }

        return layout.Suffix == RdataLayout.Rest || record.End - position == layout.Suffix;
    }
}
