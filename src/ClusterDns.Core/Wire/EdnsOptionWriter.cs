using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <summary>Writes EDNS options into the caller's bytes, to become an OPT record's rdata (RFC 6891 6.1.2).</summary>
public ref struct EdnsOptionWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Writes into <paramref name="buffer"/> from its start.</summary>
    public EdnsOptionWriter(Span<byte> buffer) => _buffer = buffer;

    /// <summary>The options written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>Adds an option; false, and nothing added, when it does not fit.</summary>
    public bool TryWrite(EdnsOptionCode code, ReadOnlySpan<byte> data) => TryWrite(code, data, []);

    /// <summary>Adds an extended DNS error (RFC 8914 2) with <paramref name="text"/> in UTF-8, which may be empty.</summary>
    public bool TryWriteExtendedError(ExtendedErrorCode error, ReadOnlySpan<byte> text)
    {
        Span<byte> code = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(code, (ushort)error);
        return TryWrite(EdnsOptionCode.ExtendedError, code, text);
    }

    private bool TryWrite(EdnsOptionCode code, scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> second)
    {
        const int prefix = 4;
        Span<byte> free = _buffer[_length..];
        int length = first.Length + second.Length;
        if (length > ushort.MaxValue || free.Length < prefix + length)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(free, (ushort)code);
        BinaryPrimitives.WriteUInt16BigEndian(free[2..], (ushort)length);
        first.CopyTo(free[prefix..]);
        second.CopyTo(free[(prefix + first.Length)..]);
        _length += prefix + length;
        return true;
    }
}
