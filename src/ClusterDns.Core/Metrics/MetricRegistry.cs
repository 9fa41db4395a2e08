using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>Every metric of the process, by name and label values.</summary>
public sealed class MetricRegistry
{
    private readonly ConcurrentDictionary<string, CounterFamily> _families = new(StringComparer.Ordinal);

    /// <summary>The families, by name.</summary>
    public IEnumerable<CounterFamily> Families => _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal);

    /// <summary>The counter family of a name; made on first use.</summary>
    /// <param name="name">The name, in Prometheus' form, ending in <c>_total</c>.</param>
    /// <param name="help">What is counted.</param>
    /// <param name="labelNames">The label keys; empty for a single counter.</param>
    /// <exception cref="InvalidOperationException">The name is taken by a family with other labels: a bug.</exception>
    public CounterFamily Counters(string name, string help, params string[] labelNames)
    {
        CounterFamily family = _families.GetOrAdd(
            name, static (key, state) => new CounterFamily(key, state.help, [.. state.labelNames]), (help, labelNames));
        return family.LabelNames.SequenceEqual(labelNames, StringComparer.Ordinal)
            ? family
            : throw new InvalidOperationException($"metric {name} exists with other labels");
    }

    /// <summary>A counter without labels.</summary>
    /// <param name="name">The name, in Prometheus' form, ending in <c>_total</c>.</param>
    /// <param name="help">What is counted.</param>
    public Counter Counter(string name, string help) => Counters(name, help).With();
}

/// <summary>The counters of one name, one for each combination of label values, at most <see cref="MaxChildren"/>.</summary>
public sealed class CounterFamily
{
    /// <summary>How many combinations of label values a family holds; further ones share a counter whose values are all <c>other</c>.</summary>
    public const int MaxChildren = 4096;

    private const char Separator = '\u001f';

    private readonly ConcurrentDictionary<string, Counter> _children = new(StringComparer.Ordinal);

    internal CounterFamily(string name, string help, ImmutableArray<string> labelNames)
    {
        Name = name;
        Help = help;
        LabelNames = labelNames;
    }

    /// <summary>The family's name.</summary>
    public string Name { get; }

    /// <summary>What is counted.</summary>
    public string Help { get; }

    /// <summary>The label keys.</summary>
    public ImmutableArray<string> LabelNames { get; }

    /// <summary>The counters, in no order.</summary>
    public IEnumerable<Counter> Children => _children.Values;

    /// <summary>The counter of some label values; made on first use. Callers on a hot path keep it.</summary>
    /// <param name="labelValues">As many as there are label keys.</param>
    public Counter With(params string[] labelValues)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labelValues.Length, LabelNames.Length, nameof(labelValues));
        if (_children.Count >= MaxChildren && !_children.ContainsKey(string.Join(Separator, labelValues)))
        {
            labelValues = [.. LabelNames.Select(static _ => "other")];
        }

        return _children.GetOrAdd(
            string.Join(Separator, labelValues), static (_, values) => new Counter([.. values]), labelValues);
    }
}

/// <summary>A number that only grows. Adding is one interlocked instruction.</summary>
public sealed class Counter
{
    private long _value;

    internal Counter(ImmutableArray<string> labelValues) => LabelValues = labelValues;

    /// <summary>The label values, in the order of the family's keys.</summary>
    public ImmutableArray<string> LabelValues { get; }

    /// <summary>The count.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Counts.</summary>
    /// <param name="amount">How many; not negative.</param>
    public void Add(long amount = 1) => Interlocked.Add(ref _value, amount);
}
