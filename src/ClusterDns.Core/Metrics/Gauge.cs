using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>A number that goes up and down, and is set periodically.</summary>
public sealed class Gauge : Metric
{
    private double _value;
    private Func<double>? _source;

    internal Gauge(ImmutableArray<string> labelValues)
        : base(labelValues)
    {
    }

    /// <summary>The number.</summary>
    public double Value
    {
        get => _source is { } source ? source() : Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }

    /// <summary>Reads the number from its owner each time it is asked for, instead of keeping a copy.</summary>
    /// <param name="source">Gives the number; called by any thread, and does not throw.</param>
    public void ReadFrom(Func<double> source) => _source = source;

    /// <summary>Adds to the number.</summary>
    /// <param name="amount">How much; may be negative.</param>
    public void Add(double amount) => MetricCells.Add(ref _value, amount);
}
