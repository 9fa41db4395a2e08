using System.Buffers;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>Records whose names may be compressed against the message they stand in.</summary>
internal static class MessageRecord
{
    private const int StackRdata = 1024;

    /// <summary>How much longer rdata gets when its names, two at most, are written out.</summary>
    private const int MaxGrowth = 2 * DomainName.MaxWireLength;

    internal static bool TryWrite(ref WireWriter writer, ref readonly ResponseRecord record)
    {
        if (!RdataNames.HasNames(record.Type))
        {
            return TryWrite(ref writer, in record, record.Rdata);
        }

        byte[]? rented = null;
        Span<byte> rdata = record.RdataLength <= StackRdata
            ? stackalloc byte[StackRdata + MaxGrowth]
            : rented = ArrayPool<byte>.Shared.Rent(record.RdataLength + MaxGrowth);
        bool written = TryExpand(in record, rdata, out int length) && TryWrite(ref writer, in record, rdata[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return written;
    }

    /// <summary>Whether owner name and rdata can be written out, given room.</summary>
    internal static bool IsWritable(ref readonly ResponseRecord record)
    {
        RecordView view = new()
        {
            OwnerOffset = record.OwnerOffset,
            Type = record.Type,
            Class = record.Class,
            RdataOffset = record.RdataOffset,
            RdataLength = record.RdataLength,
        };
        return (record.OwnerSource is null || CompressedName.TryCheck(record.OwnerSource, record.OwnerOffset, out _))
            && RecordValidator.IsRdata(record.RdataSource, in view);
    }

    /// <summary>The length of owner name and rdata with every name written out.</summary>
    internal static int GetUncompressedLength(ref readonly ResponseRecord record, int questionNameLength)
    {
        Span<byte> expanded = stackalloc byte[StackRdata + MaxGrowth];
        int owner = questionNameLength;
        if (record.OwnerSource is not null)
        {
            TryReadOwner(in record, expanded, out owner);
        }

        // Rdata with names that is longer than this has no form that is known; its length as it stands is near enough to count.
        return owner + (RdataNames.HasNames(record.Type) && TryExpand(in record, expanded, out int rdata) ? rdata : record.RdataLength);
    }

    private static bool TryWrite(ref WireWriter writer, ref readonly ResponseRecord record, scoped ReadOnlySpan<byte> rdata)
    {
        if (record.OwnerSource is null)
        {
            return writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, record.Type, record.Class, record.TimeToLive, rdata);
        }

        Span<byte> owner = stackalloc byte[DomainName.MaxWireLength];
        return TryReadOwner(in record, owner, out int length)
            && writer.TryWriteRecord(owner[..length], record.Type, record.Class, record.TimeToLive, rdata);
    }

    private static bool TryReadOwner(ref readonly ResponseRecord record, Span<byte> owner, out int length)
    {
        WireReader reader = new(record.OwnerSource, record.OwnerOffset);
        return reader.TryReadName(owner, out length);
    }

    private static bool TryExpand(ref readonly ResponseRecord record, Span<byte> destination, out int length)
    {
        RecordView view = new()
        {
            Type = record.Type,
            Class = record.Class,
            RdataOffset = record.RdataOffset,
            RdataLength = record.RdataLength,
        };
        return RdataNames.TryExpandRdata(record.RdataSource, in view, destination, out length);
    }
}
