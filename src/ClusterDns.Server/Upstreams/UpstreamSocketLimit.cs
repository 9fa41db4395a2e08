namespace ClusterDns.Server.Upstreams;

/// <summary>How many datagram sockets to upstreams the process has open at most, all upstreams and threads together.</summary>
/// <param name="max">The bound.</param>
internal sealed class UpstreamSocketLimit(int max = UpstreamSocketLimit.DefaultMax)
{
    /// <summary>
    /// The bound unless another is given. Each socket takes a descriptor, and kernel memory for at most
    /// <see cref="UpstreamSocket.MaxKernelBytes"/> of replies that have not been read.
    /// </summary>
    internal const int DefaultMax = 512;

    /// <summary>The sockets that one thread needs for one upstream, so that ports can change.</summary>
    internal const int LeastMax = 64;

    private int _count;

    /// <summary>The bound.</summary>
    internal int Max => max;

    /// <summary>How many are open.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>The usual bound, or a lower one where there are fewer descriptors or less memory for such sockets.</summary>
    /// <param name="descriptors">The descriptors.</param>
    /// <param name="kernelBytes">The kernel memory that their buffers may take, in bytes. 64 sockets are allowed however little it is.</param>
    internal static UpstreamSocketLimit Within(int descriptors, long kernelBytes)
        => new(Math.Clamp((int)Math.Min(descriptors, Math.Max(LeastMax, kernelBytes / UpstreamSocket.MaxKernelBytes)), 1, DefaultMax));

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
