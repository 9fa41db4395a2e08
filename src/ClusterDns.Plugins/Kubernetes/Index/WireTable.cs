using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An entry of a <see cref="WireTable{T}"/>.</summary>
internal abstract class WireTableEntry
{
    private protected WireTableEntry(byte[] key)
        : this(key, key.Length)
    {
    }

    /// <param name="source">The bytes that begin with the key. What follows it, up to 255 bytes, is kept in the table beside the key.</param>
    /// <param name="keyLength">The length of the key, 1 to 255.</param>
    private protected WireTableEntry(byte[] source, int keyLength)
    {
        Source = source;
        KeyLength = keyLength;
    }

    /// <summary>The bytes that begin with the key. They never change.</summary>
    public byte[] Source { get; }

    /// <summary>The length of the key.</summary>
    public int KeyLength { get; }

    /// <summary>What the entry is found by.</summary>
    public ReadOnlySpan<byte> Key => Source.AsSpan(0, KeyLength);
}

/// <summary>
/// A hash table from bytes to entries with one writer and any number of readers that take no lock. A reader that looks for an
/// entry that is there throughout finds it, whatever the writer does meanwhile: entries never move within an array, a removed one
/// leaves a mark, and other arrays are published when they are whole.
/// </summary>
/// <remarks>
/// A query's cost is what it reads of memory that is not in the processor's caches. So the keys, and the bytes that most answers are made
/// of, are close together in one array, and a slot is one word: half of the hash, and where in that array its key is.
/// </remarks>
/// <typeparam name="T">The type of entry.</typeparam>
internal sealed class WireTable<T>
    where T : WireTableEntry
{
    private const int LeastCapacity = 16;
    private const int LeastBytes = 512;

    private Arrays _arrays = new(LeastCapacity, LeastBytes);
    private int _usedSlots;
    private int _usedBytes;
    private int _liveBytes;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The number of slots, for tests of what a look-up costs.</summary>
    internal int Capacity => _arrays.Slots.Length;

    /// <summary>The room for keys in bytes, for tests of what is kept.</summary>
    internal int ByteCapacity => _arrays.Bytes.Length;

    /// <summary>Finds an entry; any thread may.</summary>
    /// <param name="key">The key.</param>
    public T? Find(ReadOnlySpan<byte> key) => TryLocate(key, out Place place) ? place.GetEntry(key) : null;

    /// <summary>Finds the place of an entry without reading the entry itself; any thread may.</summary>
    /// <param name="key">The key.</param>
    /// <param name="place">The place.</param>
    public bool TryLocate(ReadOnlySpan<byte> key, out Place place)
    {
        Arrays arrays = Volatile.Read(ref _arrays);
        int index = arrays.Find(key, KeyedHash.Of(key), out int offset, out _);
        place = new Place(arrays, index, offset);
        return index >= 0;
    }

    /// <summary>Adds an entry, in place of one of the same key. The writer's thread only.</summary>
    /// <param name="entry">The entry.</param>
    public void Set(T entry)
    {
        ulong hash = KeyedHash.Of(entry.Key);
        int index = _arrays.Find(entry.Key, hash, out int offset, out int free);
        if (index >= 0 && _arrays.IsAt(offset, entry))
        {
            Volatile.Write(ref _arrays.Entries[index], entry);
            return;
        }

        int length = Arrays.LengthOf(entry);
        if (index >= 0)
        {
            _liveBytes -= Arrays.LengthOf(_arrays.Entries[index]!);
        }
        else
        {
            Count++;
        }

        _liveBytes += length;
        bool needsSlot = index < 0 && _arrays.Slots[free] == 0;
        if (_usedBytes + length > _arrays.Bytes.Length || (needsSlot && _usedSlots + 1 > _arrays.Slots.Length / 4 * 3))
        {
            Rebuild();
            index = _arrays.Find(entry.Key, hash, out _, out free);
            needsSlot = index < 0;
        }

        _usedSlots += needsSlot ? 1 : 0;
        index = index < 0 ? free : index;
        offset = _arrays.Append(ref _usedBytes, entry);

        // A reader takes the slot first: what belongs to it is there before.
        Volatile.Write(ref _arrays.Entries[index], entry);
        Volatile.Write(ref _arrays.Slots[index], Arrays.ToSlot(hash, offset));
    }

    /// <summary>Takes an entry out. The writer's thread only.</summary>
    /// <param name="key">The key.</param>
    public void Remove(ReadOnlySpan<byte> key)
    {
        int index = _arrays.Find(key, KeyedHash.Of(key), out _, out _);
        if (index >= 0)
        {
            _liveBytes -= Arrays.LengthOf(_arrays.Entries[index]!);
            Volatile.Write(ref _arrays.Slots[index], Arrays.RemovedSlot);
            Volatile.Write(ref _arrays.Entries[index], null);
            Count--;
        }
    }

    /// <summary>All entries, in no order. The writer's thread only, and nothing is to change meanwhile.</summary>
    public IEnumerable<T> Entries => _arrays.Entries.OfType<T>();

    /// <summary>
    /// All entries, in no order, each as it is when it is reached; any thread may read, and take its time. What comes meanwhile
    /// may be missing.
    /// </summary>
    public IEnumerable<T> Read()
    {
        T?[] entries = Volatile.Read(ref _arrays).Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            // Other arrays may have replaced these: the key leads to what is there now.
            if (Volatile.Read(ref entries[i]) is { } seen && Find(seen.Key) is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>Makes arrays of what is there and as much again, without what was removed.</summary>
    private void Rebuild()
    {
        int capacity = LeastCapacity;
        while (capacity < (Count + 1) * 2)
        {
            capacity *= 2;
        }

        Arrays arrays = new(capacity, Math.Max(LeastBytes, _liveBytes * 2));
        int bytes = 0;
        _usedSlots = 0;
        foreach (T entry in Entries)
        {
            ulong hash = KeyedHash.Of(entry.Key);
            arrays.Find(entry.Key, hash, out _, out int free);
            arrays.Slots[free] = Arrays.ToSlot(hash, arrays.Append(ref bytes, entry));
            arrays.Entries[free] = entry;
            _usedSlots++;
        }

        _usedBytes = bytes;
        Volatile.Write(ref _arrays, arrays);
    }

    /// <summary>Where an entry is, or was when it was found.</summary>
    public readonly struct Place
    {
        private readonly Arrays _arrays;
        private readonly int _index;

        internal Place(Arrays arrays, int index, int offset)
        {
            _arrays = arrays;
            _index = index;
            Offset = offset + Arrays.HeaderLength;
        }

        /// <summary>The bytes that the key is in. What is at the place never changes.</summary>
        public byte[] Bytes => _arrays.Bytes;

        /// <summary>Where in them the key begins.</summary>
        public int Offset { get; }

        /// <summary>The key, and what follows it.</summary>
        public ReadOnlySpan<byte> Source => _arrays.SourceAt(Offset);

        /// <summary>Reads the entry: the one that was found, or one that has replaced it; null when it was removed since.</summary>
        /// <param name="key">The key that was asked for.</param>
        public T? GetEntry(ReadOnlySpan<byte> key)
            => Volatile.Read(ref _arrays.Entries[_index]) is { } entry && key.SequenceEqual(entry.Key) ? entry : null;
    }

    internal sealed class Arrays(int capacity, int bytes)
    {
        /// <summary>The length of the key, and of what follows it.</summary>
        public const int HeaderLength = 2;

        /// <summary>Marks where an entry was removed: the offset is 0, which no entry's is, since they are counted from 1.</summary>
        public const ulong RemovedSlot = 1UL << 32;

        private const int MaxRest = byte.MaxValue;

        /// <summary>Half of the hash, and the offset of the key counted from 1; 0 where there was never an entry.</summary>
        public ulong[] Slots { get; } = new ulong[capacity];

        public T?[] Entries { get; } = new T?[capacity];

        public byte[] Bytes { get; } = new byte[bytes];

        public static ulong ToSlot(ulong hash, int offset) => (hash & 0xFFFF_FFFF_0000_0000) | ((uint)offset + 1);

        public static int LengthOf(T entry) => HeaderLength + entry.KeyLength + RestOf(entry);

        /// <summary>Where an entry is; below 0 where it is not, and then where it may be put.</summary>
        public int Find(ReadOnlySpan<byte> key, ulong hash, out int offset, out int free)
        {
            ulong[] slots = Slots;
            int mask = slots.Length - 1;
            free = -1;
            for (int i = (int)hash & mask; ; i = (i + 1) & mask)
            {
                ulong slot = Volatile.Read(ref slots[i]);
                offset = (int)slot - 1;
                if (offset >= 0)
                {
                    if (((slot ^ hash) >> 32) == 0 && IsAt(offset, key))
                    {
                        return i;
                    }

                    continue;
                }

                free = free < 0 ? i : free;
                if (slot == 0)
                {
                    return -1;
                }
            }
        }

        /// <summary>Writes an entry's bytes behind those that are used.</summary>
        public int Append(ref int used, T entry)
        {
            int offset = used;
            int length = entry.KeyLength + RestOf(entry);
            Bytes[offset] = (byte)entry.KeyLength;
            Bytes[offset + 1] = (byte)(length - entry.KeyLength);
            entry.Source.AsSpan(0, length).CopyTo(Bytes.AsSpan(offset + HeaderLength));
            used += HeaderLength + length;
            return offset;
        }

        /// <summary>Whether an entry's bytes are at an offset.</summary>
        public bool IsAt(int offset, T entry)
            => SourceAt(offset + HeaderLength).SequenceEqual(entry.Source.AsSpan(0, entry.KeyLength + RestOf(entry)));

        public ReadOnlySpan<byte> SourceAt(int keyOffset) => Bytes.AsSpan(keyOffset, Bytes[keyOffset - HeaderLength] + Bytes[keyOffset - 1]);

        private static int RestOf(T entry) => Math.Min(entry.Source.Length - entry.KeyLength, MaxRest);

        private bool IsAt(int offset, ReadOnlySpan<byte> key)
            => Bytes[offset] == key.Length && Bytes.AsSpan(offset + HeaderLength, key.Length).SequenceEqual(key);
    }
}
