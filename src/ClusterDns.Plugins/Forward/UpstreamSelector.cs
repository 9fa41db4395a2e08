namespace ClusterDns.Plugins.Forward;

/// <summary>Says which upstream a query begins with; it goes on with those that follow.</summary>
/// <param name="policy">The policy.</param>
/// <param name="count">How many there are.</param>
/// <param name="seed">For the random policy.</param>
internal sealed class UpstreamSelector(ForwardPolicy policy, int count, int seed)
{
    private uint _calls;

    /// <summary>The first upstream of a query's.</summary>
    public int First() => policy switch
    {
        ForwardPolicy.Sequential => 0,
        ForwardPolicy.RoundRobin => (int)((Interlocked.Increment(ref _calls) - 1) % (uint)count),
        _ => Any(),
    };

    /// <summary>Any upstream.</summary>
    public int Any()
    {
        // The finalizer of splitmix64 over a counter: spread evenly, and no state that threads would have to share but the counter.
        ulong mixed = unchecked(((ulong)(uint)seed << 32 | Interlocked.Increment(ref _calls)) * 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return (int)((mixed ^ (mixed >> 31)) % (uint)count);
    }
}
