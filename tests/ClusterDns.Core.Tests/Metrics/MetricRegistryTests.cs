using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;

namespace ClusterDns.Core.Tests.Metrics;

public sealed class MetricRegistryTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void The_same_name_and_labels_give_the_same_counter()
    {
        _registry.Counters("queries_total", "Queries.", "zone").With("a.test.").Add(2);
        _registry.Counters("queries_total", "Queries.", "zone").With("a.test.").Add();

        Assert.Equal(3, _registry.Counters("queries_total", "Queries.", "zone").With("a.test.").Value);
        Assert.Equal(0, _registry.Counters("queries_total", "Queries.", "zone").With("b.test.").Value);
    }

    [Fact]
    public void A_name_has_one_set_of_labels()
    {
        _registry.Counter("panics_total", "Panics.");

        Assert.Throws<InvalidOperationException>(() => _registry.Counters("panics_total", "Panics.", "zone"));
    }

    [Fact]
    public void A_flood_of_label_values_shares_one_counter()
    {
        CounterFamily family = _registry.Counters("queries_total", "Queries.", "zone");
        for (int i = 0; i < CounterFamily.MaxChildren + 100; i++)
        {
            family.With($"{i}.test.").Add();
        }

        Assert.InRange(family.Children.Count(), CounterFamily.MaxChildren, CounterFamily.MaxChildren + 1);
        Assert.Equal(100, family.With("other").Value);
        Assert.Equal(1, family.With("0.test.").Value);
    }

    [Fact]
    public void Families_are_listed_by_name()
    {
        _registry.Counter("b_total", "B.");
        _registry.Counter("a_total", "A.");

        Assert.Equal("a_total b_total", string.Join(" ", _registry.Families.Select(static family => family.Name)));
    }

    [Fact]
    public void Series_beyond_the_share_of_memory_are_merged_and_counted()
    {
        MetricRegistry registry = new();
        MemoryShare share = new MemoryBudget(MemoryTable.Rules, 64 * 1024 * 1024, new MetricRegistry())[MemoryTable.Metrics];
        CounterFamily before = registry.Counters("before_total", "Help.", "zone");
        before.With("a").Add();
        registry.LimitTo(share);
        Assert.True(share.Used > 0);

        List<CounterFamily> families = [.. Enumerable.Range(0, 10).Select(i => registry.Counters($"family{i}_total", "Help.", "zone"))];
        for (int i = 0; i < 2000; i++)
        {
            families.ForEach(family => family.With($"zone{i}").Add());
        }

        // A family has one series for all that have no room.
        Assert.True(share.Used <= share.Limit + (10 * 2048), $"{share.Used} of {share.Limit}");
        Assert.All(families, static family => Assert.Equal(2000, family.Children.Sum(static counter => counter.Value)));
        Assert.Contains(families[0].Children, static counter => counter.LabelValues[0] is "other");
        Assert.Same(families[0].With("zone0"), families[0].With("zone0"));
        Assert.True(registry.Counters("clusterdns_metric_series_merged_total", "Help.").With().Value > 0);
        Assert.Equal(0, registry.Gauge("always", "Help.").Value);
    }

    [Fact]
    public void Series_that_is_removed_makes_room()
    {
        MetricRegistry registry = new();
        MemoryShare share = new MemoryBudget(MemoryTable.Rules, 64 * 1024 * 1024, new MetricRegistry())[MemoryTable.Metrics];
        registry.LimitTo(share);
        HistogramFamily family = registry.Histograms("time_seconds", "Help.", [1, 2, 3], "zone");
        long before = share.Used;

        for (int i = 0; i < 10_000; i++)
        {
            family.With($"zone{i}").Observe(1);
            family.Remove($"zone{i}");
            family.Remove($"zone{i}");
        }

        Assert.Equal(before, share.Used);
        Assert.Equal(0, share.Refused);
    }
}
