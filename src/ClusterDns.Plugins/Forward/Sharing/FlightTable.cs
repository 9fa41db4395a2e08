using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// The queries on their way to upstreams, of all server blocks. Identical ones share one exchange, so that a crowd that asks for one name
/// costs upstreams one query, and gives a forger one to guess (RFC 5452 section 5).
/// </summary>
internal sealed class FlightTable : IDisposable
{
    /// <summary>A query that comes later than this before the flight would fail begins one of its own.</summary>
    public static readonly TimeSpan JoinMargin = TimeSpan.FromMilliseconds(500);

    /// <summary>How often followers are looked at whose own time may be over.</summary>
    public static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(25);

    private const int StripeCount = 32;
    private const int BucketCount = 64;
    private const int MinIdlePerStripe = 1;
    private const int MaxIdlePerStripe = 32;

    /// <summary>The part of the memory for pools that idle flights and followers take at most.</summary>
    private const int PoolsPart = 32;

    /// <summary>What each place on the idle lists takes: a flight and a follower.</summary>
    private const int PlaceBytes = Flight.Bytes + Follower.Bytes;

    private readonly TimeProvider _timeProvider;
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(static _ => new Stripe())];
    private readonly ITimer _sweep;
    private readonly long _joinMargin;
    private readonly IdleStack<Follower> _idleFollowers = new(MaxIdlePerStripe * StripeCount);
    private readonly MemoryShare _pools;
    private readonly int _idlePerStripe;
    private int _isSweeping;

    /// <summary>An empty table.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Starts the timer.</param>
    /// <param name="pools">The memory for what lies idle; a part of it is reserved until the table is disposed of.</param>
    public FlightTable(TimeProvider timeProvider, CallbackGuard guard, MemoryShare pools)
    {
        _timeProvider = timeProvider;
        _pools = pools;
        _idlePerStripe = ReserveIdle(pools);
        _idleFollowers.Bound = _idlePerStripe * StripeCount;
        _joinMargin = (long)(JoinMargin.TotalSeconds * timeProvider.TimestampFrequency);
        _sweep = guard.CreateTimer(
            "forward_followers", static table => table.SweepAgain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many followers lie idle at most, and as many flights.</summary>
    public int MaxIdle => _idleFollowers.Bound;

    /// <summary>How many followers lie idle.</summary>
    public int IdleFollowers => _idleFollowers.Count;

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        _pools.Release((long)_idlePerStripe * StripeCount * PlaceBytes);
    }

    /// <summary>Reserves memory for what lies idle: as much as is good for speed where there is room, and little where there is not.</summary>
    /// <returns>How many flights may lie idle in each stripe.</returns>
    private static int ReserveIdle(MemoryShare pools)
    {
        const int stripeBytes = StripeCount * PlaceBytes;
        int perStripe = (int)Math.Clamp(pools.Limit / PoolsPart / stripeBytes, MinIdlePerStripe, MaxIdlePerStripe);
        if (!pools.TryReserve((long)perStripe * stripeBytes))
        {
            perStripe = MinIdlePerStripe;
            pools.Reserve((long)perStripe * stripeBytes);
        }

        return perStripe;
    }

    /// <summary>Joins the flight of an identical query, or begins one.</summary>
    /// <param name="owner">The link that forwards.</param>
    /// <param name="query">The query.</param>
    /// <param name="request">What upstreams are sent; it must not change while the query leads.</param>
    /// <param name="usesStream">Whether it goes over a stream at once.</param>
    /// <param name="now">The time.</param>
    /// <param name="end">When a flight that begins now fails.</param>
    /// <param name="flight">The flight that the query leads; null where it follows, or may not.</param>
    /// <returns>The follower; null where the query leads, or as many follow as may.</returns>
    public Follower? Join(
        object owner, Query query, ReadOnlyMemory<byte> request, bool usesStream, long now, long end, out Flight? flight)
    {
        ulong hash = KeyedHash.Of(query.Name) ^ (((ulong)query.Type << 32) * 0x9E3779B97F4A7C15);
        Stripe stripe = StripeOf(hash);
        lock (stripe.Lock)
        {
            ref Flight? bucket = ref BucketOf(stripe, hash);
            for (Flight? other = bucket; other is not null; other = other.Next)
            {
                if (other.IsClosed || !other.Matches(owner, query, request.Span, hash, usesStream))
                {
                    continue;
                }

                if (other.IsAbandoned || other.End - now < _joinMargin)
                {
                    // One that was abandoned ends at once without an answer.
                    other.IsClosed = true;
                    continue;
                }

                flight = null;
                if (other.Followers >= Flight.MaxFollowers)
                {
                    return null;
                }

                Follower follower = Follower.Rent(_idleFollowers, query);
                follower.Next = other.First;
                other.First = follower;
                if (other.Followers++ == 0)
                {
                    stripe.Followed.Add(other);
                }

                StartSweep();
                return follower;
            }

            flight = stripe.Idle.TryPop(out Flight? idle) ? idle : new Flight();
            flight.Begin(owner, query, request, hash, usesStream, end);
            flight.Next = bucket;
            bucket = flight;
            return null;
        }
    }

    /// <summary>Ends a flight: nobody joins it any more.</summary>
    /// <param name="flight">The flight. It may be used again at once, so nothing of it is read after this.</param>
    /// <param name="followers">How many followed to the end.</param>
    /// <returns>The followers, for <see cref="Follower.Complete"/>, each before its <see cref="Follower.Next"/> is lost; null for none.</returns>
    public Follower? End(Flight flight, out int followers)
    {
        Stripe stripe = StripeOf(flight.Hash);
        lock (stripe.Lock)
        {
            ref Flight? bucket = ref BucketOf(stripe, flight.Hash);
            if (ReferenceEquals(bucket, flight))
            {
                bucket = flight.Next;
            }
            else
            {
                Flight before = bucket!;
                while (!ReferenceEquals(before.Next, flight))
                {
                    before = before.Next!;
                }

                before.Next = flight.Next;
            }

            Follower? first = flight.First;
            followers = flight.Followers;
            if (followers > 0)
            {
                stripe.Followed.Remove(flight);
                flight.Followers = 0;
            }

            flight.First = null;
            flight.Reply = null;
            if (stripe.Idle.Count < _idlePerStripe)
            {
                stripe.Idle.Push(flight);
            }

            return first;
        }
    }

    private Stripe StripeOf(ulong hash) => _stripes[(int)(hash >> 59)];

    private static ref Flight? BucketOf(Stripe stripe, ulong hash) => ref stripe.Buckets[(int)hash & (BucketCount - 1)];

    private void StartSweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 0)
        {
            _sweep.Change(SweepPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends followers whose time is over, or that nobody waits for.</summary>
    /// <returns>How many flights were looked at: those that had followers.</returns>
    internal int Sweep()
    {
        long now = _timeProvider.GetTimestamp();
        int visited = 0;
        Follower? due = null;
        foreach (Stripe stripe in _stripes)
        {
            if (stripe.Followed.First is null)
            {
                continue;
            }

            lock (stripe.Lock)
            {
                Flight? next;
                for (Flight? flight = stripe.Followed.First; flight is not null; flight = next)
                {
                    visited++;
                    next = flight.NextFollowed;
                    TakeDue(flight, now, ref due);
                    if (flight.Followers == 0)
                    {
                        stripe.Followed.Remove(flight);
                    }
                }
            }
        }

        while (due is not null)
        {
            Follower follower = due;
            due = follower.Next;
            follower.Next = null;
            follower.Complete(SharedOutcome.Dropped);
        }

        return visited;
    }

    private void SweepAgain()
    {
        Volatile.Write(ref _isSweeping, 0);
        Sweep();
        if (Array.Exists(_stripes, static stripe => stripe.Followed.First is not null))
        {
            StartSweep();
        }
    }

    private static void TakeDue(Flight flight, long now, ref Follower? due)
    {
        Follower? before = null;
        for (Follower? follower = flight.First; follower is not null;)
        {
            Follower? next = follower.Next;
            if (follower.Context.IsAbandoned || (follower.Context.Deadline != 0 && follower.Context.Deadline <= now))
            {
                if (before is null)
                {
                    flight.First = next;
                }
                else
                {
                    before.Next = next;
                }

                flight.Followers--;
                follower.Next = due;
                due = follower;
            }
            else
            {
                before = follower;
            }

            follower = next;
        }
    }

    private sealed class Stripe
    {
        public Lock Lock { get; } = new();

        public Flight?[] Buckets { get; } = new Flight?[BucketCount];

        public FollowedFlights Followed { get; } = new();

        public Stack<Flight> Idle { get; } = new();
    }
}
