namespace ClusterDns.Plugins.Erratic;

/// <summary>The options of the erratic plugin. One of so many queries is affected, beginning with the first; 0 for none.</summary>
/// <param name="Drop">Of how many queries one is dropped; null where the Corefile does not say.</param>
/// <param name="Truncate">Of how many queries one is answered with TC.</param>
/// <param name="Delay">Of how many queries one is delayed.</param>
/// <param name="Duration">How long.</param>
/// <param name="IsLarge">Whether a query for A gets 30 records.</param>
public sealed record ErraticOptions(int? Drop, int Truncate, int Delay, TimeSpan Duration, bool IsLarge)
{
    /// <summary>What an option counts as without an amount.</summary>
    public const int DefaultAmount = 2;

    /// <summary>Of how many queries one is dropped. Without a word about it, that is every second one, unless another fault is asked for.</summary>
    public int EffectiveDrop => Drop ?? (Truncate > 0 || Delay > 0 ? 0 : DefaultAmount);
}
