using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <content>Resource records.</content>
public ref partial struct WireWriter
{
    /// <summary>Type, class, time to live and rdata length, between owner name and rdata.</summary>
    private const int RecordFieldsLength = 10;

    /// <summary>Writes a resource record (RFC 1035 4.1.3), its owner name compressed.</summary>
    /// <param name="owner">The owner name in wire form without compression.</param>
    /// <param name="type">The record's type, which decides how names in the rdata are written.</param>
    /// <param name="recordClass">The record's class.</param>
    /// <param name="timeToLive">The time to live in seconds.</param>
    /// <param name="rdata">The rdata, at most 65535 octets, its names uncompressed.</param>
    public bool TryWriteRecord(
        scoped ReadOnlySpan<byte> owner,
        RecordType type,
        RecordClass recordClass,
        uint timeToLive,
        scoped ReadOnlySpan<byte> rdata)
    {
        WireWriterMark mark = Mark();
        if (TryWriteName(owner, compress: true) && TryWriteFieldsAndRdata(type, recordClass, timeToLive, rdata))
        {
            return true;
        }

        Rollback(mark);
        return false;
    }

    /// <summary>
    /// As <see cref="TryWriteRecord"/>, with an owner name that was written before, at <paramref name="ownerOffset"/>:
    /// 12 for the question's, which keeps the question's case.
    /// </summary>
    public bool TryWriteRecordWithOwnerAt(
        int ownerOffset,
        RecordType type,
        RecordClass recordClass,
        uint timeToLive,
        scoped ReadOnlySpan<byte> rdata)
    {
        WireWriterMark mark = Mark();
        if (TryWritePointer(ownerOffset) && TryWriteFieldsAndRdata(type, recordClass, timeToLive, rdata))
        {
            return true;
        }

        Rollback(mark);
        return false;
    }

    /// <summary>
    /// Writes rdata, compressing its names where the type allows. Rdata that does not have its type's form is written
    /// as it is.
    /// </summary>
    public bool TryWriteRdata(RecordType type, scoped ReadOnlySpan<byte> rdata)
    {
        if (!RdataNames.HasNames(type) || !RdataNames.TryGetLayout(type, rdata, out RdataLayout layout))
        {
            return TryWriteBytes(rdata);
        }

        int names = layout.Prefix;
        int end = names;
        for (int i = 0; i < layout.Names; i++)
        {
            if (!DomainName.TryGetLength(rdata[end..], out int length))
            {
                return TryWriteBytes(rdata);
            }

            end += length;
        }

        WireWriterMark mark = Mark();
        bool written = TryWriteBytes(rdata[..names]);
        while (written && names < end)
        {
            DomainName.TryGetLength(rdata[names..], out int length);
            written = TryWriteName(rdata.Slice(names, length), layout.MayCompress);
            names += length;
        }

        if (written && TryWriteBytes(rdata[end..]))
        {
            return true;
        }

        Rollback(mark);
        return false;
    }

    /// <summary>Writes an OPT record (RFC 6891 6.1), which belongs in the additional section.</summary>
    /// <param name="udpSize">The UDP payload size this side can receive.</param>
    /// <param name="extendedRcode">The upper eight bits of the response code.</param>
    /// <param name="version">The EDNS version.</param>
    /// <param name="dnssecOk">The flag DO.</param>
    /// <param name="options">The options, as <see cref="EdnsOptionWriter"/> writes them.</param>
    public bool TryWriteOpt(
        ushort udpSize, byte extendedRcode, byte version, bool dnssecOk, scoped ReadOnlySpan<byte> options)
    {
        uint timeToLive = ((uint)extendedRcode << 24) | ((uint)version << 16) | (dnssecOk ? 0x8000U : 0);
        WireWriterMark mark = Mark();
        if (TryWriteByte(0) && TryWriteFieldsAndRdata(RecordType.OPT, (RecordClass)udpSize, timeToLive, options))
        {
            return true;
        }

        Rollback(mark);
        return false;
    }

    private bool TryWriteFieldsAndRdata(
        RecordType type, RecordClass recordClass, uint timeToLive, scoped ReadOnlySpan<byte> rdata)
    {
        int fields = _length;
        if (_limit - fields < RecordFieldsLength)
        {
            return false;
        }

        _length += RecordFieldsLength;
        if (!TryWriteRdata(type, rdata))
        {
            return false;
        }

        int rdataLength = _length - fields - RecordFieldsLength;
        if (rdataLength > ushort.MaxValue)
        {
            return false;
        }

        Span<byte> part = _buffer.Slice(fields, RecordFieldsLength);
        BinaryPrimitives.WriteUInt16BigEndian(part, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(part[2..], (ushort)recordClass);
        BinaryPrimitives.WriteUInt32BigEndian(part[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(part[8..], (ushort)rdataLength);
        return true;
    }
}
