using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Listeners;

/// <summary>What a query that waits holds.</summary>
internal enum WaitPlaceState : byte
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A place that it keeps until it is answered.</summary>
    Kept,

    /// <summary>A place that another query may take over.</summary>
    Replaceable,

    /// <summary>A replaceable place that nobody takes over any more, since the answer is there.</summary>
    Settled,

    /// <summary>No place, but its memory: another query has taken the place over, and its chain has not ended yet.</summary>
    Evicted,
}

/// <summary>
/// A query's place among those that wait, made once with the query's buffers. <see cref="WaitBound"/> alone changes it; a replaceable one under
/// its lock.
/// </summary>
/// <param name="exchange">The query, which is abandoned when it is evicted.</param>
internal sealed class WaitPlace(Exchange exchange)
{
    /// <summary>The query.</summary>
    internal Exchange Exchange { get; } = exchange;

    /// <summary>What the query holds.</summary>
    internal volatile WaitPlaceState State;

    /// <summary>Whether the query holds a place, or has lost one.</summary>
    internal bool IsTaken => State != WaitPlaceState.Free;

    /// <summary>When the place was taken, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    internal long Since { get; set; }

    /// <summary>The client that holds the place, while it is replaceable.</summary>
    internal WaitClient? Client { get; set; }

    /// <summary>The place that the client took before.</summary>
    internal WaitPlace? Previous { get; set; }

    /// <summary>The place that the client took next.</summary>
    internal WaitPlace? Next { get; set; }
}
