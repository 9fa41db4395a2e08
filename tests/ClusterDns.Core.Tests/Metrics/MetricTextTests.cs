using System.Buffers;
using System.Text;
using ClusterDns.Core.Metrics;

namespace ClusterDns.Core.Tests.Metrics;

public class MetricTextTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void CountersGaugesAndHistogramsAreWrittenByName()
    {
        _registry.Counters("b_total", "Bs.", "zone").With("x.").Add(3);
        _registry.Counters("b_total", "Bs.", "zone").With("a.").Add();
        _registry.Gauge("a_bytes", "As.").Value = 0.5;
        Histogram histogram = _registry.Histograms("c_seconds", "Cs.", [0.25, 1], "zone").With("x.");
        histogram.Observe(0.25);
        histogram.Observe(0.5);
        histogram.Observe(4);

        Assert.Equal(
            """
            # HELP a_bytes As.
            # TYPE a_bytes gauge
            a_bytes 0.5
            # HELP b_total Bs.
            # TYPE b_total counter
            b_total{zone="a."} 1
            b_total{zone="x."} 3
            # HELP c_seconds Cs.
            # TYPE c_seconds histogram
            c_seconds_bucket{zone="x.",le="0.25"} 1
            c_seconds_bucket{zone="x.",le="1"} 2
            c_seconds_bucket{zone="x.",le="+Inf"} 3
            c_seconds_sum{zone="x."} 4.75
            c_seconds_count{zone="x."} 3

            """,
            Write(openMetrics: false));
    }

    [Fact]
    public void OpenMetricsNamesCountersWithoutTheirSuffixAndHasAnEnd()
    {
        _registry.Counter("b_total", "Bs.").Add();
        _registry.CounterReadElsewhere("c_total", "Cs.").Value = 2;

        Assert.Equal(
            "# HELP b Bs.\n# TYPE b counter\nb_total 1\n# HELP c Cs.\n# TYPE c counter\nc_total 2\n# EOF\n", Write(openMetrics: true));
    }

    [Fact]
    public void LabelValuesAreEscaped()
    {
        _registry.Gauges("a", "A \\ b\nc.", "name").With("q\"\\\n").Value = double.PositiveInfinity;

        Assert.Equal("# HELP a A \\\\ b\\nc.\n# TYPE a gauge\na{name=\"q\\\"\\\\\\n\"} +Inf\n", Write(openMetrics: false));
    }

    [Fact]
    public void AFamilyWithoutMetricsIsLeftOut()
    {
        _registry.Counters("b_total", "Bs.", "zone");

        Assert.Equal("", Write(openMetrics: false));
    }

    private string Write(bool openMetrics)
    {
        ArrayBufferWriter<byte> output = new();
        MetricText.Write(_registry.Families, openMetrics, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
