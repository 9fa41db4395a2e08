using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Memory;

public sealed class MemoryLimitWatchTests
{
    private const long MiB = 1024 * 1024;

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryBudget _budget = new(MemoryTable.Rules, 170 * MiB, new MetricRegistry());
    private long _limit = 170 * MiB;
    private int _refreshes;

    [Fact]
    public void Resized_pod_changes_budget_and_heap()
    {
        using MemoryLimitWatch watch = Create(() => _refreshes++);
        _limit = 400 * MiB;

        _time.Advance(MemoryLimitWatch.Period);

        Assert.Equal(400 * MiB, _budget.Limit);
        Assert.Equal(1, _refreshes);
    }

    [Fact]
    public void Unchanged_limit_changes_nothing()
    {
        using MemoryLimitWatch watch = Create(() => _refreshes++);

        _time.Advance(MemoryLimitWatch.Period * 3);

        Assert.Equal(0, _refreshes);
    }

    [Fact]
    public void Budget_shrinks_also_where_the_heap_cannot()
    {
        using MemoryLimitWatch watch = Create(static () => throw new InvalidOperationException("committed"));
        _limit = 64 * MiB;

        _time.Advance(MemoryLimitWatch.Period);

        Assert.Equal(64 * MiB, _budget.Limit);
    }

    private MemoryLimitWatch Create(Action refresh) => new(
        () => _limit, _budget, refresh, new CallbackGuard(new MetricRegistry(), _time, NullLogger.Instance), NullLogger.Instance);
}
