namespace ClusterDns.Core.Upstreams;

/// <summary>
/// Whether a server answers over streams, as far as queries have tried. Where it does not (a firewall that drops TCP, a server without it),
/// only one query in <see cref="RetryPeriod"/> waits for a stream; the others need not. Thread-safe.
/// </summary>
/// <param name="timeProvider">The clock.</param>
internal sealed class StreamAvailability(TimeProvider timeProvider)
{
    /// <summary>How often a stream is tried again where none was answered.</summary>
    internal static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    private const long Available = long.MinValue;

    private long _tryAgainAt = Available;
    private long _answeredAt = long.MinValue;

    /// <summary>Whether a query should use a stream now.</summary>
    internal bool TryUse()
    {
        long tryAgainAt = Volatile.Read(ref _tryAgainAt);
        if (tryAgainAt == Available)
        {
            return true;
        }

        long now = timeProvider.GetTimestamp();
        return now >= tryAgainAt && Interlocked.CompareExchange(ref _tryAgainAt, NextTry(now), tryAgainAt) == tryAgainAt;
    }

    /// <summary>Takes note of how a query over a stream ended.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="start">When it was asked.</param>
    internal void Note(in UpstreamOutcome outcome, long start)
    {
        if (outcome.Status == UpstreamStatus.Answered)
        {
            Volatile.Write(ref _answeredAt, timeProvider.GetTimestamp());
            Volatile.Write(ref _tryAgainAt, Available);
        }
        else if (outcome.Failure is not (UpstreamFailure.Overloaded or UpstreamFailure.NoSocket) && Volatile.Read(ref _answeredAt) < start)
        {
            // An answer to another query meanwhile shows that only this one fails.
            Volatile.Write(ref _tryAgainAt, NextTry(timeProvider.GetTimestamp()));
        }
    }

    private long NextTry(long now) => now + (long)(RetryPeriod.TotalSeconds * timeProvider.TimestampFrequency);
}
