namespace ClusterDns.Plugins.Common;

/// <summary>
/// The generator of Steele, Lea and Flood: a counter in steps of <see cref="Step"/>, each mixed by <see cref="Mix"/>. It spreads evenly and
/// is not secret: for choices, not for values that must not be guessed.
/// </summary>
internal static class SplitMix64
{
    /// <summary>What the counter grows by.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>The number that belongs to a counter.</summary>
    /// <param name="counter">The counter.</param>
    public static ulong Mix(ulong counter)
    {
        ulong mixed = unchecked((counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return mixed ^ (mixed >> 31);
    }
}
