using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;

namespace ClusterDns.Core.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private const long MiB = 1024 * 1024;

    private readonly MetricRegistry _metrics = new();

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(170)]
    [InlineData(1024)]
    public void Shares_add_up_to_no_more_than_the_limit_without_the_base(long mebibytes)
    {
        MemoryBudget budget = Create(mebibytes * MiB);

        Assert.True(budget.Shares.Sum(static share => share.Limit) <= (mebibytes * MiB) - MemoryTable.BaseBytes);
        Assert.All(budget.Shares, static share => Assert.True(share.Limit > 0, share.Name));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(170)]
    public void Managed_shares_fit_into_the_heap_that_the_runtime_allows(long mebibytes)
    {
        MemoryBudget budget = Create(mebibytes * MiB);
        long managed = budget.Shares.Where(static share => share.Rule.Kind == MemoryKind.Managed).Sum(static share => share.Limit);

        Assert.True(MemoryTable.BaseHeapBytes + managed <= mebibytes * MiB * MemoryTable.HeapFraction);
    }

    [Fact]
    public void Without_a_limit_every_share_but_the_cluster_has_its_cap()
    {
        MemoryBudget budget = Create(MemoryBudget.Unlimited);

        Assert.All(
            budget.Shares.Where(static share => share.Rule != MemoryTable.Cluster),
            static share => Assert.Equal(share.Rule.Cap, share.Limit));
        Assert.Equal(32 * MiB, budget[MemoryTable.StreamBuffers].Limit);
        Assert.True(budget.Shares.Where(static share => share.Rule != MemoryTable.Cluster).Sum(static share => share.Limit) < 1024 * MiB);
    }

    [Fact]
    public void Two_thousand_stream_clients_fit_in_170_MiB()
        => Assert.True(Create(170 * MiB)[MemoryTable.StreamConnections].Limit / (24 * 1024) >= 2000);

    [Fact]
    public void More_than_a_hundred_connections_to_upstreams_fit_in_170_MiB()
        => Assert.True(Create(170 * MiB)[MemoryTable.StreamUpstreams].Limit / (44 * 1024) >= 128);

    [Fact]
    public void Reservation_beyond_the_limit_is_refused_and_counted()
    {
        MemoryShare share = Create(170 * MiB)[MemoryTable.Cache];

        Assert.True(share.TryReserve(share.Limit));
        Assert.False(share.TryReserve(1));
        share.Release(1);
        Assert.True(share.TryReserve(1));

        Assert.Equal(share.Limit, share.Used);
        Assert.Equal(1, share.Refused);
    }

    [Fact]
    public void Cluster_data_is_never_refused_and_takes_from_elastic_shares()
    {
        MemoryBudget budget = Create(170 * MiB);
        MemoryShare cluster = budget[MemoryTable.Cluster];
        long cache = budget[MemoryTable.Cache].Limit;
        long http = budget[MemoryTable.Http].Limit;

        Assert.True(cluster.TryReserve(cluster.Limit + (20 * MiB)));

        Assert.True(budget[MemoryTable.Cache].Limit < cache);
        Assert.Equal(http, budget[MemoryTable.Http].Limit);
        Assert.True(
            budget.Shares.Sum(share => share == cluster ? share.Used : share.Limit) <= (170 * MiB) - MemoryTable.BaseBytes);
    }

    [Fact]
    public void Elastic_shares_keep_an_eighth_however_large_the_cluster_is()
    {
        MemoryBudget budget = Create(170 * MiB);
        long cache = budget[MemoryTable.Cache].Limit;

        budget[MemoryTable.Cluster].Reserve(1024 * MiB);

        Assert.Equal(cache / 8, budget[MemoryTable.Cache].Limit);
    }

    [Fact]
    public void Elastic_shares_grow_back_when_the_cluster_shrinks()
    {
        MemoryBudget budget = Create(170 * MiB);
        long cache = budget[MemoryTable.Cache].Limit;
        budget[MemoryTable.Cluster].Reserve(100 * MiB);

        budget[MemoryTable.Cluster].Release(100 * MiB);

        Assert.Equal(cache, budget[MemoryTable.Cache].Limit);
    }

    [Fact]
    public void Share_whose_limit_falls_below_what_it_holds_is_called_to_release()
    {
        MemoryBudget budget = Create(170 * MiB);
        MemoryShare cache = budget[MemoryTable.Cache];
        cache.TryReserve(cache.Limit);
        using IDisposable subscription = cache.OnOverLimit(() => cache.Release(cache.Used - cache.Limit));

        budget[MemoryTable.Cluster].Reserve(100 * MiB);

        Assert.Equal(cache.Limit, cache.Used);
    }

    [Fact]
    public void Reload_borrows_what_elastic_shares_do_not_use()
    {
        MemoryBudget budget = Create(170 * MiB);
        MemoryShare files = budget[MemoryTable.Files];

        Assert.True(files.TryReserve(files.Limit + (60 * MiB)));
        Assert.True(
            budget.Shares.Where(share => share != files && share.Rule != MemoryTable.Cluster).Sum(static share => share.Limit) + files.Used
            <= (170 * MiB) - MemoryTable.BaseBytes);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(170)]
    [InlineData(1024)]
    public void Reload_takes_no_more_than_the_runtime_lets_the_heap_have(long mebibytes)
    {
        MemoryBudget budget = Create(mebibytes * MiB);
        MemoryShare files = budget[MemoryTable.Files];
        while (files.TryReserve(64 * 1024))
        {
        }

        long others = budget.Shares
            .Where(share => share != files && share.Rule.Kind == MemoryKind.Managed && share.Rule != MemoryTable.Cluster)
            .Sum(static share => share.Limit);
        Assert.True(files.Used > files.Limit);
        Assert.True(
            MemoryTable.BaseHeapBytes + others + files.Used <= mebibytes * MiB * MemoryTable.HeapFraction, $"{files.Used} beside {others}");
    }

    [Fact]
    public void Cluster_that_outgrows_its_share_leaves_the_rest_of_the_heap_no_more_than_the_runtime_allows()
    {
        MemoryBudget budget = Create(170 * MiB);

        budget[MemoryTable.Cluster].Reserve(85 * MiB);

        long managed = budget.Shares
            .Where(static share => share.Rule.Kind == MemoryKind.Managed && share.Rule != MemoryTable.Cluster && share.Rule != MemoryTable.Files)
            .Sum(static share => share.Limit);
        Assert.True(MemoryTable.BaseHeapBytes + managed + (85 * MiB) <= 170 * MiB * MemoryTable.HeapFraction, $"{managed} beside the cluster");
    }

    [Fact]
    public void Reload_does_not_take_what_others_hold()
    {
        MemoryBudget budget = Create(170 * MiB);
        foreach (MemoryShare share in budget.Shares.Where(static share => share.Rule != MemoryTable.Files))
        {
            share.Reserve(share.Limit);
        }

        MemoryShare files = budget[MemoryTable.Files];

        Assert.True(files.TryReserve(files.Limit));
        Assert.False(files.TryReserve(1));
    }

    [Fact]
    public void Request_of_the_configuration_raises_a_share_above_its_cap()
    {
        MemoryBudget budget = Create(4096 * MiB);
        MemoryShare cache = budget[MemoryTable.Cache];

        using (cache.Request(200 * MiB))
        {
            Assert.Equal(200 * MiB, cache.Limit);
        }

        Assert.Equal(MemoryTable.Cache.Cap, cache.Limit);
    }

    [Fact]
    public void Request_that_does_not_fit_gets_what_is_left_and_one_warning()
    {
        RecordingLogger logger = new();
        MemoryBudget budget = new(MemoryTable.Rules, 170 * MiB, _metrics, logger);

        using IDisposable request = budget[MemoryTable.Cache].Request(200 * MiB);
        budget.SettleRequests();
        budget.SettleRequests();

        Assert.True(budget.Shares.Sum(static share => share.Limit) <= (170 * MiB) - MemoryTable.BaseBytes);
        Assert.Contains("raise the limit or request less", Assert.Single(logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_of_two_configurations_are_not_added_up_while_one_replaces_the_other()
    {
        RecordingLogger logger = new();
        MemoryBudget budget = new(MemoryTable.Rules, 1024 * MiB, _metrics, logger);
        MemoryShare cache = budget[MemoryTable.Cache];
        IDisposable old = cache.Request(200 * MiB);
        IDisposable kept = cache.Request(10 * MiB);
        budget.SettleRequests();
        budget[MemoryTable.Cluster].Reserve(100 * MiB);
        Assert.Equal(210 * MiB, cache.Limit);

        IDisposable next = cache.Request(220 * MiB);
        Assert.Equal(220 * MiB, cache.Limit);
        old.Dispose();
        budget.SettleRequests();

        Assert.Equal(230 * MiB, cache.Limit);
        Assert.Empty(logger.Lines);
        next.Dispose();
        next.Dispose();
        kept.Dispose();
        Assert.Equal(MemoryTable.Cache.Cap, cache.Limit);
    }

    [Fact]
    public void Cluster_that_outgrows_its_share_is_reported_once_and_once_when_it_fits_again()
    {
        RecordingLogger logger = new();
        MemoryBudget budget = new(MemoryTable.Rules, 170 * MiB, _metrics, logger);
        MemoryShare cluster = budget[MemoryTable.Cluster];
        cluster.Reserve(cluster.Limit + 1);
        cluster.Reserve(MiB);
        cluster.Release(MiB + 2);
        Assert.Single(logger.Lines);

        cluster.Release(cluster.Used / 2);

        Assert.Equal(2, logger.Lines.Count);
    }

    [Fact]
    public void Resized_limit_changes_every_share()
    {
        MemoryBudget budget = Create(170 * MiB);
        long before = budget[MemoryTable.Cache].Limit;

        budget.SetLimit(300 * MiB);

        Assert.True(budget[MemoryTable.Cache].Limit > before);
        Assert.Equal(300 * MiB, budget.Limit);
    }

    [Fact]
    public void Use_and_limits_are_exported()
    {
        MemoryBudget budget = Create(170 * MiB);
        budget[MemoryTable.Cache].TryReserve(1234);

        Assert.Equal(1234, _metrics.Gauges("clusterdns_memory_share_used_bytes", "", "share").With("cache").Value);
        Assert.Equal(
            budget[MemoryTable.Cache].Limit, _metrics.Gauges("clusterdns_memory_share_limit_bytes", "", "share").With("cache").Value);
        Assert.Equal(170 * MiB, _metrics.Gauge("clusterdns_memory_limit_bytes", "").Value);
    }

    private MemoryBudget Create(long limit) => new(MemoryTable.Rules, limit, _metrics);
}
