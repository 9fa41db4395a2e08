namespace ClusterDns.Upstreams;

/// <summary>How many datagram sockets to upstreams the process has open at most, all upstreams and threads together.</summary>
/// <param name="max">The bound.</param>
internal sealed class UpstreamSocketLimit(int max = UpstreamSocketLimit.DefaultMax)
{
    /// <summary>
    /// The bound unless another is given. Each socket takes a descriptor, and kernel memory for at most
    /// <see cref="UpstreamSocket.MaxKernelBytes"/> of replies that have not been read.
    /// </summary>
    internal const int DefaultMax = 512;

    private int _count;

    /// <summary>The bound.</summary>
    internal int Max => max;

    /// <summary>How many are open.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>The usual bound, or a lower one where fewer descriptors are there for such sockets.</summary>
    /// <param name="descriptors">The descriptors.</param>
    internal static UpstreamSocketLimit Within(int descriptors) => new(Math.Clamp(descriptors, 1, DefaultMax));

    /// <summary>Takes one; false when all are taken.</summary>
    internal bool TryTake()
    {
        if (Interlocked.Increment(ref _count) <= max)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Returns one that was taken.</summary>
    internal void Release() => Interlocked.Decrement(ref _count);
}
