using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>
/// The arrays of a <see cref="PodTable"/>: chunks of records, and the tables that lead to them. They never grow: what does not fit
/// goes into a store that is larger. A location is a record's place in all chunks together, plus one.
/// </summary>
internal sealed class PodStore
{
    private const int ChunkBits = 16;
    private const int ChunkLength = 1 << ChunkBits;
    private const int LeastCapacity = 16;

    /// <summary>Locations in more chunks do not fit the number; the chunks hold about forty million Pods.</summary>
    private const int MaxChunks = (int.MaxValue >> ChunkBits) - 1;

    private readonly byte[][] _chunks;
    private int _chunk = -1;
    private int _used = ChunkLength;
    private long _recordBytes;
    private long _wastedBytes;
    private int _usedNames;
    private int _usedAddresses;
    private int _removals;

    /// <summary>An empty store.</summary>
    /// <param name="records">How many records it is to hold, at least.</param>
    /// <param name="bytes">How many bytes they have together.</param>
    public PodStore(int records, long bytes)
    {
        int capacity = LeastCapacity;
        while (capacity < records + (records / 2))
        {
            capacity *= 2;
        }

        ByAddress = new int[capacity];
        ByName = new int[capacity];

        // The end of a chunk is left empty where the next record does not fit; twice as many and some leave room to grow.
        _chunks = new byte[(int)Math.Min((bytes / ChunkLength * 2) + 2, MaxChunks)][];
    }

    /// <summary>The table by addresses.</summary>
    public int[] ByAddress { get; }

    /// <summary>The table by names; the writer's.</summary>
    public int[] ByName { get; }

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// How many records were removed. Places of removed records are used again, so who walks over a table may miss one that has come to where the
    /// walk was already, and another that has gone from where it was not yet: when this has changed meanwhile, it has to walk again.
    /// </summary>
    public int Removals => Volatile.Read(ref _removals);

    /// <summary>Whether the larger part of the bytes is of records that were removed.</summary>
    public bool IsWasteful => _wastedBytes > _recordBytes + ChunkLength;

    /// <summary>The locations of all records. Meanwhile records may be removed, not added.</summary>
    public IEnumerable<int> Locations => ByName.Where(static location => location > 0);

    /// <summary>How many bytes all arrays take.</summary>
    public long Bytes => ((long)(_chunk + 1) * ChunkLength) + ((long)_chunks.Length * IntPtr.Size) + ((ByAddress.Length + ByName.Length) * (long)sizeof(int));

    /// <summary>A record; any thread may read one to which a table leads.</summary>
    /// <param name="location">Its location.</param>
    public PodRecord Get(int location) => new(_chunks[(location - 1) >> ChunkBits].AsSpan((location - 1) & (ChunkLength - 1)));

    /// <summary>Notes whether a record was heard of.</summary>
    /// <param name="location">Its location.</param>
    /// <param name="isHeard">Whether it was.</param>
    public void SetHeard(int location, bool isHeard)
        => PodRecord.SetHeard(ref _chunks[(location - 1) >> ChunkBits][(location - 1) & (ChunkLength - 1)], isHeard);

    /// <summary>Whether a record fits; a quarter of each table stays empty, so that walks over it end.</summary>
    /// <param name="length">The record's length.</param>
    public bool HasRoomFor(int length)
        => Math.Max(_usedNames, _usedAddresses) < ByName.Length / 4 * 3 && (_used + length <= ChunkLength || _chunk + 1 < _chunks.Length);

    /// <summary>Adds a record, for which there is room.</summary>
    /// <param name="name">What names the Pod.</param>
    /// <param name="address">Its address.</param>
    /// <param name="labels">Its labels; empty where none are kept.</param>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> address, ReadOnlySpan<byte> labels)
    {
        int length = PodRecord.GetLength(name, address, labels);
        if (_used + length > ChunkLength)
        {
            _chunks[++_chunk] = new byte[ChunkLength];
            _used = 0;
        }

        PodRecord.Write(name, address, labels, _chunks[_chunk].AsSpan(_used));
        int location = (_chunk << ChunkBits) + _used + 1;
        _used += length;
        _recordBytes += length;
        Count++;
        _usedNames += Insert(ByName, KeyedHash.Of(name), location);
        _usedAddresses += Insert(ByAddress, KeyedHash.Of(address), location);
    }

    /// <summary>Takes a record out of the tables.</summary>
    /// <param name="location">Its location.</param>
    public void Remove(int location)
    {
        PodRecord pod = Get(location);
        _recordBytes -= pod.Length;
        _wastedBytes += pod.Length;
        Count--;
        Volatile.Write(ref _removals, _removals + 1);
        Take(ByName, KeyedHash.Of(pod.Name), location);
        Take(ByAddress, KeyedHash.Of(pod.Address), location);
    }

    /// <summary>A store of the same records, without what was removed.</summary>
    /// <param name="length">The length of one more record that is to fit.</param>
    public PodStore Clone(int length)
    {
        PodStore clone = new(Count + 1, _recordBytes + length);
        foreach (int location in Locations)
        {
            PodRecord pod = Get(location);
            clone.Add(pod.Name, pod.Address, pod.Labels);
            clone.SetHeard((clone._chunk << ChunkBits) + clone._used - pod.Length + 1, pod.IsHeard);
        }

        return clone;
    }

    /// <summary>Puts a location where none is; returns how many places it takes that were never used.</summary>
    private static int Insert(int[] slots, ulong hash, int location)
    {
        int slot = (int)hash & (slots.Length - 1);
        while (slots[slot] > 0)
        {
            slot = (slot + 1) & (slots.Length - 1);
        }

        int used = slots[slot] == PodProbe.Empty ? 1 : 0;
        Volatile.Write(ref slots[slot], location);
        return used;
    }

    private static void Take(int[] slots, ulong hash, int location)
    {
        PodProbe probe = new(slots, hash);
        while (probe.TryNext(out int found))
        {
            if (found == location)
            {
                Volatile.Write(ref slots[probe.Slot], PodProbe.Removed);
                return;
            }
        }
    }
}
