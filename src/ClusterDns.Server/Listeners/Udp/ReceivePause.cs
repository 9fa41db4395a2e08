namespace ClusterDns.Server.Listeners.Udp;

/// <summary>How long a socket rests on which receiving keeps failing: 1 ms at first, twice as long after each failure, at most 1 s.</summary>
internal struct ReceivePause
{
    /// <summary>How many receives in a row fail before the socket rests: a single failure says nothing about the next receive.</summary>
    internal const int MaxFailuresInRow = 8;

    private const int LongestMilliseconds = 1000;

    private int _milliseconds;

    /// <summary>Whether the last receive failed.</summary>
    internal readonly bool IsFailing => _milliseconds > 0;

    /// <summary>The length of the next pause; each is longer than the one before.</summary>
    internal TimeSpan Next()
    {
        _milliseconds = Math.Clamp(_milliseconds * 2, 1, LongestMilliseconds);
        return TimeSpan.FromMilliseconds(_milliseconds);
    }

    /// <summary>Receiving works.</summary>
    internal void End() => _milliseconds = 0;
}
