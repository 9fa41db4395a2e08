namespace ClusterDns.Plugins.Cache.Store;

/// <summary>Responses by question, bounded in number and in bytes. Finding takes no lock and allocates nothing.</summary>
internal sealed class CacheTable
{
    private const int ShardCount = 16;
    private const int ShardShift = 60;

    /// <summary>CoreDNS spreads a capacity over 256 shards of 4 at least; the same capacity means the same here.</summary>
    private const int CapacityStep = 256;

    private const int LeastStep = 4;
    private const int BytesPerResponse = 1024;

    private readonly CacheShard[] _shards;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">The most responses; rounded down to a multiple of 256, and up to 1024.</param>
    /// <param name="store">Where bytes are reserved; null for nowhere.</param>
    public CacheTable(int capacity, CacheStore? store = null)
    {
        Capacity = Math.Max(capacity / CapacityStep, LeastStep) * CapacityStep;
        int ofShard = Capacity / ShardCount;
        _shards = new CacheShard[ShardCount];
        for (int i = 0; i < ShardCount; i++)
        {
            _shards[i] = new CacheShard(ofShard, (long)ofShard * BytesPerResponse, store);
        }
    }

    /// <summary>The most responses.</summary>
    public int Capacity { get; }

    /// <summary>The most bytes that they take together.</summary>
    public long ByteLimit => (long)Capacity * BytesPerResponse;

    /// <summary>How many responses there are, the expired ones included.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (CacheShard shard in _shards)
            {
                count += shard.Count;
            }

            return count;
        }
    }

    /// <summary>How many bytes they take, near enough.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (CacheShard shard in _shards)
            {
                bytes += shard.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Finds a response that has not expired.</summary>
    /// <param name="hash">What <see cref="CacheQuestion.Hash"/> gives.</param>
    /// <param name="name">The name that is asked, in wire form and lower case.</param>
    /// <param name="question">The rest of the question.</param>
    /// <param name="now">The time, in ticks of the clock that the entries carry.</param>
    public CacheEntry? Find(ulong hash, ReadOnlySpan<byte> name, CacheQuestion question, long now)
        => _shards[hash >> ShardShift].Find(hash, name, question, now);

    /// <summary>Keeps a response, in place of one to the same question.</summary>
    /// <param name="hash">What <see cref="CacheQuestion.Hash"/> gives.</param>
    /// <param name="name">The name that was asked, in wire form and lower case.</param>
    /// <param name="question">The rest of the question.</param>
    /// <param name="entry">The response.</param>
    /// <returns>How many were given up for it; <see cref="CacheShard.BucketIsFull"/> where it is not kept.</returns>
    public int Set(ulong hash, ReadOnlySpan<byte> name, CacheQuestion question, CacheEntry entry)
        => _shards[hash >> ShardShift].Set(hash, name, question, entry);

    /// <summary>Evicts responses until some bytes are free, of the shards that nobody is writing to.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="now">The time, in ticks of the clock.</param>
    /// <returns>Whether something was evicted.</returns>
    public bool TryEvict(long bytes, long now)
    {
        long freed = 0;
        foreach (CacheShard shard in _shards)
        {
            freed += freed < bytes ? shard.TryEvict(bytes - freed, now) : 0;
        }

        return freed > 0;
    }

    /// <summary>Evicts responses until a part of the bytes is left.</summary>
    /// <param name="part">The part: 0 to 1.</param>
    public void Shrink(double part) => Array.ForEach(_shards, shard => shard.Shrink(part));

    /// <summary>Returns all memory and keeps nothing from now on.</summary>
    public void Close() => Array.ForEach(_shards, static shard => shard.Close());
}
