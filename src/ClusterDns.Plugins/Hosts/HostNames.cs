using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Hosts;

/// <summary>
/// Names and their addresses, for block lists of a million names: names lie one after the other in chunks, entries in arrays, and equal
/// addresses are shared, so that a name takes some 50 bytes and no object of its own. For one writer; complete before it is read.
/// </summary>
internal sealed class HostNames
{
    private const int ChunkSize = 16 * 1024;
    private const int EntriesPerBlock = 512;
    private const int EntrySize = 16;
    private const int FirstSlots = 16;

    private readonly List<byte[]> _chunks = [];
    private readonly List<Entry[]> _blocks = [];
    private int[] _slots = new int[FirstSlots];
    private int _chunkUsed = ChunkSize;
    private int _count;

    /// <summary>How many bytes the names take, near enough; the addresses are not counted.</summary>
    public long Bytes => ((long)_chunks.Count * ChunkSize) + ((long)_blocks.Count * EntriesPerBlock * EntrySize) + (_slots.Length * sizeof(int));

    /// <summary>The addresses of a name; null when it is not known.</summary>
    /// <param name="name">The name in wire form.</param>
    public HostAddresses? Find(ReadOnlySpan<byte> name)
    {
        int hash = DomainName.GetHashCode(name);
        for (int slot = hash & (_slots.Length - 1); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            ref Entry entry = ref EntryAt(_slots[slot] - 1);
            if (entry.Hash == hash && DomainName.Equals(NameAt(entry.Position), name))
            {
                return entry.Addresses;
            }
        }

        return null;
    }

    /// <summary>The place of a name's addresses; null in it when the name is new.</summary>
    /// <param name="name">The name in wire form and lower case.</param>
    public ref HostAddresses? GetOrAdd(ReadOnlySpan<byte> name)
    {
        int hash = DomainName.GetHashCode(name);
        int slot = hash & (_slots.Length - 1);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            ref Entry known = ref EntryAt(_slots[slot] - 1);
            if (known.Hash == hash && DomainName.Equals(NameAt(known.Position), name))
            {
                return ref known.Addresses;
            }
        }

        if (_count % EntriesPerBlock == 0)
        {
            _blocks.Add(new Entry[EntriesPerBlock]);
        }

        ref Entry entry = ref EntryAt(_count);
        entry.Hash = hash;
        entry.Position = Keep(name);
        _slots[slot] = ++_count;
        if (_count > _slots.Length / 4 * 3)
        {
            Grow();
        }

        return ref entry.Addresses;
    }

    private ref Entry EntryAt(int index) => ref _blocks[index / EntriesPerBlock][index % EntriesPerBlock];

    private ReadOnlySpan<byte> NameAt(int position)
    {
        byte[] chunk = _chunks[position / ChunkSize];
        int offset = position % ChunkSize;
        return chunk.AsSpan(offset + 1, chunk[offset]);
    }

    private int Keep(ReadOnlySpan<byte> name)
    {
        if (ChunkSize - _chunkUsed < name.Length + 1)
        {
            _chunks.Add(new byte[ChunkSize]);
            _chunkUsed = 0;
        }

        byte[] chunk = _chunks[^1];
        int position = ((_chunks.Count - 1) * ChunkSize) + _chunkUsed;
        chunk[_chunkUsed] = (byte)name.Length;
        name.CopyTo(chunk.AsSpan(_chunkUsed + 1));
        _chunkUsed += name.Length + 1;
        return position;
    }

    private void Grow()
    {
        int[] larger = new int[_slots.Length * 2];
        for (int index = 0; index < _count; index++)
        {
            int slot = EntryAt(index).Hash & (larger.Length - 1);
            while (larger[slot] != 0)
            {
                slot = (slot + 1) & (larger.Length - 1);
            }

            larger[slot] = index + 1;
        }

        _slots = larger;
    }

    private struct Entry
    {
        public int Hash;
        public int Position;
        public HostAddresses? Addresses;
    }
}
