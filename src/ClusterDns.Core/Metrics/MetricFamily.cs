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

    /// <summary>The objects of a metric, and its place in the dictionary.</summary>
    private const int OverheadBytes = 256;

    private readonly ConcurrentDictionary<string, T> _children = new(StringComparer.Ordinal);
    private readonly SeriesMemory _memory;

    private protected MetricFamily(string name, string help, ImmutableArray<string> labelNames, SeriesMemory memory)
        : base(name, help, labelNames)
        => _memory = memory;

    /// <summary>The metrics, in no order.</summary>
    public IEnumerable<T> Children => _children.Values;

    /// <inheritdoc/>
    public override IEnumerable<Metric> Metrics => _children.Values;

    /// <summary>The metric of some label values; made on first use. Callers on a hot path keep it.</summary>
    /// <param name="labelValues">As many as there are label keys.</param>
    public T With(params string[] labelValues)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labelValues.Length, LabelNames.Length, nameof(labelValues));
        string key = string.Join(Separator, labelValues);
        if (_children.TryGetValue(key, out T? found))
        {
            return found;
        }

        // A metric without labels has to exist, and so has the one that stands for all that have no room.
        int bytes = BytesOf(key);
        bool fits = LabelNames.Length > 0 && _children.Count < MaxChildren && _memory.TryReserve(bytes);
        if (!fits && LabelNames.Length > 0)
        {
            _memory.CountMerged();
            labelValues = [.. LabelNames.Select(static _ => "other")];
            key = string.Join(Separator, labelValues);
            if (_children.TryGetValue(key, out found))
            {
                return found;
            }

            bytes = BytesOf(key);
        }

        if (!fits)
        {
            _memory.Reserve(bytes);
        }

        T created = Create([.. labelValues]);
        T kept = _children.GetOrAdd(key, created);
        if (!ReferenceEquals(kept, created))
        {
            _memory.Reserve(-bytes);
        }

        return kept;
    }

    /// <summary>Forgets the metric of some label values, when what it measured is gone.</summary>
    /// <param name="labelValues">As many as there are label keys.</param>
    public void Remove(params string[] labelValues)
    {
        string key = string.Join(Separator, labelValues);
        if (_children.TryRemove(key, out _))
        {
            _memory.Reserve(-BytesOf(key));
        }
    }

    /// <summary>What a metric's numbers take, in bytes.</summary>
    private protected abstract int NumberBytes { get; }

    private int BytesOf(string key) => OverheadBytes + (4 * key.Length) + NumberBytes;

    private protected abstract T Create(ImmutableArray<string> labelValues);
}

/// <summary>The counters of one name.</summary>
public sealed class CounterFamily : MetricFamily<Counter>
{
    internal CounterFamily(string name, string help, ImmutableArray<string> labelNames, SeriesMemory memory)
        : base(name, help, labelNames, memory)
    {
    }

    private protected override int NumberBytes => (MetricCells.Stripes + 1) * MetricCells.LineLength * sizeof(long);

    private protected override Counter Create(ImmutableArray<string> labelValues) => new(labelValues);
}

/// <summary>The gauges of one name.</summary>
public sealed class GaugeFamily : MetricFamily<Gauge>
{
    internal GaugeFamily(string name, string help, ImmutableArray<string> labelNames, SeriesMemory memory)
        : base(name, help, labelNames, memory)
    {
    }

    private protected override int NumberBytes => sizeof(double);

    /// <summary>Whether the values only grow, and are shown as those of counters.</summary>
    public bool IsCounter { get; internal init; }

    private protected override Gauge Create(ImmutableArray<string> labelValues) => new(labelValues);
}

/// <summary>The histograms of one name, which share their buckets.</summary>
public sealed class HistogramFamily : MetricFamily<Histogram>
{
    private readonly double[] _bounds;

    internal HistogramFamily(string name, string help, double[] bounds, ImmutableArray<string> labelNames, SeriesMemory memory)
        : base(name, help, labelNames, memory)
        => _bounds = bounds;

    private protected override int NumberBytes => Histogram.BytesFor(_bounds.Length);

    private protected override Histogram Create(ImmutableArray<string> labelValues) => new(labelValues, _bounds);
}
