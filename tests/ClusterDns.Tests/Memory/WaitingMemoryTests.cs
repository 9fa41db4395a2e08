using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Listeners;
using ClusterDns.Memory;

namespace ClusterDns.Tests.Memory;

public sealed class WaitingMemoryTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public void Bound_follows_its_share_up_to_the_default()
    {
        MetricRegistry metrics = new();
        MemoryBudget budget = new(MemoryTable.Rules, 170 * MiB, metrics);
        WaitBound bound = new(WaitBound.DefaultLimit, metrics);
        WaitingMemory waiting = new(budget[MemoryTable.WaitingQueries], bound);

        waiting.Follow();
        int small = bound.Limit;
        budget.SetLimit(4096 * MiB);
        waiting.Follow();

        Assert.True(WaitBound.GetMemory(small) <= new MemoryBudget(MemoryTable.Rules, 170 * MiB, new MetricRegistry())[MemoryTable.WaitingQueries].Limit);
        Assert.InRange(small, 500, 2000);
        Assert.InRange(bound.Limit, 3000, WaitBound.DefaultLimit);
    }
}
