using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An entry of a <see cref="WireTable{T}"/>.</summary>
internal abstract class WireTableEntry
{
    private protected WireTableEntry(byte[] key)
        : this(key, key.Length)
    {
    }

    /// <param name="source">The bytes that begin with the key. What an answer needs may follow it: both are then one reading of memory.</param>
    /// <param name="keyLength">The length of the key.</param>
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

/// <summary>Stands where an entry was removed.</summary>
internal sealed class RemovedEntry : WireTableEntry
{
    private RemovedEntry()
        : base([])
    {
    }

    /// <summary>The one instance.</summary>
    public static RemovedEntry Instance { get; } = new();
}

/// <summary>A place of a <see cref="WireTable{T}"/>: the hash stands beside the entry, so that an entry of another key is not read.</summary>
internal struct WireTableSlot
{
    /// <summary>The hash of the entry's key. It is written before the entry, and read after it.</summary>
    public ulong Hash;

    /// <summary>The entry; null where there was never one.</summary>
    public WireTableEntry? Entry;
}

/// <summary>
/// A hash table from bytes to entries with one writer and any number of readers that take no lock. A reader that looks for an
/// entry that is there throughout finds it, whatever the writer does meanwhile: entries never move within an array, a removed one
/// leaves a mark, and a larger array is published when it is whole.
/// </summary>
/// <typeparam name="T">The type of entry.</typeparam>
internal sealed class WireTable<T>
    where T : WireTableEntry
{
    private const int LeastCapacity = 16;

    private WireTableSlot[] _slots = new WireTableSlot[LeastCapacity];
    private int _used;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The capacity, for tests of what a look-up costs.</summary>
    internal int Capacity => _slots.Length;

    /// <summary>Finds an entry; any thread may.</summary>
    /// <param name="key">The key.</param>
    public T? Find(ReadOnlySpan<byte> key)
    {
        WireTableSlot[] slots = Volatile.Read(ref _slots);
        ulong hash = KeyedHash.Of(key);
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref WireTableSlot slot = ref slots[i];
            WireTableEntry? entry = Volatile.Read(ref slot.Entry);
            if (entry is null)
            {
                return null;
            }

            if (Is(entry, slot.Hash, key, hash))
            {
                // Nothing else is ever put in, and asking for the type would cost more than all else here.
                return Unsafe.As<T>(entry);
            }
        }
    }

    /// <summary>Adds an entry, in place of one of the same key. The writer's thread only.</summary>
    /// <param name="entry">The entry.</param>
    public void Set(T entry)
    {
        ulong hash = KeyedHash.Of(entry.Key);
        int slot = FindSlot(entry.Key, hash, out int free);
        if (slot >= 0)
        {
            Volatile.Write(ref _slots[slot].Entry, entry);
            return;
        }

        if (_slots[free].Entry is null && ++_used > _slots.Length / 4 * 3)
        {
            Grow();
            FindSlot(entry.Key, hash, out free);
            _used++;
        }

        Volatile.Write(ref _slots[free].Hash, hash);
        Volatile.Write(ref _slots[free].Entry, entry);
        Count++;
    }

    /// <summary>Takes an entry out. The writer's thread only.</summary>
    /// <param name="key">The key.</param>
    public void Remove(ReadOnlySpan<byte> key)
    {
        int slot = FindSlot(key, KeyedHash.Of(key), out _);
        if (slot >= 0)
        {
            Volatile.Write(ref _slots[slot].Entry, RemovedEntry.Instance);
            Count--;
        }
    }

    /// <summary>All entries, in no order. The writer's thread only, and nothing is to change meanwhile.</summary>
    public IEnumerable<T> Entries => _slots.Select(static slot => slot.Entry).OfType<T>();

    /// <summary>
    /// All entries, in no order, each as it is when it is reached; any thread may read, and take its time. What comes meanwhile
    /// may be missing.
    /// </summary>
    public IEnumerable<T> Read()
    {
        WireTableSlot[] slots = Volatile.Read(ref _slots);
        for (int i = 0; i < slots.Length; i++)
        {
            // The array may have been left behind by a larger one: the key leads to what is there now.
            if (Volatile.Read(ref slots[i].Entry) is T seen && Find(seen.Key) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private int FindSlot(ReadOnlySpan<byte> key, ulong hash, out int free)
    {
        int mask = _slots.Length - 1;
        free = -1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            WireTableEntry? entry = _slots[i].Entry;
            if (entry is null)
            {
                free = free < 0 ? i : free;
                return -1;
            }

            if (Is(entry, _slots[i].Hash, key, hash))
            {
                return i;
            }

            free = free < 0 && ReferenceEquals(entry, RemovedEntry.Instance) ? i : free;
        }
    }

    private static bool Is(WireTableEntry entry, ulong entryHash, ReadOnlySpan<byte> key, ulong hash)
        => entryHash == hash && key.SequenceEqual(entry.Key) && !ReferenceEquals(entry, RemovedEntry.Instance);

    private void Grow()
    {
        int capacity = LeastCapacity;
        while (capacity < (Count + 1) * 2)
        {
            capacity *= 2;
        }

        WireTableSlot[] larger = new WireTableSlot[capacity];
        foreach (ref readonly WireTableSlot slot in _slots.AsSpan())
        {
            if (slot.Entry is null or RemovedEntry)
            {
                continue;
            }

            int i = (int)slot.Hash & (capacity - 1);
            while (larger[i].Entry is not null)
            {
                i = (i + 1) & (capacity - 1);
            }

            larger[i] = slot;
        }

        _used = Count;
        Volatile.Write(ref _slots, larger);
    }
}
