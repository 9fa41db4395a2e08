using System.Collections.Concurrent;
using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Metrics;

/// <summary>Every metric of the process, by name and label values.</summary>
public sealed class MetricRegistry
{
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly SeriesMemory _series = new();

    /// <summary>The families, by name.</summary>
    public IEnumerable<MetricFamily> Families => _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal);

    /// <summary>Bounds the series of all families together. Those for which there is no room are merged into one of each family.</summary>
    /// <param name="share">Where series are reserved, those that exist too.</param>
    public void LimitTo(MemoryShare share)
        => _series.LimitTo(share, Counter(
            "clusterdns_metric_series_merged_total",
            "Counter of attempts to add a metric series that was merged into the series labelled 'other', because the family or the memory share is full."));

    /// <summary>The counter family of a name; made on first use.</summary>
    /// <param name="name">The name, in Prometheus' form, ending in <c>_total</c>.</param>
    /// <param name="help">What is counted.</param>
    /// <param name="labelNames">The label keys; empty for a single counter.</param>
    /// <exception cref="InvalidOperationException">The name is taken by another kind of family, or one with other labels: a bug.</exception>
    public CounterFamily Counters(string name, string help, params string[] labelNames)
        => GetOrAdd(name, labelNames, () => new CounterFamily(name, help, [.. labelNames], _series));

    /// <summary>The gauge family of a name; made on first use.</summary>
    /// <param name="name">The name, in Prometheus' form.</param>
    /// <param name="help">What is measured.</param>
    /// <param name="labelNames">The label keys; empty for a single gauge.</param>
    /// <exception cref="InvalidOperationException">The name is taken by another kind of family, or one with other labels: a bug.</exception>
    public GaugeFamily Gauges(string name, string help, params string[] labelNames)
        => GetOrAdd(name, labelNames, () => new GaugeFamily(name, help, [.. labelNames], _series));

    /// <summary>The histogram family of a name; made on first use.</summary>
    /// <param name="name">The name, in Prometheus' form.</param>
    /// <param name="help">What is measured.</param>
    /// <param name="bounds">The upper bounds of the buckets, rising, without the infinite one.</param>
    /// <param name="labelNames">The label keys; empty for a single histogram.</param>
    /// <exception cref="InvalidOperationException">The name is taken by another kind of family, or one with other labels: a bug.</exception>
    public HistogramFamily Histograms(string name, string help, double[] bounds, params string[] labelNames)
        => GetOrAdd(name, labelNames, () => new HistogramFamily(name, help, [.. bounds], [.. labelNames], _series));

    /// <summary>A counter without labels whose value is read elsewhere, as a whole: set it as a gauge, it is shown as a counter.</summary>
    /// <param name="name">The name, in Prometheus' form, ending in <c>_total</c>.</param>
    /// <param name="help">What is counted.</param>
    public Gauge CounterReadElsewhere(string name, string help)
        => GetOrAdd(name, [], () => new GaugeFamily(name, help, [], _series) { IsCounter = true }).With();

    /// <summary>A counter without labels.</summary>
    /// <param name="name">The name, in Prometheus' form, ending in <c>_total</c>.</param>
    /// <param name="help">What is counted.</param>
    public Counter Counter(string name, string help) => Counters(name, help).With();

    /// <summary>A gauge without labels.</summary>
    /// <param name="name">The name, in Prometheus' form.</param>
    /// <param name="help">What is measured.</param>
    public Gauge Gauge(string name, string help) => Gauges(name, help).With();

    private T GetOrAdd<T>(string name, string[] labelNames, Func<T> create)
        where T : MetricFamily
        => _families.GetOrAdd(name, static (_, make) => make(), create) is T family &&
            family.LabelNames.SequenceEqual(labelNames, StringComparer.Ordinal)
                ? family
                : throw new InvalidOperationException($"metric {name} exists as another kind or with other labels");
}
