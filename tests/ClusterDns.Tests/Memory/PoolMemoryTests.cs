using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Tcp;
using ClusterDns.Server.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Memory;

/// <summary>What lies ready for use fits into the shares that are set aside for it.</summary>
public sealed class PoolMemoryTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(64 * MiB)]
    [InlineData(128 * MiB)]
    [InlineData(170 * MiB)]
    [InlineData(1024 * MiB)]
    [InlineData(MemoryBudget.Unlimited)]
    public void Largest_sizes_of_pools_and_log_fit_into_their_shares(long limit)
    {
        MemoryBudget budget = Create(limit);
        long first = 2L * QueryPool<TcpQuery>.Step * PoolSizes.QueryBytes;

        Assert.InRange(PoolSizes.Within(budget[MemoryTable.Pools].Limit).Bytes + first, 1, budget[MemoryTable.Pools].Limit);
        Assert.InRange(2L * LogQueue.CapacityWithin(budget[MemoryTable.Log].Limit), 1, budget[MemoryTable.Log].Limit);
    }

    [Fact]
    public void Pools_are_as_large_as_without_a_limit_where_memory_allows_it()
        => Assert.Equal(PoolSizes.Largest, PoolSizes.Within(Create(1024 * MiB)[MemoryTable.Pools].Limit));

    [Theory]
    [InlineData(64)]
    [InlineData(170)]
    public void Queries_lie_idle_within_the_share_of_pools(long mebibytes)
    {
        MemoryShare share = Create(mebibytes * MiB)[MemoryTable.Pools];
        share.Reserve(PoolSizes.Within(share.Limit).Bytes);
        using QueryPool<TcpQuery> one = Pool(share);
        using QueryPool<TcpQuery> other = Pool(share);

        UseAtOnce(one, QueryPool<TcpQuery>.MaxIdle);
        UseAtOnce(other, QueryPool<TcpQuery>.MaxIdle);

        Assert.True(share.Refused > 0);
        Assert.True(share.Used <= share.Limit + (QueryPool<TcpQuery>.Step * PoolSizes.QueryBytes), $"{share.Used} of {share.Limit}");
    }

    [Fact]
    public void Pool_that_closes_releases_its_places_and_keeps_nothing_that_comes_later()
    {
        MemoryShare share = Create(MemoryBudget.Unlimited)[MemoryTable.Pools];
        QueryPool<TcpQuery> pool = Pool(share);
        TcpQuery late = pool.Rent();
        UseAtOnce(pool, 40);
        Assert.Equal(48 * PoolSizes.QueryBytes, share.Used);

        pool.Dispose();
        pool.Return(late);

        Assert.Equal(0, share.Used);
        Assert.NotSame(late, pool.Rent());
    }

    [Fact]
    public void Query_that_came_back_is_used_again()
    {
        using QueryPool<TcpQuery> pool = Pool(Create(64 * MiB)[MemoryTable.Pools]);
        TcpQuery query = pool.Rent();
        pool.Return(query);

        Assert.Same(query, pool.Rent());
        Assert.Equal(1, pool.Lent);
    }

    private static MemoryBudget Create(long limit) => new(MemoryTable.Rules, limit, new MetricRegistry());

    private static QueryPool<TcpQuery> Pool(MemoryShare share)
    {
        MetricRegistry metrics = new();
        ListenerServices services = new(new WaitBound(1, metrics), metrics, NullLoggerFactory.Instance, TimeProvider.System);
        ListenerCore core = new(services, NullLogger.Instance);
        return new QueryPool<TcpQuery>(pool => new TcpQuery(core, pool), share);
    }

    private static void UseAtOnce(QueryPool<TcpQuery> pool, int count)
    {
        TcpQuery[] queries = [.. Enumerable.Range(0, count).Select(_ => pool.Rent())];
        Array.ForEach(queries, pool.Return);
    }
}
