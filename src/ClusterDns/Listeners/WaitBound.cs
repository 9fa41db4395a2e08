using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Listeners;

/// <summary>
/// Counts the queries of the process that wait for something outside it, and refuses more than a number: each holds its
/// buffers, about 12 KiB, and those of the query to an upstream, about 6 KiB, until it is answered.
/// </summary>
/// <param name="limit">How many may wait at once.</param>
/// <param name="metrics">Where refusals are counted: <c>clusterdns_waiting_rejected_total</c>.</param>
internal sealed class WaitBound(int limit, MetricRegistry metrics) : IWaitPlaces
{
    /// <summary>How many may wait: some 72 MiB, so that a dead upstream cannot fill the 170 MiB that the process is granted.</summary>
    internal const int DefaultLimit = 4_000;

    private readonly Counter _rejected = metrics.Counter(
        "clusterdns_waiting_rejected_total", "Counter of queries that were not let wait because too many waited already.");

    private int _count;

    /// <summary>How many wait now.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; false, and the refusal counted, when all are taken.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        _rejected.Add();
        return false;
    }

    /// <summary>Takes a place beyond the limit if need be, for a query that waits without having asked.</summary>
    internal void Enter() => Interlocked.Increment(ref _count);

    bool IWaitPlaces.TryEnter(in NetworkEndpoint client) => TryEnter();

    void IWaitPlaces.Leave() => Leave();

    /// <summary>Gives a place back.</summary>
    internal void Leave() => Interlocked.Decrement(ref _count);
}
