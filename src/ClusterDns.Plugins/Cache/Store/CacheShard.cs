using System.Numerics;

namespace ClusterDns.Plugins.Cache.Store;

/// <summary>
/// A part of a table: readers take no lock, writers one. What to give up is decided as S3-FIFO does (Yang and others, SOSP 2023):
/// a newcomer waits in a short queue and is soon gone unless it is asked again; only then it moves to the main queue. So a
/// flood of names that are asked once runs through a tenth of the shard and leaves the rest alone. A name that comes back
/// shortly after it was given up goes to the main queue at once.
/// </summary>
internal sealed class CacheShard
{
    /// <summary>What <see cref="Set"/> gives where a response is not kept, since its bucket is full.</summary>
    public const int BucketIsFull = -1;

    /// <summary>
    /// The most nodes of a bucket, so that no look-up walks further. Under a keyed hash and one bucket a node a full one never comes by chance.
    /// </summary>
    public const int MostInBucket = 32;

    private const int MostBuckets = 1 << 20;

    private readonly Lock _lock = new();
    private readonly CacheStore? _store;
    private readonly int _bucketCount;
    private readonly int _capacity;
    private readonly int _newcomers;
    private readonly long _byteLimit;
    private CacheNode?[] _buckets = [];
    private uint[] _givenUp = [];
    private CacheQueue _newQueue;
    private CacheQueue _mainQueue;
    private long _bytes;
    private bool _isClosed;

    /// <summary>An empty shard.</summary>
    /// <param name="capacity">The most nodes.</param>
    /// <param name="byteLimit">The most bytes that they take together.</param>
    /// <param name="store">Where bytes are reserved; null for nowhere.</param>
    public CacheShard(int capacity, long byteLimit, CacheStore? store = null)
    {
        _store = store;
        _capacity = capacity;
        _byteLimit = byteLimit;
        _newcomers = Math.Max(1, capacity / 10);
        _bucketCount = (int)Math.Min(MostBuckets, BitOperations.RoundUpToPowerOf2((uint)capacity));
    }

    /// <summary>How many nodes there are.</summary>
    public int Count => _newQueue.Count + _mainQueue.Count;

    /// <summary>How many bytes the nodes take, near enough.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    private long TableBytes => (long)_buckets.Length * (IntPtr.Size + sizeof(uint));

    /// <summary>Finds a response; any thread may.</summary>
    public CacheEntry? Find(ulong hash, ReadOnlySpan<byte> name, CacheQuestion question, long now)
    {
        CacheNode? node = FindNode(hash, name, question);
        if (node is null || node.Entry is not { } entry || !entry.IsFresh(now))
        {
            return null;
        }

        node.Use();
        return entry;
    }

    /// <summary>Keeps a response, in place of one to the same question.</summary>
    /// <returns>How many were given up for it; <see cref="BucketIsFull"/> where it is not kept.</returns>
    public int Set(ulong hash, ReadOnlySpan<byte> name, CacheQuestion question, CacheEntry entry)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return 0;
            }

            if (FindNode(hash, name, question) is { } known)
            {
                int growth = entry.Data.Length - known.Entry.Data.Length;
                _bytes += growth;
                _store?.Reserve(growth);
                known.Entry = entry;
                known.Use();
                return MakeRoom(0, 0, entry.StoredAt);
            }

            MakeTable();
            if (IsFull(BucketOf(_buckets, hash)))
            {
                return BucketIsFull;
            }

            // Room is made first, so that a newcomer is not given up for itself.
            CacheNode node = new(name.ToArray(), question, hash, entry);
            int evicted = MakeRoom(1, node.Size, entry.StoredAt);
            if (TryReserve(node.Size, entry.StoredAt, ref evicted))
            {
                Add(node);
            }

            return evicted;
        }
    }

    /// <summary>Evicts nodes for another shard, unless somebody is writing to this one.</summary>
    /// <param name="bytes">How many bytes are needed.</param>
    /// <param name="now">The time, in ticks of the clock.</param>
    /// <returns>How many bytes are free now.</returns>
    public long TryEvict(long bytes, long now)
    {
        // Another shard's lock is held: waiting for this one could be for ever.
        if (!_lock.TryEnter())
        {
            return 0;
        }

        try
        {
            long before = _bytes;
            while (Count > 0 && before - _bytes < bytes)
            {
                EvictOne(now);
            }

            return before - _bytes;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Evicts nodes until a part of their bytes is left.</summary>
    /// <param name="part">The part: 0 to 1.</param>
    public void Shrink(double part)
    {
        lock (_lock)
        {
            long wanted = (long)(_bytes * part);
            while (Count > 0 && _bytes > wanted)
            {
                EvictOne(now: 0);
            }
        }
    }

    /// <summary>Returns all memory and keeps nothing from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _store?.Release(_bytes + TableBytes);
                Array.Clear(_buckets);
                (_newQueue, _mainQueue, _bytes) = (default, default, 0);
            }
        }
    }

    /// <summary>Reserves memory for a node: where there is none, this shard evicts, or a larger cache if there is one.</summary>
    private bool TryReserve(int bytes, long now, ref int evicted)
    {
        while (_store is not null && !_store.TryReserve(bytes))
        {
            if (_store.TryReclaim(bytes, now))
            {
                continue;
            }

            if (Count == 0)
            {
                return false;
            }

            EvictOne(now);
            evicted++;
        }

        return true;
    }

    private int MakeRoom(int count, int bytes, long now)
    {
        int evicted = 0;
        while (Count > 0 && (Count + count > _capacity || _bytes + bytes > _byteLimit))
        {
            EvictOne(now);
            evicted++;
        }

        return evicted;
    }

    private CacheNode? FindNode(ulong hash, ReadOnlySpan<byte> name, CacheQuestion question)
    {
        CacheNode?[] buckets = Volatile.Read(ref _buckets);
        CacheNode? node = buckets.Length == 0 ? null : Volatile.Read(ref BucketOf(buckets, hash));
        while (node is not null && !node.Matches(hash, name, question))
        {
            node = node.NextInBucket;
        }

        return node;
    }

    private static ref CacheNode? BucketOf(CacheNode?[] buckets, ulong hash) => ref buckets[(int)hash & (buckets.Length - 1)];

    private static bool IsFull(CacheNode? node)
    {
        int count = 0;
        for (; node is not null && count < MostInBucket; node = node.NextInBucket)
        {
            count++;
        }

        return count == MostInBucket;
    }

    /// <summary>The table is made with the first response: a server may have thousands of caches of which few are ever asked.</summary>
    private void MakeTable()
    {
        if (_buckets.Length == 0)
        {
            _givenUp = new uint[_bucketCount];
            Volatile.Write(ref _buckets, new CacheNode[_bucketCount]);
            _store?.Reserve(TableBytes);
        }
    }

    private void Add(CacheNode node)
    {
        ref CacheNode? bucket = ref BucketOf(_buckets, node.Hash);
        node.NextInBucket = bucket;
        Volatile.Write(ref bucket, node);
        _bytes += node.Size;
        ref uint givenUp = ref GivenUpPlaceOf(node.Hash);
        if (givenUp == FingerprintOf(node.Hash))
        {
            givenUp = 0;
            _mainQueue.Add(node);
        }
        else
        {
            _newQueue.Add(node);
        }
    }

    private void EvictOne(long now)
    {
        while (true)
        {
            bool isNew = _newQueue.Count > _newcomers || _mainQueue.Count == 0;
            CacheNode node = isNew ? _newQueue.Take() : _mainQueue.Take();

            // A second use within the short queue distinguishes names that are asked often from queries that a stub resolver sent twice.
            bool stays = node.Entry.IsFresh(now) && (isNew ? node.Uses > 1 : node.Uses > 0);
            if (!stays)
            {
                Remove(node);
                if (isNew)
                {
                    GivenUpPlaceOf(node.Hash) = FingerprintOf(node.Hash);
                }

                return;
            }

            node.Uses = isNew ? (byte)0 : (byte)(node.Uses - 1);
            _mainQueue.Add(node);
        }
    }

    private void Remove(CacheNode node)
    {
        _bytes -= node.Size;
        _store?.Release(node.Size);
        ref CacheNode? bucket = ref BucketOf(_buckets, node.Hash);
        if (bucket == node)
        {
            Volatile.Write(ref bucket, node.NextInBucket);
            return;
        }

        CacheNode before = bucket!;
        while (before.NextInBucket != node)
        {
            before = before.NextInBucket!;
        }

        before.NextInBucket = node.NextInBucket;
    }

    private ref uint GivenUpPlaceOf(ulong hash) => ref _givenUp[(int)hash & (_givenUp.Length - 1)];

    private static uint FingerprintOf(ulong hash) => (uint)(hash >> 28) | 1;
}
