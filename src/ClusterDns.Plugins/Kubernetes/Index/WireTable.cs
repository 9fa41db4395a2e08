using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An entry of a <see cref="WireTable{T}"/>.</summary>
internal abstract class WireTableEntry
{
    private protected WireTableEntry(byte[] key)
        : this(key, key.Length)
    {
    }

    /// <param name="source">The bytes that begin with the key. The table keeps them beside the entry, so an answer in them costs no reading of the entry.</param>
    /// <param name="keyLength">The length of the key, at least 1.</param>
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
/// leaves a mark, and larger arrays are published when they are whole. No key of a table may begin with another one: labels in wire
/// form and addresses of one length do not.
/// </summary>
/// <typeparam name="T">The type of entry.</typeparam>
internal sealed class WireTable<T>
    where T : WireTableEntry
{
    private const int LeastCapacity = 16;

    private static readonly byte[] RemovedSource = [];

    private Arrays _arrays = new(LeastCapacity);
    private int _used;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The capacity, for tests of what a look-up costs.</summary>
    internal int Capacity => _arrays.Slots.Length;

    /// <summary>Finds an entry; any thread may.</summary>
    /// <param name="key">The key.</param>
    public T? Find(ReadOnlySpan<byte> key) => TryLocate(key, out Place place) ? place.GetEntry(key) : null;

    /// <summary>Finds the place of an entry, and reads no more than the bytes that begin with its key; any thread may.</summary>
    /// <param name="key">The key.</param>
    /// <param name="place">The place.</param>
    public bool TryLocate(ReadOnlySpan<byte> key, out Place place)
    {
        Arrays arrays = Volatile.Read(ref _arrays);
        Slot[] slots = arrays.Slots;
        ulong hash = KeyedHash.Of(key);
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref Slot slot = ref slots[i];
            byte[]? source = Volatile.Read(ref slot.Source);
            if (source is null)
            {
                place = default;
                return false;
            }

            if (slot.Hash == hash && source.AsSpan().StartsWith(key))
            {
                place = new Place(source, arrays.Entries, i);
                return true;
            }
        }
    }

    /// <summary>Adds an entry, in place of one of the same key. The writer's thread only.</summary>
    /// <param name="entry">The entry.</param>
    public void Set(T entry)
    {
        ulong hash = KeyedHash.Of(entry.Key);
        int index = FindSlot(entry.Key, hash, out int free);
        if (index < 0)
        {
            if (_arrays.Slots[free].Source is null && ++_used > _arrays.Slots.Length / 4 * 3)
            {
                Grow();
                FindSlot(entry.Key, hash, out free);
                _used++;
            }

            index = free;
            Count++;
        }

        // A reader takes the source first: what belongs to it is there before.
        ref Slot slot = ref _arrays.Slots[index];
        Volatile.Write(ref slot.Hash, hash);
        Volatile.Write(ref _arrays.Entries[index], entry);
        Volatile.Write(ref slot.Source, entry.Source);
    }

    /// <summary>Takes an entry out. The writer's thread only.</summary>
    /// <param name="key">The key.</param>
    public void Remove(ReadOnlySpan<byte> key)
    {
        int index = FindSlot(key, KeyedHash.Of(key), out _);
        if (index >= 0)
        {
            Volatile.Write(ref _arrays.Slots[index].Source, RemovedSource);
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
            // Larger arrays may have replaced these: the key leads to what is there now.
            if (Volatile.Read(ref entries[i]) is { } seen && Find(seen.Key) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private int FindSlot(ReadOnlySpan<byte> key, ulong hash, out int free)
    {
        Slot[] slots = _arrays.Slots;
        int mask = slots.Length - 1;
        free = -1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            byte[]? source = slots[i].Source;
            if (source is null)
            {
                free = free < 0 ? i : free;
                return -1;
            }

            if (slots[i].Hash == hash && source.AsSpan().StartsWith(key))
            {
                return i;
            }

            free = free < 0 && ReferenceEquals(source, RemovedSource) ? i : free;
        }
    }

    private void Grow()
    {
        int capacity = LeastCapacity;
        while (capacity < (Count + 1) * 2)
        {
            capacity *= 2;
        }

        Arrays larger = new(capacity);
        for (int from = 0; from < _arrays.Slots.Length; from++)
        {
            if (_arrays.Entries[from] is not { } entry)
            {
                continue;
            }

            int i = (int)_arrays.Slots[from].Hash & (capacity - 1);
            while (larger.Entries[i] is not null)
            {
                i = (i + 1) & (capacity - 1);
            }

            larger.Slots[i] = _arrays.Slots[from];
            larger.Entries[i] = entry;
        }

        _used = Count;
        Volatile.Write(ref _arrays, larger);
    }

    /// <summary>Where an entry is, or was when it was found.</summary>
    public readonly struct Place
    {
        private readonly T?[] _entries;
        private readonly int _index;

        internal Place(byte[] source, T?[] entries, int index)
        {
            Source = source;
            _entries = entries;
            _index = index;
        }

        /// <summary>The bytes that begin with the key.</summary>
        public byte[] Source { get; }

        /// <summary>Reads the entry: the one that was found, or one that has replaced it; null when it was removed since.</summary>
        /// <param name="key">The key that was asked for.</param>
        public T? GetEntry(ReadOnlySpan<byte> key)
        {
            T? entry = Volatile.Read(ref _entries[_index]);
            return entry is not null && (ReferenceEquals(entry.Source, Source) || key.SequenceEqual(entry.Key)) ? entry : null;
        }
    }

    /// <summary>What a look-up reads: the hash, so that bytes of another key are not read, and the bytes.</summary>
    private struct Slot
    {
        /// <summary>The hash of the entry's key. It is written before the source, and read after it.</summary>
        public ulong Hash;

        /// <summary>The bytes that begin with the key; null where there was never an entry, empty where one was removed.</summary>
        public byte[]? Source;
    }

    private sealed class Arrays(int capacity)
    {
        public Slot[] Slots { get; } = new Slot[capacity];

        public T?[] Entries { get; } = new T?[capacity];
    }
}
