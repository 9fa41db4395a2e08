using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Forward;

/// <summary>Says which upstream a query begins with; it continues with those that follow.</summary>
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
        => (int)(SplitMix64.Mix(unchecked(((ulong)(uint)seed << 32 | Interlocked.Increment(ref _calls)) * SplitMix64.Step)) % (uint)count);
}
