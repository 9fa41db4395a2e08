using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Kubernetes.Api.Watching;

/// <summary>How long a reflector waits before it tries again: longer after each failure, and never as long as another reflector.</summary>
/// <param name="random">Spreads the waits. Not shared between threads.</param>
internal sealed class Backoff(RandomSequence random)
{
    /// <summary>The longest wait after failures.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait that a server may ask for.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>How long an attempt must have gone well for those before it to be forgotten.</summary>
    public static readonly TimeSpan HealthySpan = TimeSpan.FromSeconds(5);

    /// <summary>How often what is not essential is asked for while it is forbidden.</summary>
    public static readonly TimeSpan ForbiddenPeriod = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    private int _failures;

    /// <summary>An attempt has ended.</summary>
    /// <param name="end">How.</param>
    /// <param name="lived">How long it had gone well before.</param>
    /// <param name="isEssential">Whether nothing works without it.</param>
    /// <returns>How long to wait.</returns>
    public TimeSpan Next(in AttemptEnd end, TimeSpan lived, bool isEssential)
    {
        _failures = lived >= HealthySpan ? 0 : _failures;
        if (end.Outcome == AttemptOutcome.Forbidden && !isEssential)
        {
            return Spread(ForbiddenPeriod);
        }

        bool isPrompt = end.Outcome switch
        {
            AttemptOutcome.Closed => lived >= HealthySpan,
            AttemptOutcome.Expired or AttemptOutcome.Rebuilt or AttemptOutcome.OtherWay => _failures == 0,
            _ => false,
        };
        TimeSpan wait = isPrompt ? TimeSpan.Zero : Spread(Shortest * Math.Pow(2, Math.Min(_failures, 10)));
        _failures++;
        TimeSpan asked = end.RetryAfter < LongestRetryAfter ? end.RetryAfter : LongestRetryAfter;
        return wait > asked ? wait : asked;
    }

    /// <summary>From half of a wait to the whole of it.</summary>
    private TimeSpan Spread(TimeSpan wait)
    {
        const int steps = 1000;
        TimeSpan bounded = wait < Longest || wait == ForbiddenPeriod ? wait : Longest;
        return bounded * (0.5 + (random.Below(steps) / (2.0 * steps)));
    }
}
