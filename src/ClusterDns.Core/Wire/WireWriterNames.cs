using System.Runtime.CompilerServices;

namespace ClusterDns.Core.Wire;

/// <content>Names.</content>
public ref partial struct WireWriter
{
    private const int PointerBits = 0xC000;

    /// <summary>Writes a name, its case kept.</summary>
    /// <param name="name">The name in wire form without compression.</param>
    /// <param name="compress">
    /// Whether pointers may be used: for owner names and in the rdata of RFC 1035's types (RFC 3597 4). Later names may
    /// point to this one either way.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name in wire form.</exception>
    public bool TryWriteName(scoped ReadOnlySpan<byte> name, bool compress)
    {
        return compress && TryFindInQuestion(name, out int offset)
            ? TryWriteUInt16((ushort)(PointerBits | offset))
            : TryWriteNewName(name, compress);
    }

    /// <summary>Writes a pointer to a name that begins at <paramref name="offset"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is beyond 14 bits or what was written.</exception>
    public bool TryWritePointer(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)Math.Min(0x3FFF, _length), nameof(offset));
        return TryWriteUInt16((ushort)(PointerBits | offset));
    }

    /// <summary>Most names that are written are the question's or its zone's, so these are tried first.</summary>
    private readonly bool TryFindInQuestion(scoped ReadOnlySpan<byte> name, out int offset)
    {
        int start = _questionNameLength - name.Length;
        offset = DnsHeader.Length + start;
        if (start < 0 || name.Length <= sizeof(ushort))
        {
            return false;
        }

        ReadOnlySpan<byte> question = _buffer.Slice(DnsHeader.Length, _questionNameLength);
        int label = 0;
        while (label < start)
        {
            label += question[label] + 1;
        }

        return label == start && name.SequenceEqual(question[start..]);
    }

    [SkipLocalsInit]
    private bool TryWriteNewName(scoped ReadOnlySpan<byte> name, bool compress)
    {
        Span<byte> starts = stackalloc byte[DomainName.MaxLabels];
        if (!TryFindLabels(name, starts, out int unknown))
        {
            throw new ArgumentException("Not a domain name in wire form.", nameof(name));
        }

        IndexQuestion();
        int parent = NameCompression.Root;
        while (unknown > 0)
        {
            int found = _compression.Find(_buffer, LabelAt(name, starts[unknown - 1]), parent);
            if (found < 0)
            {
                break;
            }

            parent = found;
            unknown--;
        }

        bool hasPointer = compress && parent != NameCompression.Root;
        int copied = hasPointer ? starts[unknown] : name.Length;
        if (_limit - _length < copied + (hasPointer ? sizeof(ushort) : 0))
        {
            return false;
        }

        int start = _length;
        TryWriteBytes(name[..copied]);
        if (hasPointer)
        {
            TryWriteUInt16((ushort)(PointerBits | _compression.OffsetOf(parent)));
        }

        IndexLabels(name, starts[..unknown], start, parent);
        return true;
    }

    /// <summary>Nearly every response names nothing but the question's name, so indexing it waits for another.</summary>
    [SkipLocalsInit]
    private void IndexQuestion()
    {
        if (_questionIsIndexed || _questionNameLength == 0)
        {
            return;
        }

        Span<byte> starts = stackalloc byte[DomainName.MaxLabels];
        ReadOnlySpan<byte> name = _buffer.Slice(DnsHeader.Length, _questionNameLength);
        if (TryFindLabels(name, starts, out int labels))
        {
            IndexLabels(name, starts[..labels], DnsHeader.Length, NameCompression.Root);
        }

        _questionIsIndexed = true;
    }

    private void IndexLabels(
        scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> starts, int nameOffset, int parent)
    {
        for (int i = starts.Length - 1; i >= 0; i--)
        {
            if (!_compression.TryAdd(LabelAt(name, starts[i]), nameOffset + starts[i], parent, out parent))
            {
                return;
            }
        }
    }

    private static ReadOnlySpan<byte> LabelAt(ReadOnlySpan<byte> name, int start) =>
        name.Slice(start, name[start] + 1);

    private static bool TryFindLabels(scoped ReadOnlySpan<byte> name, scoped Span<byte> starts, out int count)
    {
        count = 0;
        int position = 0;
        while ((uint)position < (uint)name.Length && position < DomainName.MaxWireLength)
        {
            int label = name[position];
            if (label == 0)
            {
                return position == name.Length - 1;
            }

            if (label > DomainName.MaxLabelLength)
            {
                return false;
            }

            starts[count++] = (byte)position;
            position += label + 1;
        }

        return false;
    }
}
