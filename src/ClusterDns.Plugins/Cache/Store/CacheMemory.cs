using ClusterDns.Core.Memory;

namespace ClusterDns.Plugins.Cache.Store;

/// <summary>
/// The memory that all caches of the process share. A cache that finds it exhausted evicts entries of its own; one that holds less than its
/// part of it has the largest cache evict instead.
/// </summary>
/// <param name="share">The share of the memory budget.</param>
internal sealed class CacheMemory(MemoryShare share)
{
    private readonly Lock _lock = new();
    private readonly List<CacheStore> _stores = [];
    private IDisposable? _subscription;

    /// <summary>How many bytes the caches may take.</summary>
    public long Limit => share.Limit;

    /// <summary>Takes in a cache.</summary>
    public void Add(CacheStore store)
    {
        lock (_lock)
        {
            _stores.Add(store);
            _subscription ??= share.OnOverLimit(Shrink);
        }
    }

    /// <summary>Forgets a cache.</summary>
    public void Remove(CacheStore store)
    {
        IDisposable? ended = null;
        lock (_lock)
        {
            _stores.Remove(store);
            if (_stores.Count == 0)
            {
                (ended, _subscription) = (_subscription, null);
            }
        }

        ended?.Dispose();
    }

    /// <summary>Asks for more than the default capacity, until the result is disposed of.</summary>
    public IDisposable Request(long bytes) => share.Request(bytes);

    /// <summary>Reserves bytes for an entry.</summary>
    public bool TryReserve(long bytes) => share.TryReserve(bytes);

    /// <summary>Reserves bytes for what a cache cannot do without.</summary>
    public void Reserve(long bytes) => share.Reserve(bytes);

    /// <summary>Returns bytes that were reserved.</summary>
    public void Release(long bytes) => share.Release(bytes);

    /// <summary>Has the largest cache evict for another one that holds less than its part.</summary>
    /// <param name="asking">The other one.</param>
    /// <param name="bytes">How many bytes are needed.</param>
    /// <param name="now">The time, in ticks of the clock.</param>
    /// <returns>Whether something was evicted.</returns>
    public bool TryReclaim(CacheStore asking, long bytes, long now)
    {
        CacheStore? largest;
        lock (_lock)
        {
            largest = _stores.Count > 1 && asking.Bytes < share.Limit / _stores.Count ? _stores.MaxBy(static store => store.Bytes) : null;
        }

        return largest is not null && largest != asking && largest.TryEvict(bytes, now);
    }

    /// <summary>Evicts from every cache in proportion, when the share has become smaller.</summary>
    private void Shrink()
    {
        CacheStore[] stores;
        lock (_lock)
        {
            stores = [.. _stores];
        }

        double part = Math.Min(1, (double)share.Limit / Math.Max(1, share.Used));
        foreach (CacheStore store in stores)
        {
            store.Shrink(part);
        }
    }
}
