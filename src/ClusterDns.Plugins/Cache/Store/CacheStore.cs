namespace ClusterDns.Plugins.Cache.Store;

/// <summary>
/// What a cache holds, apart from the link that asks it: a new configuration whose <see cref="CacheStoreKey"/> is equal takes it
/// over and starts warm.
/// </summary>
public sealed class CacheStore : IDisposable
{
    /// <summary>What an entry is reckoned to take where the configuration asks for more than <see cref="DefaultCapacity"/>.</summary>
    private const long BytesPerEntry = 512;

    /// <summary>The capacity of each table unless the configuration says otherwise.</summary>
    internal const int DefaultCapacity = 9984;

    private readonly CacheMemory? _memory;
    private readonly IDisposable? _request;

    /// <summary>An empty store that no memory budget bounds.</summary>
    /// <param name="key">What it is for.</param>
    public CacheStore(CacheStoreKey key)
        : this(key, memory: null)
    {
    }

    /// <summary>An empty store.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="memory">What bounds all stores together; null for nothing.</param>
    internal CacheStore(CacheStoreKey key, CacheMemory? memory)
    {
        Key = key;
        _memory = memory;
        long explicitEntries = Math.Max(0, key.SuccessCapacity - DefaultCapacity) + (long)Math.Max(0, key.DenialCapacity - DefaultCapacity);
        _request = explicitEntries > 0 ? memory?.Request((explicitEntries + (2 * DefaultCapacity)) * BytesPerEntry) : null;
        Success = new CacheTable(key.SuccessCapacity, this);
        Denial = new CacheTable(key.DenialCapacity, this);
        memory?.Add(this);
    }

    /// <summary>How many bytes the store takes, near enough.</summary>
    internal long Bytes => Success.Bytes + Denial.Bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory?.Remove(this);
        Success.Close();
        Denial.Close();
        _request?.Dispose();
    }

    /// <summary>Reserves bytes for an entry; false when there are none.</summary>
    internal bool TryReserve(long bytes) => _memory is null || _memory.TryReserve(bytes);

    /// <summary>Reserves bytes for what the store cannot do without.</summary>
    internal void Reserve(long bytes) => _memory?.Reserve(bytes);

    /// <summary>Returns bytes that were reserved.</summary>
    internal void Release(long bytes) => _memory?.Release(bytes);

    /// <summary>Has a larger store evict.</summary>
    internal bool TryReclaim(long bytes, long now) => _memory is not null && _memory.TryReclaim(this, bytes, now);

    /// <summary>Evicts entries until some bytes are free.</summary>
    internal bool TryEvict(long bytes, long now) => (Success.Bytes >= Denial.Bytes ? Success : Denial).TryEvict(bytes, now);

    /// <summary>Evicts entries until a part of the bytes is left.</summary>
    internal void Shrink(double part)
    {
        Success.Shrink(part);
        Denial.Shrink(part);
    }

    /// <summary>What the store is for.</summary>
    public CacheStoreKey Key { get; }

    /// <summary>Answers and delegations.</summary>
    internal CacheTable Success { get; }

    /// <summary>NXDOMAIN, NODATA and SERVFAIL.</summary>
    internal CacheTable Denial { get; }
}

/// <summary>What two configurations must have in common for one to take over the other's <see cref="CacheStore"/>.</summary>
/// <param name="Block">The text of the server block: another chain might have made other responses.</param>
/// <param name="Options">The options as text, in one fixed form.</param>
/// <param name="SuccessCapacity">The most answers.</param>
/// <param name="DenialCapacity">The most denials.</param>
public sealed record CacheStoreKey(string Block, string Options, int SuccessCapacity, int DenialCapacity);
