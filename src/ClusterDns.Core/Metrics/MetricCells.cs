using System.Numerics;

namespace ClusterDns.Core.Metrics;

/// <summary>
/// Where a thread counts: threads are spread over stripes a cache line apart, so that workers on several processors do not take
/// a line from one another with each query.
/// </summary>
internal static class MetricCells
{
    /// <summary>How many 8-byte cells a cache line holds.</summary>
    public const int LineLength = 8;

    private const int MaxStripes = 8;

    /// <summary>How many stripes there are, a power of two.</summary>
    public static readonly int Stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes));

    /// <summary>The calling thread's stripe.</summary>
    public static int CurrentStripe => Environment.CurrentManagedThreadId & (Stripes - 1);

    /// <summary>Adds to a number that other threads may add to as well.</summary>
    public static void Add(ref double cell, double amount)
    {
        double before = Volatile.Read(ref cell);
        while (true)
        {
            double seen = Interlocked.CompareExchange(ref cell, before + amount, before);
            if (BitConverter.DoubleToInt64Bits(seen) == BitConverter.DoubleToInt64Bits(before))
            {
                return;
            }

            before = seen;
        }
    }
}
