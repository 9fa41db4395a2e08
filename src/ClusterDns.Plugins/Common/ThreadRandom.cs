using System.Diagnostics.CodeAnalysis;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// Random numbers for choices that nobody needs to be kept from guessing. Each thread has a sequence of its own, so that workers take
/// nothing from one another; one thread alone gets the same sequence from the same seed.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Links, and this object with them, live until they are collected.")]
internal sealed class ThreadRandom
{
    private readonly ThreadLocal<RandomSequence> _sequences;
    private uint _threads;

    /// <summary>Sequences.</summary>
    /// <param name="seed">Where they begin.</param>
    public ThreadRandom(int seed) => _sequences = new ThreadLocal<RandomSequence>(
        () => new RandomSequence(SplitMix64.Mix(((ulong)(uint)seed << 32) | Interlocked.Increment(ref _threads))));

    /// <summary>The calling thread's sequence.</summary>
    public RandomSequence Current => _sequences.Value!;
}

/// <summary>One thread's random numbers.</summary>
/// <param name="state">Where they begin.</param>
internal sealed class RandomSequence(ulong state)
{
    private ulong _state = state;

    /// <summary>The next number.</summary>
    /// <param name="bound">It is less than this, which is at least 1.</param>
    public int Below(int bound)
    {
        _state = unchecked(_state + SplitMix64.Step);
        return (int)(SplitMix64.Mix(_state) % (uint)bound);
    }
}
