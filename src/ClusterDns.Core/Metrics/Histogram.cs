using System.Collections.Immutable;

namespace ClusterDns.Core.Metrics;

/// <summary>How often values were seen, by size. Observing is two interlocked instructions on cache lines of the thread's own.</summary>
public sealed class Histogram : Metric
{
    private readonly double[] _bounds;
    private readonly int _stride;
    private readonly long[] _counts;
    private readonly double[] _sums = new double[(MetricCells.Stripes + 1) * MetricCells.LineLength];

    internal Histogram(ImmutableArray<string> labelValues, double[] bounds)
        : base(labelValues)
    {
        _bounds = bounds;
        _stride = StrideOf(bounds.Length);
        _counts = new long[(MetricCells.Stripes * _stride) + MetricCells.LineLength];
    }

    /// <summary>What the numbers of a histogram take, in bytes.</summary>
    internal static int BytesFor(int bounds)
        => ((MetricCells.Stripes * StrideOf(bounds)) + (MetricCells.Stripes * MetricCells.LineLength) + (2 * MetricCells.LineLength)) * sizeof(long);

    private static int StrideOf(int bounds) => ((bounds / MetricCells.LineLength) + 1) * MetricCells.LineLength;

    /// <summary>The upper bounds of the buckets, rising; one without a bound follows the last.</summary>
    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>The sum of all values.</summary>
    public double Sum
    {
        get
        {
            double sum = 0;
            for (int i = MetricCells.LineLength; i < _sums.Length; i += MetricCells.LineLength)
            {
                sum += Volatile.Read(ref _sums[i]);
            }

            return sum;
        }
    }

    /// <summary>Takes a value in.</summary>
    /// <param name="value">The value, in the unit that the metric's name ends in.</param>
    public void Observe(double value)
    {
        int bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        int stripe = MetricCells.CurrentStripe;
        Interlocked.Increment(ref _counts[MetricCells.LineLength + (stripe * _stride) + bucket]);
        MetricCells.Add(ref _sums[(stripe + 1) * MetricCells.LineLength], value);
    }

    /// <summary>How many values fell into a bucket and into no smaller one.</summary>
    /// <param name="bucket">0 for the first; the number of bounds for the one without a bound.</param>
    public long GetCount(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bucket, _bounds.Length);
        long sum = 0;
        for (int i = MetricCells.LineLength + bucket; i < _counts.Length; i += _stride)
        {
            sum += Volatile.Read(ref _counts[i]);
        }

        return sum;
    }
}
