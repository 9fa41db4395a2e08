namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>
/// The smoothed answer time of an upstream, and when a query is late by it. Not for several threads at once.
/// </summary>
internal sealed class AnswerTime
{
    /// <summary>No query is late before this time.</summary>
    internal static readonly TimeSpan MinLate = TimeSpan.FromMilliseconds(50);

    private const int Weight = 8;

    private const int ShareWeight = 32;

    private TimeSpan? _smoothed;
    private double _lateShare;

    /// <summary>After this time without a reply a query is late: twice the smoothed answer time, 50 ms at least.</summary>
    internal TimeSpan Late { get; private set; } = MinLate;

    /// <summary>
    /// What one query ahead on a connection costs where the upstream answers in order: the usual answer time, and the time until it is late as often
    /// as queries are late. A guess until there is a reply.
    /// </summary>
    internal TimeSpan ExpectedCost => (_smoothed ?? TimeSpan.FromMilliseconds(1)) + (_lateShare * Late);

    /// <summary>A query is late.</summary>
    internal void AddLate() => _lateShare += (1 - _lateShare) / ShareWeight;

    /// <summary>Takes in an answer time.</summary>
    /// <param name="sample">The time; a single outlier moves the average little.</param>
    internal void Add(TimeSpan sample)
    {
        _lateShare -= _lateShare / ShareWeight;
        if (_smoothed is not { } smoothed)
        {
            _smoothed = sample;
        }
        else
        {
            TimeSpan bounded = sample < 2 * Late ? sample : 2 * Late;
            _smoothed = smoothed + ((bounded - smoothed) / Weight);
        }

        TimeSpan twice = 2 * _smoothed.Value;
        Late = twice > MinLate ? twice : MinLate;
    }
}
