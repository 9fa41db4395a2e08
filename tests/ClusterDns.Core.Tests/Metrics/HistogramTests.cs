using ClusterDns.Core.Metrics;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Metrics;

public class HistogramTests
{
    private readonly MetricRegistry _registry = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1.5, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 2)]
    [InlineData(5.1, 3)]
    [InlineData(double.PositiveInfinity, 3)]
    public void AValueFallsIntoTheFirstBucketThatHoldsIt(double value, int bucket)
    {
        Histogram histogram = Create();

        histogram.Observe(value);

        Assert.Equal(Enumerable.Range(0, 4).Select(i => i == bucket ? 1L : 0L), Enumerable.Range(0, 4).Select(histogram.GetCount));
        Assert.Equal(value, histogram.Sum);
    }

    [Fact]
    public void ThreadsLoseNothing()
    {
        Histogram histogram = Create();

        Parallel.For(0, 10_000, i => histogram.Observe(i % 4 * 2));

        Assert.Equal([2500, 2500, 2500, 2500], Enumerable.Range(0, 4).Select(i => histogram.GetCount(i)).Order());
        Assert.Equal(30_000, histogram.Sum);
    }

    [Fact]
    public void ObservingAllocatesNothing()
    {
        Histogram histogram = Create();
        int observed = 0;

        Assert.Equal(0, Allocations.Count(() => histogram.Observe(++observed)));
    }

    [Fact]
    public void ANameIsOfOneKind()
    {
        _registry.Gauge("size", "Size.");

        Assert.Throws<InvalidOperationException>(() => _registry.Counter("size", "Size."));
    }

    [Fact]
    public void AGaugeIsSetAndAddedTo()
    {
        Gauge gauge = _registry.Gauge("size", "Size.");
        gauge.Value = 4;
        Parallel.For(0, 1000, _ => gauge.Add(0.5));
        gauge.Add(-4);

        Assert.Equal(500, gauge.Value);
    }

    [Fact]
    public void AMetricThatIsRemovedBeginsAnew()
    {
        GaugeFamily family = _registry.Gauges("entries", "Entries.", "file");
        family.With("a").Value = 3;

        family.Remove("a");

        Assert.Empty(family.Children);
        Assert.Equal(0, family.With("a").Value);
    }

    private Histogram Create() => _registry.Histograms("size_bytes", "Size.", [1, 2, 5]).With();
}
