using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClusterDns.Core.Wire;

/// <summary>
/// The labels of a message that later names may point to (RFC 1035 4.1.4), as a tree: each entry is a label and the
/// entry of the label after it, so equal suffixes are found label by label from the end, and each label is compared
/// once. Labels are compared with their case, so that a name keeps the case it was written with.
/// </summary>
/// <remarks>
/// A fixed table that needs no clearing. When it is full, names are still compressed against what is in it.
/// </remarks>
internal struct NameCompression
{
    /// <summary>The root, as an entry's index: what the last label of a name hangs on.</summary>
    public const int Root = Capacity;

    /// <summary>Names up to this many distinct suffixes a message are compressed in full.</summary>
    private const int Capacity = 128;

    /// <summary>A pointer has 14 bits.</summary>
    private const int MaxOffset = 0x3FFF;

    private int _count;
    private Table _keys;
    private Table _offsets;
    private Parents _parents;

    public readonly int Count => _count;

    /// <summary>Empties the table, whose memory may hold anything, back to its first entries.</summary>
    public void TruncateTo(int count) => _count = count;

    public readonly int OffsetOf(int entry) => _offsets[entry];

    /// <summary>Finds the entry of a label, its length octet included, that is followed by another entry's labels.</summary>
    /// <returns>The entry's index, or -1.</returns>
    public readonly int Find(ReadOnlySpan<byte> message, ReadOnlySpan<byte> label, int parent)
    {
        ushort key = Key(label, parent);
        ReadOnlySpan<ushort> keys = ((ReadOnlySpan<ushort>)_keys)[.._count];
        int start = 0;
        while (true)
        {
            int found = keys[start..].IndexOf(key);
            if (found < 0)
            {
                return -1;
            }

            int entry = start + found;
            if (_parents[entry] == parent && message[_offsets[entry]..].StartsWith(label))
            {
                return entry;
            }

            start = entry + 1;
        }
    }

    /// <summary>Adds a label that lies at <paramref name="offset"/>.</summary>
    /// <returns>False when the table is full or no pointer reaches that far.</returns>
    public bool TryAdd(ReadOnlySpan<byte> label, int offset, int parent, out int entry)
    {
        entry = _count;
        if (entry == Capacity || offset > MaxOffset)
        {
            return false;
        }

        _keys[entry] = Key(label, parent);
        _offsets[entry] = (ushort)offset;
        _parents[entry] = (byte)parent;
        _count = entry + 1;
        return true;
    }

    /// <summary>A label has at least two octets; the words may overlap, since its length is among them.</summary>
    private static ushort Key(ReadOnlySpan<byte> label, int parent)
    {
        const ulong factor = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)parent * factor;
        if (label.Length >= sizeof(ulong))
        {
            for (int i = 0; i < label.Length - sizeof(ulong); i += sizeof(ulong))
            {
                hash = (hash ^ MemoryMarshal.Read<ulong>(label[i..])) * factor;
                hash ^= hash >> 32;
            }

            hash ^= MemoryMarshal.Read<ulong>(label[^sizeof(ulong)..]);
        }
        else if (label.Length >= sizeof(uint))
        {
            hash ^= MemoryMarshal.Read<uint>(label) | ((ulong)MemoryMarshal.Read<uint>(label[^sizeof(uint)..]) << 32);
        }
        else
        {
            hash ^= MemoryMarshal.Read<ushort>(label) | ((ulong)label[^1] << 16);
        }

        return (ushort)((hash * factor) >> 48);
    }

    [InlineArray(Capacity)]
    private struct Table
    {
        private ushort _element;
    }

    [InlineArray(Capacity)]
    private struct Parents
    {
        private byte _element;
    }
}
