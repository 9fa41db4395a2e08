using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Listeners;

/// <summary>
/// The places of the process's queries that wait for something outside it. While places are free, everybody gets one. When all are taken, half
/// of them stay with the queries that have them until they are answered. In the other half a query that has waited for
/// <see cref="MinAge"/> makes room for a new one: the oldest of the client that holds most. So names whose servers are silent
/// keep no client from names whose servers answer.
/// </summary>
/// <remarks>
/// A query that is evicted gives up its place at once, and its memory when its chain ends, which it does soon since it is abandoned. At most
/// one in <see cref="EvictedShare"/> places may be in that state; until some have ended, nothing more is evicted. So no more than
/// <see cref="GetMemory"/> is ever in use.
/// </remarks>
internal sealed class WaitBound : IWaitPlaces
{
    /// <summary>How many queries may wait: some 72 MiB, so that a dead upstream cannot fill the 170 MiB that the process is granted.</summary>
    internal const int DefaultLimit = 4_000;

    /// <summary>
    /// The memory of a query that waits, in bytes: its context and addresses, about 12 KiB, and the query to an upstream with the reply, about 6 KiB.
    /// </summary>
    internal const int BytesPerQuery = 18 * 1024;

    /// <summary>Of how many places one may be lost to a query that has not ended yet.</summary>
    internal const int EvictedShare = 8;

    private const int MaxCandidates = 16;

    /// <summary>How long a query waits at least before another takes its place.</summary>
    internal static readonly TimeSpan MinAge = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long a client takes at least to renew all its places by itself: so slowly that some are always old enough for other clients, however
    /// fast it asks.
    /// </summary>
    internal static readonly TimeSpan RenewalTime = 2 * MinAge;

    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly WaitClients _clients = new();
    private readonly Counter _rejected;
    private readonly Counter _evictions;
    private volatile int _limit;
    private int _kept;
    private int _replaceable;
    private int _evicted;

    /// <summary>A bound.</summary>
    /// <param name="limit">How many queries may wait at once.</param>
    /// <param name="metrics">Where refusals are counted: <c>clusterdns_waiting_rejected_total</c>.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    internal WaitBound(int limit, MetricRegistry metrics, TimeProvider? timeProvider = null)
    {
        _limit = limit;
        _timeProvider = timeProvider ?? TimeProvider.System;
        CounterFamily rejected = metrics.Counters(
            "clusterdns_waiting_rejected_total", "Queries rejected because the limit of waiting queries was reached, by reason.", "reason");
        _rejected = rejected.With("limit");
        _evictions = rejected.With("evicted");
    }

    /// <summary>The part of the memory budget that the queries are counted in, and whose limit they keep; null for none.</summary>
    internal MemoryShare? Memory { get; init; }

    /// <summary>
    /// How many queries may wait at once: what is set, and no more than fit into the memory. Both may change at any time; queries beyond a lower
    /// limit keep their places until they are answered or evicted.
    /// </summary>
    internal int Limit
    {
        get => Memory is null ? _limit : Math.Min(_limit, GetLimit(Memory.Limit));
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _limit = value;
        }
    }

    /// <summary>How many queries are in memory: those that have a place, and those that have lost one and not ended yet.</summary>
    internal int Count => Volatile.Read(ref _kept) + Volatile.Read(ref _replaceable) + Volatile.Read(ref _evicted);

    /// <summary>How many evicted queries have not ended yet.</summary>
    internal int Evicted => Volatile.Read(ref _evicted);

    /// <summary>The most memory, in bytes, that queries use under a limit.</summary>
    internal static long GetMemory(int limit) => (limit + GetMaxEvicted(limit)) * (long)BytesPerQuery;

    /// <summary>The highest limit whose queries fit into a number of bytes, at least one.</summary>
    internal static int GetLimit(long bytes)
        => (int)Math.Clamp(bytes / BytesPerQuery * EvictedShare / (EvictedShare + 1), 1, int.MaxValue / 2);

    /// <summary>Takes a place; false, and the refusal counted, when there is none.</summary>
    /// <param name="place">The query's; free.</param>
    /// <param name="client">Who asked.</param>
    internal bool TryEnter(WaitPlace place, in NetworkEndpoint client)
    {
        int limit = Limit;
        int half = limit - (limit / 2);
        if (Interlocked.Increment(ref _kept) <= half)
        {
            Memory?.Reserve(BytesPerQuery);
            place.State = WaitPlaceState.Kept;
            return true;
        }

        Interlocked.Decrement(ref _kept);
        lock (_lock)
        {
            long now = _timeProvider.GetTimestamp();
            int room = limit - Math.Max(half, Volatile.Read(ref _kept));
            if (_replaceable >= room && !TryEvict(client.AddressBits, now, limit))
            {
                Reject();
                return false;
            }

            Memory?.Reserve(BytesPerQuery);
            _replaceable++;
            place.Since = now;
            place.State = WaitPlaceState.Replaceable;
            _clients.Add(place, client.AddressBits);
            return true;
        }
    }

    /// <summary>Takes a place beyond the limit if need be, for a query that waits without having asked.</summary>
    internal void Enter(WaitPlace place)
    {
        Interlocked.Increment(ref _kept);
        Memory?.Reserve(BytesPerQuery);
        place.State = WaitPlaceState.Kept;
    }

    /// <summary>A query's answer is there: nobody takes over its place any more. Whether somebody has.</summary>
    internal WaitEnd EndWait(WaitPlace place)
    {
        if (place.State is WaitPlaceState.Free or WaitPlaceState.Kept)
        {
            return WaitEnd.Wanted;
        }

        lock (_lock)
        {
            if (place.State == WaitPlaceState.Evicted)
            {
                return WaitEnd.Evicted;
            }

            Settle(place);
            return WaitEnd.Wanted;
        }
    }

    /// <summary>Gives a place back, and the memory with it. The query's context may be used again only after this.</summary>
    internal void Leave(WaitPlace place)
    {
        Memory?.Release(BytesPerQuery);
        if (place.State == WaitPlaceState.Kept)
        {
            place.State = WaitPlaceState.Free;
            Interlocked.Decrement(ref _kept);
            return;
        }

        lock (_lock)
        {
            if (place.State == WaitPlaceState.Evicted)
            {
                _evicted--;
            }
            else
            {
                Settle(place);
                _replaceable--;
            }

            place.State = WaitPlaceState.Free;
        }
    }

    /// <inheritdoc/>
    bool IWaitPlaces.TryEnter(in NetworkEndpoint client)
    {
        int limit = Limit;
        bool hasPlace = Interlocked.Increment(ref _kept) <= limit - Volatile.Read(ref _replaceable);
        if (!hasPlace)
        {
            lock (_lock)
            {
                hasPlace = TryEvict(client.AddressBits, _timeProvider.GetTimestamp(), limit);
            }
        }

        if (hasPlace)
        {
            Memory?.Reserve(BytesPerQuery);
            return true;
        }

        Interlocked.Decrement(ref _kept);
        Reject();
        return false;
    }

    /// <inheritdoc/>
    void IWaitPlaces.Leave()
    {
        Memory?.Release(BytesPerQuery);
        Interlocked.Decrement(ref _kept);
    }

    private static int GetMaxEvicted(int limit) => (limit + EvictedShare - 1) / EvictedShare;

    private void Reject()
    {
        _rejected.Add();
        Memory?.CountRefusal();
    }

    private void Settle(WaitPlace place)
    {
        if (place.State == WaitPlaceState.Replaceable)
        {
            _clients.Remove(place);
            place.State = WaitPlaceState.Settled;
        }
    }

    private bool TryEvict(UInt128 newcomer, long now, int limit)
    {
        if (_evicted >= GetMaxEvicted(limit) || !TryFindVictim(newcomer, now, out WaitPlace? victim))
        {
            return false;
        }

        _clients.Remove(victim);
        _replaceable--;
        _evicted++;
        _evictions.Add();
        victim.State = WaitPlaceState.Evicted;

        // Under the lock: the query cannot end, and its context serve another, before this is done.
        victim.Context.Abandon();
        return true;
    }

    /// <summary>
    /// Finds the oldest place of the client that holds most, or of the next when that has none that is old enough. A client never takes a place
    /// from one that holds fewer.
    /// </summary>
    private bool TryFindVictim(UInt128 newcomer, long now, [NotNullWhen(true)] out WaitPlace? victim)
    {
        int candidates = 0;
        int least = Math.Max(1, _clients.CountOf(newcomer));
        for (int count = _clients.Most; count >= least && candidates < MaxCandidates; count--)
        {
            for (WaitClient? client = _clients.FirstWith(count); client is not null && candidates < MaxCandidates; client = client.Next)
            {
                candidates++;
                if (_timeProvider.GetElapsedTime(client.Oldest!.Since, now) < MinAge)
                {
                    continue;
                }

                if (client.Address == newcomer)
                {
                    if (client.RenewedAt != 0 && _timeProvider.GetElapsedTime(client.RenewedAt, now) < RenewalTime / client.Count)
                    {
                        continue;
                    }

                    client.RenewedAt = now;
                }

                victim = client.Oldest!;
                return true;
            }
        }

        victim = null;
        return false;
    }
}
