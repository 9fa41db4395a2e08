using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Reads a message from its bytes, in order and without allocation. A method that returns false has moved nothing.
/// </summary>
public ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _message;
    private int _position;

    /// <summary>Reads <paramref name="message"/>, header included, from its start.</summary>
    public WireReader(ReadOnlySpan<byte> message) => _message = message;

    /// <summary>Reads <paramref name="message"/>, header included, from <paramref name="position"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is not within the message or at its end.</exception>
    public WireReader(ReadOnlySpan<byte> message, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)position, (uint)message.Length, nameof(position));
        _message = message;
        _position = position;
    }

    /// <summary>The whole message.</summary>
    public readonly ReadOnlySpan<byte> Message => _message;

    /// <summary>The offset of the next octet to read.</summary>
    public readonly int Position => _position;

    /// <summary>The number of octets not yet read.</summary>
    public readonly int Remaining => _message.Length - _position;

    /// <summary>Reads one octet.</summary>
    public bool TryReadByte(out byte value)
    {
        if ((uint)_position >= (uint)_message.Length)
        {
            value = 0;
            return false;
        }

        value = _message[_position++];
        return true;
    }

    /// <summary>Reads two octets in network order.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_message[_position..], out value))
        {
            return false;
        }

        _position += sizeof(ushort);
        return true;
    }

    /// <summary>Reads four octets in network order.</summary>
    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_message[_position..], out value))
        {
            return false;
        }

        _position += sizeof(uint);
        return true;
    }

    /// <summary>Takes the next <paramref name="count"/> octets, in place.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        if ((uint)count > (uint)Remaining)
        {
            bytes = default;
            return false;
        }

        bytes = _message.Slice(_position, count);
        _position += count;
        return true;
    }

    /// <summary>
    /// Reads a name without its compression, case kept, into <paramref name="destination"/> (255 octets always suffice).
    /// </summary>
    public bool TryReadName(scoped Span<byte> destination, out int length)
    {
        if (!CompressedName.TryExpand(_message, _position, destination, out length, out int end))
        {
            return false;
        }

        _position = end;
        return true;
    }

    /// <summary>Skips a name; where its pointer leads is checked only to lie before it.</summary>
    public bool TrySkipName()
    {
        if (!CompressedName.TrySkip(_message, _position, out int end))
        {
            return false;
        }

        _position = end;
        return true;
    }

    /// <summary>Reads a header (RFC 1035 4.1.1).</summary>
    public bool TryReadHeader(out DnsHeader header)
    {
        if (!DnsHeader.TryRead(_message[_position..], out header))
        {
            return false;
        }

        _position += DnsHeader.Length;
        return true;
    }

    /// <summary>Reads a question (RFC 1035 4.1.2).</summary>
    public bool TryReadQuestion(
        scoped Span<byte> name, out int nameLength, out RecordType type, out RecordClass recordClass)
    {
        int start = _position;
        if (TryReadName(name, out nameLength)
            && TryReadUInt16(out ushort typeValue)
            && TryReadUInt16(out ushort classValue))
        {
            type = (RecordType)typeValue;
            recordClass = (RecordClass)classValue;
            return true;
        }

        _position = start;
        nameLength = 0;
        type = default;
        recordClass = default;
        return false;
    }

    /// <summary>Reads a resource record without copying any of it (RFC 1035 4.1.3).</summary>
    public bool TryReadRecord(out RecordView record)
    {
        const int fixedLength = 10;
        record = default;
        if (!CompressedName.TrySkip(_message, _position, out int fields) || fields > _message.Length - fixedLength)
        {
            return false;
        }

        ReadOnlySpan<byte> part = _message.Slice(fields, fixedLength);
        int rdataLength = BinaryPrimitives.ReadUInt16BigEndian(part[8..]);
        int rdata = fields + fixedLength;
        if (rdataLength > _message.Length - rdata)
        {
            return false;
        }

        record.OwnerOffset = _position;
        record.Type = (RecordType)BinaryPrimitives.ReadUInt16BigEndian(part);
        record.Class = (RecordClass)BinaryPrimitives.ReadUInt16BigEndian(part[2..]);
        record.TimeToLive = BinaryPrimitives.ReadUInt32BigEndian(part[4..]);
        record.TimeToLiveOffset = fields + 4;
        record.RdataOffset = rdata;
        record.RdataLength = rdataLength;
        _position = rdata + rdataLength;
        return true;
    }
}
