using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>A number that goes up and down, and is set now and then.</summary>
public sealed class Gauge : Metric
{
    private double _value;

    internal Gauge(ImmutableArray<string> labelValues)
        : base(labelValues)
    {
    }

    /// <summary>The number.</summary>
    public double Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }

    /// <summary>Adds to the number.</summary>
    /// <param name="amount">How much; may be negative.</param>
    public void Add(double amount) => MetricCells.Add(ref _value, amount);
}
