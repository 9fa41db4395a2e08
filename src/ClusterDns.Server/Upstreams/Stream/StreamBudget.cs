using ClusterDns.Core.Memory;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// How many connections to upstreams are open, all upstreams together. Each upstream may have <see cref="AlwaysPerUpstream"/> whatever the bound
/// and the memory share say.
/// </summary>
/// <param name="most">The bound.</param>
/// <param name="share">The memory share that they count in; null for none.</param>
internal sealed class StreamBudget(int most = StreamBudget.DefaultMost, MemoryShare? share = null)
{
    /// <summary>The bound where descriptors and memory allow it.</summary>
    internal const int DefaultMost = 384;

    /// <summary>Connections that each upstream may have whatever the others have.</summary>
    internal const int AlwaysPerUpstream = 4;

    /// <summary>What a connection takes at most: in the kernel, and its buffers here.</summary>
    internal const int BytesPerConnection = StreamLimits.KernelBytesPerConnection + (4 * 1024);

    private int _open;

    /// <summary>How many are open.</summary>
    internal int Open => Volatile.Read(ref _open);

    /// <summary>Takes a place.</summary>
    /// <param name="ofUpstream">How many the upstream has.</param>
    internal bool TryTake(int ofUpstream)
    {
        if (Interlocked.Increment(ref _open) <= most && share?.TryReserve(BytesPerConnection) != false)
        {
            return true;
        }

        if (ofUpstream < AlwaysPerUpstream)
        {
            share?.Reserve(BytesPerConnection);
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    internal void Release()
    {
        Interlocked.Decrement(ref _open);
        share?.Release(BytesPerConnection);
    }
}
