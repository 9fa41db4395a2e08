using System.Buffers.Binary;

namespace ClusterDns.Core.Wire;

/// <summary>Reads the options of an OPT record's rdata, in place (RFC 6891 6.1.2).</summary>
public ref struct EdnsOptionReader
{
    /// <summary>How many octets precede an option's data: its code and its length.</summary>
    public const int PrefixLength = 4;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads <paramref name="options"/>, the rdata of an OPT record.</summary>
    public EdnsOptionReader(ReadOnlySpan<byte> options) => _rest = options;

    /// <summary>
    /// Whether all was read. When <see cref="TryRead"/> has returned false and this is false too, the rest is malformed.
    /// </summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Whether <paramref name="options"/> is nothing but whole options.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> options)
    {
        var reader = new EdnsOptionReader(options);
        while (reader.TryRead(out _, out _))
        {
        }

        return reader.IsAtEnd;
    }

    /// <summary>Finds the first option of that code.</summary>
    public static bool TryFind(ReadOnlySpan<byte> options, EdnsOptionCode code, out ReadOnlySpan<byte> data)
    {
        var reader = new EdnsOptionReader(options);
        while (reader.TryRead(out EdnsOptionCode found, out data))
        {
            if (found == code)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the next option; false at the end, or when what is left is not a whole option.</summary>
    public bool TryRead(out EdnsOptionCode code, out ReadOnlySpan<byte> data)
    {
        code = default;
        data = default;
        if (_rest.Length < PrefixLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length > _rest.Length - PrefixLength)
        {
            return false;
        }

        code = (EdnsOptionCode)BinaryPrimitives.ReadUInt16BigEndian(_rest);
        data = _rest.Slice(PrefixLength, length);
        _rest = _rest[(PrefixLength + length)..];
        return true;
    }
}
