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
}
