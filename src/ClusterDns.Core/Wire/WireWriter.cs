using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ClusterDns.Core.Wire;

/// <summary>
/// Writes a message into the caller's bytes, in order and without allocation, names compressed (RFC 1035 4.1.4).
/// A method that returns false, for what does not fit, has written nothing. Pass it by reference: it is large.
/// </summary>
public ref partial struct WireWriter
{
    private readonly Span<byte> _buffer;
    private int _limit;
    private int _length;
    private int _questionNameLength;
    private bool _questionIsIndexed;
    private NameCompression _compression;

    /// <summary>Writes into <paramref name="buffer"/> from its start.</summary>
    public WireWriter(Span<byte> buffer)
    {
        // The compression table is large and needs no zeros.
        Unsafe.SkipInit(out _compression);
        _compression.TruncateTo(0);
        _buffer = buffer;
        _limit = buffer.Length;
        _length = 0;
        _questionNameLength = 0;
        _questionIsIndexed = false;
    }

    /// <summary>
    /// Continues after the header and the only question that <paramref name="buffer"/> begins with, as when a query's
    /// bytes become its response.
    /// </summary>
    /// <param name="buffer">The message's bytes.</param>
    /// <param name="questionNameLength">The length of the uncompressed name at offset 12.</param>
    /// <exception cref="ArgumentOutOfRangeException">Header and question do not fit.</exception>
    public WireWriter(Span<byte> buffer, int questionNameLength)
        : this(buffer)
    {
        int end = DnsHeader.Length + questionNameLength + 4;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, buffer.Length, nameof(questionNameLength));
        ArgumentOutOfRangeException.ThrowIfLessThan(questionNameLength, 1);
        _length = end;
        _questionNameLength = questionNameLength;
    }

    /// <summary>The octets written so far.</summary>
    public readonly int Length => _length;

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>
    /// How long the message may become, at most the buffer's length. Lower it to keep room for what comes last, such as
    /// an OPT record, and raise it again before writing that.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Over the buffer's length.</exception>
    public int Limit
    {
        readonly get => _limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, (uint)_buffer.Length, nameof(value));
            _limit = value;
        }
    }

    /// <summary>A place to go back to with <see cref="Rollback"/>.</summary>
    public readonly WireWriterMark Mark() => new(_length, _compression.Count, _questionIsIndexed);

    /// <summary>Takes back all that was written since the mark was made.</summary>
    public void Rollback(WireWriterMark mark)
    {
        _length = mark.Length;
        _compression.TruncateTo(mark.NameCount);
        _questionIsIndexed = mark.QuestionIsIndexed;
        if (_length <= DnsHeader.Length)
        {
            _questionNameLength = 0;
        }
    }

    /// <summary>Writes one octet.</summary>
    public bool TryWriteByte(byte value)
    {
        if (_length >= _limit)
        {
            return false;
        }

        _buffer[_length++] = value;
        return true;
    }

    /// <summary>Writes two octets in network order.</summary>
    public bool TryWriteUInt16(ushort value)
    {
        if (_limit - _length < sizeof(ushort))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[_length..], value);
        _length += sizeof(ushort);
        return true;
    }

    /// <summary>Writes four octets in network order.</summary>
    public bool TryWriteUInt32(uint value)
    {
        if (_limit - _length < sizeof(uint))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_buffer[_length..], value);
        _length += sizeof(uint);
        return true;
    }

    /// <summary>Writes octets as they are.</summary>
    public bool TryWriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        if (_limit - _length < bytes.Length)
        {
            return false;
        }

        bytes.CopyTo(_buffer[_length..]);
        _length += bytes.Length;
        return true;
    }

    /// <summary>Writes a header as the first thing of the message.</summary>
    public bool TryWriteHeader(scoped in DnsHeader header)
    {
        if (_length != 0 || _limit < DnsHeader.Length)
        {
            return false;
        }

        _length = DnsHeader.Length;
        SetHeader(in header);
        return true;
    }

    /// <summary>Overwrites the header, once the counts are known.</summary>
    /// <exception cref="InvalidOperationException">There is no header yet.</exception>
    public readonly void SetHeader(scoped in DnsHeader header)
    {
        if (_length < DnsHeader.Length)
        {
            throw new InvalidOperationException("The message has no header yet.");
        }

        header.Write(_buffer);
    }

    /// <summary>Writes a question (RFC 1035 4.1.2). Later names point to the first question's.</summary>
    public bool TryWriteQuestion(scoped ReadOnlySpan<byte> name, RecordType type, RecordClass recordClass)
    {
        if (_length == DnsHeader.Length)
        {
            if (_limit - _length < name.Length + 4)
            {
                return false;
            }

            TryWriteBytes(name);
            _questionNameLength = name.Length;
            return TryWriteUInt16((ushort)type) && TryWriteUInt16((ushort)recordClass);
        }

        WireWriterMark mark = Mark();
        if (TryWriteName(name, compress: true)
            && TryWriteUInt16((ushort)type)
            && TryWriteUInt16((ushort)recordClass))
        {
            return true;
        }

        Rollback(mark);
        return false;
    }
}

/// <summary>A place in a message being written, made by <see cref="WireWriter.Mark"/>.</summary>
public readonly struct WireWriterMark
{
    internal readonly int Length;
    internal readonly int NameCount;
    internal readonly bool QuestionIsIndexed;

    internal WireWriterMark(int length, int nameCount, bool questionIsIndexed)
    {
        Length = length;
        NameCount = nameCount;
        QuestionIsIndexed = questionIsIndexed;
    }
}
