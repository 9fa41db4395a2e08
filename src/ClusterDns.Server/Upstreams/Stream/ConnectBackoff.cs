using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// When a connection to an upstream may be opened. After some failures in a row the pause between attempts doubles, with jitter; the rate is
/// bounded always. Not for several threads at once.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="random">A random number from 0 to 1, for the jitter.</param>
internal sealed class ConnectBackoff(TimeProvider timeProvider, Func<double> random)
{
    /// <summary>Failures in a row that cause no pause yet.</summary>
    internal const int FreeFailures = 3;

    private const int MaxDoublings = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private double _tokens = StreamLimits.MaxConnections;
    private long _refilledAt = timeProvider.GetTimestamp();
    private long _failedAt = long.MinValue;
    private long _pausedAt;
    private TimeSpan _pause;
    private int _failures;

    /// <summary>Why the last attempt failed.</summary>
    internal UpstreamFailure LastFailure { get; private set; }

    /// <summary>Whether a connection failed, and no answer has come since.</summary>
    internal bool IsDoubtful => _failures > 0;

    /// <summary>Whether attempts pause now because of failures.</summary>
    internal bool IsPausing(long now) => _pause > TimeSpan.Zero && timeProvider.GetElapsedTime(_pausedAt, now) < _pause;

    /// <summary>Takes the right to one attempt, which is not counted back; false where the rate is used up.</summary>
    internal bool TryTake(long now)
    {
        double refill = timeProvider.GetElapsedTime(_refilledAt, now).TotalSeconds * StreamLimits.MaxOpenedPerSecond;
        _refilledAt = now;
        _tokens = Math.Min(StreamLimits.MaxConnections, _tokens + refill);
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    /// <summary>A connection failed before it gave an answer.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="openedAt">When the attempt began: attempts that were under way together count once.</param>
    /// <param name="now">The time.</param>
    internal void Failed(UpstreamFailure failure, long openedAt, long now)
    {
        LastFailure = failure;
        if (openedAt < _failedAt)
        {
            return;
        }

        _failedAt = now;
        if (++_failures >= FreeFailures)
        {
            TimeSpan pause = FirstPause * (1 << Math.Min(_failures - FreeFailures, MaxDoublings));
            _pause = (pause < LongestPause ? pause : LongestPause) * (0.5 + (random() / 2));
            _pausedAt = now;
        }
    }

    /// <summary>The upstream answered.</summary>
    internal void Succeeded()
    {
        _failures = 0;
        _pause = TimeSpan.Zero;
    }
}
