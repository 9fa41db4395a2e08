namespace ClusterDns.Plugins.Erratic;

/// <summary>Counts queries, and decides what goes wrong with each.</summary>
/// <param name="options">How many are affected.</param>
internal sealed class ErraticFaults(ErraticOptions options)
{
    private long _queries;

    /// <summary>Whether the plugin counts as ready: after three queries and before the fifth, so that tests see readiness come and go.</summary>
    public bool IsReady => Volatile.Read(ref _queries) is 3 or 4;

    /// <summary>What goes wrong with the next query.</summary>
    public (bool Drops, bool Delays, bool Truncates) Next()
    {
        long number = Interlocked.Increment(ref _queries) - 1;
        return (IsHit(number, options.EffectiveDrop), IsHit(number, options.Delay), IsHit(number, options.Truncate));
    }

    private static bool IsHit(long number, int amount) => amount > 0 && number % amount == 0;
}
