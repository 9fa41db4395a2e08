using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>One metric: what is measured for one combination of label values.</summary>
public abstract class Metric
{
    private protected Metric(ImmutableArray<string> labelValues) => LabelValues = labelValues;

    /// <summary>The label values, in the order of the family's keys.</summary>
    public ImmutableArray<string> LabelValues { get; }
}

/// <summary>The metrics of one name.</summary>
public abstract class MetricFamily
{
    /// <summary>How many combinations of label values a family holds; further ones share a metric whose values are all <c>other</c>.</summary>
    public const int MaxChildren = 4096;

    private protected MetricFamily(string name, string help, ImmutableArray<string> labelNames)
    {
        Name = name;
        Help = help;
        LabelNames = labelNames;
    }

    /// <summary>The name, in Prometheus' form.</summary>
    public string Name { get; }

    /// <summary>What is measured.</summary>
    public string Help { get; }

    /// <summary>The label keys.</summary>
    public ImmutableArray<string> LabelNames { get; }

    /// <summary>The metrics, in no order.</summary>
    public abstract IEnumerable<Metric> Metrics { get; }
}

/// <summary>The metrics of one name, one for each combination of label values, at most <see cref="MetricFamily.MaxChildren"/>.</summary>
/// <typeparam name="T">What they are.</typeparam>
public abstract class MetricFamily<T> : MetricFamily
    where T : Metric
{
    private const char Separator = '\u001f';

    private readonly ConcurrentDictionary<string, T> _children = new(StringComparer.Ordinal);

    private protected MetricFamily(string name, string help, ImmutableArray<string> labelNames)
        : base(name, help, labelNames)
    {
    }

    /// <summary>The metrics, in no order.</summary>
    public IEnumerable<T> Children => _children.Values;

    /// <inheritdoc/>
    public override IEnumerable<Metric> Metrics => _children.Values;

    /// <summary>The metric of some label values; made on first use. Callers on a hot path keep it.</summary>
    /// <param name="labelValues">As many as there are label keys.</param>
    public T With(params string[] labelValues)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labelValues.Length, LabelNames.Length, nameof(labelValues));
        if (_children.Count >= MaxChildren && !_children.ContainsKey(string.Join(Separator, labelValues)))
        {
            labelValues = [.. LabelNames.Select(static _ => "other")];
        }

        return _children.GetOrAdd(
            string.Join(Separator, labelValues), static (_, state) => state.family.Create([.. state.labelValues]), (family: this, labelValues));
    }

    /// <summary>Forgets the metric of some label values, when what it measured is gone.</summary>
    /// <param name="labelValues">As many as there are label keys.</param>
    public void Remove(params string[] labelValues) => _children.TryRemove(string.Join(Separator, labelValues), out _);

    private protected abstract T Create(ImmutableArray<string> labelValues);
}

/// <summary>The counters of one name.</summary>
public sealed class CounterFamily : MetricFamily<Counter>
{
    internal CounterFamily(string name, string help, ImmutableArray<string> labelNames)
        : base(name, help, labelNames)
    {
    }

    private protected override Counter Create(ImmutableArray<string> labelValues) => new(labelValues);
}

/// <summary>The gauges of one name.</summary>
public sealed class GaugeFamily : MetricFamily<Gauge>
{
    internal GaugeFamily(string name, string help, ImmutableArray<string> labelNames)
        : base(name, help, labelNames)
    {
    }

    /// <summary>Whether the values only grow, and are shown as those of counters.</summary>
    public bool IsCounter { get; internal init; }

    private protected override Gauge Create(ImmutableArray<string> labelValues) => new(labelValues);
}

/// <summary>The histograms of one name, which share their buckets.</summary>
public sealed class HistogramFamily : MetricFamily<Histogram>
{
    private readonly double[] _bounds;

    internal HistogramFamily(string name, string help, double[] bounds, ImmutableArray<string> labelNames)
        : base(name, help, labelNames)
        => _bounds = bounds;

    private protected override Histogram Create(ImmutableArray<string> labelValues) => new(labelValues, _bounds);
}
