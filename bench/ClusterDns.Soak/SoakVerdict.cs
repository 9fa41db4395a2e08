using System.Globalization;

namespace ClusterDns.Soak;

/// <summary>Whether what a process has of the system stays the same over time.</summary>
internal static class SoakVerdict
{
    /// <summary>The runtime compiles on a thread that comes and goes, and a worker that leaves has not left yet.</summary>
    public const int ThreadSlack = 2;

    /// <summary>The pool adds threads when its work does not get on, and retires them when they have rested long.</summary>
    public const int PoolThreadSlack = 16;

    /// <summary>Connections come and go: clients that connect anew, the scraper's, the one to the upstream.</summary>
    public const int DescriptorSlack = 8;

    /// <summary>The most sockets to the upstream that each worker has open; a worker that leaves, and the engine of threads without one, have as many.</summary>
    public const int SocketsPerWorker = 64;

    /// <summary>Compares the medians of the first and the last quarter.</summary>
    /// <param name="samples">What was seen, in order.</param>
    /// <param name="residentSlack">How much the resident memory may grow, in kilobytes.</param>
    /// <param name="descriptorSlack">How many descriptors more there may be.</param>
    /// <returns>One line on each figure that has grown beyond its slack.</returns>
    public static IEnumerable<string> Judge(IReadOnlyList<ProcessFigures> samples, long residentSlack, int descriptorSlack = DescriptorSlack)
        => new[]
        {
            Compare(samples, "resident kilobytes", static sample => sample.ResidentKilobytes, residentSlack),
            Compare(samples, "threads", static sample => sample.Threads, ThreadSlack),
            Compare(samples, "threads of the pool", static sample => sample.PoolThreads, PoolThreadSlack),
            Compare(samples, "descriptors", static sample => sample.Descriptors, descriptorSlack),
            Compare(samples, "sockets to the upstream", static sample => sample.UpstreamSockets, SocketsPerWorker),
        }.OfType<string>();

    /// <summary>The medians of the first and the last quarter of some samples.</summary>
    public static (long First, long Last) Quarters(IReadOnlyList<ProcessFigures> samples, Func<ProcessFigures, long> figure)
    {
        int quarter = Math.Max(1, samples.Count / 4);
        return (Median(samples.Take(quarter).Select(figure)), Median(samples.TakeLast(quarter).Select(figure)));
    }

    private static string? Compare(IReadOnlyList<ProcessFigures> samples, string what, Func<ProcessFigures, long> figure, long slack)
    {
        (long first, long last) = Quarters(samples, figure);
        return last - first > slack
            ? string.Create(CultureInfo.InvariantCulture, $"{what} grew from {first} in the first quarter to {last} in the last; {slack} more are allowed")
            : null;
    }

    private static long Median(IEnumerable<long> values)
    {
        long[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
