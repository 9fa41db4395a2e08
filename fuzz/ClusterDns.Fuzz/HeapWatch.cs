using System.Globalization;

namespace ClusterDns.Fuzz;

/// <summary>Finds out whether the managed heap grows with the packets, once what grows for a while is full.</summary>
/// <param name="packets">How many packets there will be.</param>
/// <param name="measure">Gives the heap, in bytes.</param>
internal sealed class HeapWatch(long packets, Func<long> measure)
{
    /// <summary>After how many packets the caches of <see cref="FuzzCluster"/> are full: they need some 75,000.</summary>
    public const long WarmUp = 100_000;

    /// <summary>How many bytes the heap may grow: four times what the answers in a full cache make it waver.</summary>
    public const long AllowedGrowth = 128 * 1024;

    private readonly long _first = Math.Max(packets / 10, WarmUp);

    /// <summary>Whether there are enough packets after the first figure, as many as before it.</summary>
    public bool IsJudged => packets >= 2 * _first;

    /// <summary>The heap after the first tenth, but not before the caches are full, in bytes.</summary>
    public long Early { get; private set; }

    /// <summary>The heap at the end, in bytes.</summary>
    public long Late { get; private set; }

    /// <summary>To be called before each packet.</summary>
    /// <param name="packet">Its number, from 0.</param>
    public void OnPacket(long packet)
    {
        if (packet == _first)
        {
            Early = measure();
        }
    }

    /// <summary>To be called after the last packet.</summary>
    public void OnEnd() => Late = measure();

    /// <summary>What is wrong; null when nothing is, or there were too few packets to know.</summary>
    public string? Find()
        => IsJudged && Late - Early > AllowedGrowth
            ? string.Create(CultureInfo.InvariantCulture, $"the heap grew from {Early} to {Late} bytes")
            : null;

    /// <inheritdoc/>
    public override string ToString() => IsJudged
        ? string.Create(CultureInfo.InvariantCulture, $"heap {Early} bytes after {_first} packets, {Late} at the end")
        : string.Create(CultureInfo.InvariantCulture, $"too few packets to judge the heap, which takes {2 * _first}");
}
