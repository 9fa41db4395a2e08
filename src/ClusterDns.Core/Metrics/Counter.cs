using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>A number that only grows. Adding is one interlocked instruction, on a cache line of the thread's own.</summary>
public sealed class Counter : Metric
{
    private readonly long[] _cells = new long[(MetricCells.Stripes + 1) * MetricCells.LineLength];

    internal Counter(ImmutableArray<string> labelValues)
        : base(labelValues)
    {
    }

    /// <summary>The count.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            for (int i = MetricCells.LineLength; i < _cells.Length; i += MetricCells.LineLength)
            {
                sum += Volatile.Read(ref _cells[i]);
            }

            return sum;
        }
    }

    /// <summary>Counts.</summary>
    /// <param name="amount">How many; not negative.</param>
    public void Add(long amount = 1)
        => Interlocked.Add(ref _cells[(MetricCells.CurrentStripe + 1) * MetricCells.LineLength], amount);
}
