using System.Buffers;
using System.Buffers.Binary;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// The EDNS options of a message, in the order in which they are sent (RFC 6891 section 6.1.2). They are copies, so what they were made of may
/// change. Those of a response stay when its records are cleared; clients that sent no EDNS do not get them.
/// </summary>
public sealed class EdnsOptionList
{
    /// <summary>How many octets all options may have together, each with its code and its length.</summary>
    public const int MaxLength = 4096;

    private const int KeptCapacity = 512;

    private byte[] _kept = [];
    private byte[] _bytes = [];

    /// <summary>How many octets the options have.</summary>
    public int Length { get; private set; }

    /// <summary>The options in wire form, for an <see cref="EdnsOptionReader"/>; valid until the next change.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Adds an option behind those that are there, also where one has the same code.</summary>
    /// <param name="code">The option's code.</param>
    /// <param name="data">Its data.</param>
    /// <returns>False, and nothing added, when the options would have more than <see cref="MaxLength"/> octets.</returns>
    public bool TryAdd(EdnsOptionCode code, ReadOnlySpan<byte> data)
    {
        int length = EdnsOptionReader.PrefixLength + data.Length;
        if (!TryEnsureRoom(length))
        {
            return false;
        }

        Write(code, data, Length);
        Length += length;
        return true;
    }

    /// <summary>Gives the first option of that code other data, or adds one where there is none.</summary>
    /// <param name="code">The option's code.</param>
    /// <param name="data">Its data.</param>
    /// <returns>False, and nothing changed, when the options would have more than <see cref="MaxLength"/> octets.</returns>
    public bool TrySet(EdnsOptionCode code, ReadOnlySpan<byte> data)
    {
        int offset = 0;
        EdnsOptionReader reader = new(Span);
        while (reader.TryRead(out EdnsOptionCode found, out ReadOnlySpan<byte> old))
        {
            if (found != code)
            {
                offset += EdnsOptionReader.PrefixLength + old.Length;
                continue;
            }

            int growth = data.Length - old.Length;
            if (!TryEnsureRoom(growth))
            {
                return false;
            }

            int end = offset + EdnsOptionReader.PrefixLength + old.Length;
            _bytes.AsSpan(end, Length - end).CopyTo(_bytes.AsSpan(end + growth));
            Write(code, data, offset);
            Length += growth;
            return true;
        }

        return TryAdd(code, data);
    }

    /// <summary>Finds the first option of that code.</summary>
    /// <param name="code">The option's code.</param>
    /// <param name="data">Its data; valid until the next change.</param>
    public bool TryFind(EdnsOptionCode code, out ReadOnlySpan<byte> data) => EdnsOptionReader.TryFind(Span, code, out data);

    /// <summary>Removes every option of that code.</summary>
    /// <param name="code">The options' code.</param>
    public void Remove(EdnsOptionCode code)
    {
        int kept = 0;
        int offset = 0;
        while (offset < Length)
        {
            int length = EdnsOptionReader.PrefixLength + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(offset + 2));
            if ((EdnsOptionCode)BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(offset)) != code)
            {
                _bytes.AsSpan(offset, length).CopyTo(_bytes.AsSpan(kept));
                kept += length;
            }

            offset += length;
        }

        Length = kept;
    }

    /// <summary>Removes all options.</summary>
    public void Clear()
    {
        Length = 0;
        if (!ReferenceEquals(_bytes, _kept))
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = _kept;
        }
    }

    /// <summary>Takes whole options in place of these, also more than <see cref="MaxLength"/> octets.</summary>
    /// <param name="options">The options in wire form.</param>
    internal void Load(ReadOnlySpan<byte> options)
    {
        Length = 0;
        if (options.Length > _bytes.Length)
        {
            Grow(options.Length);
        }

        options.CopyTo(_bytes);
        Length = options.Length;
    }

    private void Write(EdnsOptionCode code, ReadOnlySpan<byte> data, int offset)
    {
        Span<byte> option = _bytes.AsSpan(offset);
        BinaryPrimitives.WriteUInt16BigEndian(option, (ushort)code);
        BinaryPrimitives.WriteUInt16BigEndian(option[2..], (ushort)data.Length);
        data.CopyTo(option[EdnsOptionReader.PrefixLength..]);
    }

    private bool TryEnsureRoom(int added)
    {
        int length = Length + added;
        if (added > 0 && length > MaxLength)
        {
            return false;
        }

        if (length <= _bytes.Length)
        {
            return true;
        }

        Grow(length);
        return true;
    }

    private void Grow(int length)
    {
        byte[] smaller = _bytes;
        bool isRented = !ReferenceEquals(smaller, _kept);
        _bytes = length > KeptCapacity ? ArrayPool<byte>.Shared.Rent(Math.Max(length, MaxLength)) : _kept = new byte[KeptCapacity];
        smaller.AsSpan(0, Length).CopyTo(_bytes);
        if (isRented)
        {
            ArrayPool<byte>.Shared.Return(smaller);
        }
    }
}
