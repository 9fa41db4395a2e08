using System.Runtime.CompilerServices;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>An entry of a <see cref="WireTable{T}"/>.</summary>
internal abstract class WireTableEntry
{
    private protected WireTableEntry(byte[] key)
    {
        Key = key;
        Hash = WireTableHash.Of(key);
    }

    /// <summary>What the entry is found by; it never changes.</summary>
    public byte[] Key { get; }

    /// <summary>The key's hash.</summary>
    public ulong Hash { get; }
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

    private WireTableEntry?[] _slots = new WireTableEntry?[LeastCapacity];
    private int _used;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The capacity, for tests of what a look-up costs.</summary>
    internal int Capacity => _slots.Length;

    /// <summary>Finds an entry; any thread may.</summary>
    /// <param name="key">The key.</param>
    public T? Find(ReadOnlySpan<byte> key)
    {
        WireTableEntry?[] slots = Volatile.Read(ref _slots);
        ulong hash = WireTableHash.Of(key);
        int mask = slots.Length - 1;
        for (int i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            WireTableEntry? slot = Volatile.Read(ref slots[i]);
            if (slot is null)
            {
                return null;
            }

            if (Is(slot, key, hash))
            {
                // Nothing else is ever put in, and asking for the type would cost more than all else here.
                return Unsafe.As<T>(slot);
            }
        }
    }

    /// <summary>Adds an entry, in place of one of the same key. The writer's thread only.</summary>
    /// <param name="entry">The entry.</param>
    public void Set(T entry)
    {
        int slot = FindSlot(entry.Key, entry.Hash, out int free);
        if (slot >= 0)
        {
            Volatile.Write(ref _slots[slot], entry);
            return;
        }

        if (_slots[free] is null && ++_used > _slots.Length / 4 * 3)
        {
            Grow();
            FindSlot(entry.Key, entry.Hash, out free);
            _used++;
        }

        Volatile.Write(ref _slots[free], entry);
        Count++;
    }

    /// <summary>Takes an entry out. The writer's thread only.</summary>
    /// <param name="key">The key.</param>
    public void Remove(ReadOnlySpan<byte> key)
    {
        int slot = FindSlot(key, WireTableHash.Of(key), out _);
        if (slot >= 0)
        {
            Volatile.Write(ref _slots[slot], RemovedEntry.Instance);
            Count--;
        }
    }

    /// <summary>All entries, in no order. The writer's thread only, and nothing is to change meanwhile.</summary>
    public IEnumerable<T> Entries => _slots.OfType<T>();

    /// <summary>
    /// All entries, in no order, each as it is when it is reached; any thread may read, and take its time. What comes meanwhile
    /// may be missing.
    /// </summary>
    public IEnumerable<T> Read()
    {
        WireTableEntry?[] slots = Volatile.Read(ref _slots);
        for (int i = 0; i < slots.Length; i++)
        {
            // The array may have been left behind by a larger one: the key leads to what is there now.
            if (Volatile.Read(ref slots[i]) is T seen && Find(seen.Key) is { } entry)
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
            WireTableEntry? slot = _slots[i];
            if (slot is null)
            {
                free = free < 0 ? i : free;
                return -1;
            }

            if (Is(slot, key, hash))
            {
                return i;
            }

            free = free < 0 && ReferenceEquals(slot, RemovedEntry.Instance) ? i : free;
        }
    }

    private static bool Is(WireTableEntry slot, ReadOnlySpan<byte> key, ulong hash)
        => slot.Hash == hash && key.SequenceEqual(slot.Key) && !ReferenceEquals(slot, RemovedEntry.Instance);

    private void Grow()
    {
        int capacity = LeastCapacity;
        while (capacity < (Count + 1) * 2)
        {
            capacity *= 2;
        }

        WireTableEntry?[] larger = new WireTableEntry?[capacity];
        foreach (T entry in Entries)
        {
            int i = (int)entry.Hash & (capacity - 1);
            while (larger[i] is not null)
            {
                i = (i + 1) & (capacity - 1);
            }

            larger[i] = entry;
        }

        _used = Count;
        Volatile.Write(ref _slots, larger);
    }
}
