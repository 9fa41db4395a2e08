namespace ClusterDns.Plugins.Cache.Store;

/// <summary>
/// What a cache holds, apart from the link that asks it: a new configuration whose <see cref="CacheStoreKey"/> is equal takes it
/// over and starts warm.
/// </summary>
public sealed class CacheStore
{
    /// <summary>An empty store.</summary>
    /// <param name="key">What it is for.</param>
    public CacheStore(CacheStoreKey key)
    {
        Key = key;
        Success = new CacheTable(key.SuccessCapacity);
        Denial = new CacheTable(key.DenialCapacity);
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
