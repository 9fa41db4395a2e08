using System.Buffers.Binary;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cache.Store;

namespace ClusterDns.Plugins.Tests.Cache;

/// <summary>Caches within the memory budget.</summary>
public sealed class CacheMemoryTests
{
    private const int MiB = 1024 * 1024;

    private static readonly CacheQuestion Question = new(1, 1, dnssecOk: false, checkingDisabled: false);

    private readonly MemoryBudget _budget = new(MemoryTable.Rules, MemoryTable.BaseBytes + (40 * MiB), new MetricRegistry());
    private readonly CacheMemory _memory;

    public CacheMemoryTests() => _memory = new CacheMemory(_budget[MemoryTable.Cache]);

    private MemoryShare Share => _budget[MemoryTable.Cache];

    [Fact]
    public void Entries_take_no_more_bytes_than_the_share()
    {
        using CacheStore store = Create("a");
        for (int i = 0; i < 10_000; i++)
        {
            Set(store, i, 1000);
            Assert.InRange(Share.Used, 1, Share.Limit);
        }

        Assert.True(Share.Used > Share.Limit / 2);
        Assert.True(store.Success.Count is > 500 and < 9_984);
    }

    [Fact]
    public void Store_that_ends_returns_everything_and_keeps_nothing_more()
    {
        CacheStore store = Create("a");
        Set(store, 1, 1000);

        store.Dispose();
        Set(store, 2, 1000);

        Assert.Equal(0, Share.Used);
        Assert.Equal(0, store.Success.Count);
    }

    [Fact]
    public void Cache_that_holds_little_gets_room_from_the_one_that_holds_most()
    {
        using CacheStore large = Create("large");
        for (int i = 0; i < 10_000; i++)
        {
            Set(large, i, 1000);
        }

        using CacheStore small = Create("small");
        for (int i = 0; i < 200; i++)
        {
            Set(small, i, 1000);
        }

        Assert.True(small.Success.Count > 150, $"{small.Success.Count}");
        Assert.True(Share.Used <= Share.Limit + small.Bytes);
    }

    [Fact]
    public void Caches_shrink_when_the_cluster_grows_and_may_grow_again()
    {
        using CacheStore store = Create("a");
        for (int i = 0; i < 10_000; i++)
        {
            Set(store, i, 1000);
        }

        long full = store.Bytes;
        _budget[MemoryTable.Cluster].Reserve(200 * MiB);
        Assert.True(store.Bytes < full / 2);

        _budget[MemoryTable.Cluster].Release(200 * MiB);
        for (int i = 0; i < 10_000; i++)
        {
            Set(store, i, 1000);
        }

        Assert.True(store.Bytes > full / 2);
    }

    [Fact]
    public void Explicit_capacity_raises_the_share()
    {
        MemoryBudget budget = new(MemoryTable.Rules, 4096L * MiB, new MetricRegistry());
        using (new CacheStore(new CacheStoreKey("a", "", 200_000, 9_984), new CacheMemory(budget[MemoryTable.Cache])))
        {
            Assert.True(budget[MemoryTable.Cache].Limit > 90 * MiB);
        }

        Assert.Equal(MemoryTable.Cache.Cap, budget[MemoryTable.Cache].Limit);
    }

    private CacheStore Create(string block) => new(new CacheStoreKey(block, "", 9_984, 9_984), _memory);

    private static void Set(CacheStore store, int number, int size)
    {
        byte[] name = [4, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(name.AsSpan(1), number);
        store.Success.Set(Question.Hash(DomainName.GetHashCode64(name)), name, Question, new CacheEntry
        {
            Data = new byte[size],
            AnswerCount = 0,
            AuthorityCount = 0,
            AdditionalCount = 0,
            Code = ResponseCode.NoError,
            RecursionAvailable = false,
            AuthenticData = false,
            TimeToLive = 1,
            StoredAt = 0,
            ExpiresAt = 1,
        });
    }
}
