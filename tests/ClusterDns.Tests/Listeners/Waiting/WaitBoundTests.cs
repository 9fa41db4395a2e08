using System.Net;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Listeners;
using ClusterDns.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners.Waiting;

public sealed class WaitBoundTests
{
    private const int Limit = 32;

    private static readonly NetworkEndpoint Flooder = Client("192.0.2.66");
    private static readonly NetworkEndpoint Honest = Client("192.0.2.1");

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly WaitBound _bound;

    public WaitBoundTests() => _bound = new WaitBound(Limit, _metrics, _time);

    [Fact]
    public void One_client_may_have_every_place_while_places_are_free()
    {
        List<WaitPlace> places = Enter(Honest, Limit);

        Assert.All(places, static place => Assert.False(place.Exchange.IsAbandoned));
        Assert.Equal(0, Rejected("limit"));
        Assert.Equal(Limit, _bound.Count);
    }

    [Fact]
    public void Beyond_the_limit_nobody_gets_a_place_while_all_queries_are_young()
    {
        Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromMilliseconds(199));

        Assert.False(_bound.TryEnter(Place(), in Honest));
        Assert.Equal(1, Rejected("limit"));
        Assert.Equal(0, Rejected("evicted"));
    }

    [Fact]
    public void A_query_of_another_client_replaces_the_oldest_that_is_old_enough()
    {
        List<WaitPlace> places = Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.True(_bound.TryEnter(Place(), in Honest));

        WaitPlace victim = Assert.Single(places, static place => place.Exchange.IsAbandoned);
        Assert.Same(places[Limit / 2], victim);
        Assert.Equal(1, Rejected("evicted"));
        Assert.Equal(0, Rejected("limit"));
    }

    [Fact]
    public void Half_of_the_places_always_run_to_completion()
    {
        List<WaitPlace> places = Enter(Flooder, Limit);
        for (int i = 0; i < 10 * Limit; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            foreach (WaitPlace ended in places.FindAll(static place => place.Exchange.IsAbandoned))
            {
                places.Remove(ended);
                _bound.Leave(ended);
            }

            places.AddRange(Enter(Honest, 1));
        }

        Assert.Equal(Limit, _bound.Count - _bound.Evicted);
        Assert.All(places.Take(Limit / 2), static place => Assert.Equal(WaitPlaceState.Kept, place.State));
    }

    [Fact]
    public void The_client_that_holds_most_makes_room_first()
    {
        Enter(Flooder, Limit / 2);
        List<WaitPlace> few = Enter(Honest, 5);
        List<WaitPlace> many = Enter(Flooder, (Limit / 2) - 5);
        _time.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 4; i++)
        {
            NetworkEndpoint other = Client($"192.0.2.{100 + i}");
            Assert.True(_bound.TryEnter(Place(), in other));
        }

        Assert.DoesNotContain(few, static place => place.Exchange.IsAbandoned);
        Assert.Equal([true, true, true, true, false], many.Take(5).Select(static place => place.Exchange.IsAbandoned));
    }

    [Fact]
    public void A_client_takes_no_place_from_one_that_holds_fewer()
    {
        Enter(Flooder, Limit / 2);
        List<WaitPlace> few = Enter(Honest, 5);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        Enter(Flooder, (Limit / 2) - 5);

        Assert.False(_bound.TryEnter(Place(), in Flooder));
        Assert.DoesNotContain(few, static place => place.Exchange.IsAbandoned);
    }

    [Fact]
    public void A_client_renews_its_own_places_slowly_enough_that_others_find_old_ones()
    {
        Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.True(_bound.TryEnter(Place(), in Flooder));
        Assert.False(_bound.TryEnter(Place(), in Flooder));
        Assert.True(_bound.TryEnter(Place(), in Honest));

        _time.Advance(WaitBound.RenewalTime / (Limit / 2));
        Assert.False(_bound.TryEnter(Place(), in Flooder));
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(_bound.TryEnter(Place(), in Flooder));
    }

    [Fact]
    public void Clients_are_told_apart_by_address_and_not_by_port()
    {
        Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        NetworkEndpoint otherPort = Client("192.0.2.66", 777);

        Assert.True(_bound.TryEnter(Place(), in Flooder));
        Assert.False(_bound.TryEnter(Place(), in otherPort));
    }

    [Fact]
    public void A_query_whose_answer_is_there_is_not_evicted_any_more()
    {
        List<WaitPlace> places = Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromSeconds(1));
        WaitPlace oldest = places[Limit / 2];
        Assert.Equal(WaitEnd.Wanted, _bound.EndWait(oldest));

        Assert.True(_bound.TryEnter(Place(), in Honest));

        Assert.False(oldest.Exchange.IsAbandoned);
        Assert.True(places[(Limit / 2) + 1].Exchange.IsAbandoned);
        Assert.Equal(Limit + 1, _bound.Count);
        _bound.Leave(oldest);
        Assert.Equal(Limit, _bound.Count);
    }

    [Fact]
    public void An_evicted_query_is_told_so_and_counts_until_it_ends()
    {
        List<WaitPlace> places = Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_bound.TryEnter(Place(), in Honest));
        WaitPlace victim = places[Limit / 2];

        Assert.Equal(WaitEnd.Evicted, _bound.EndWait(victim));
        Assert.Equal(Limit + 1, _bound.Count);
        Assert.Equal(1, _bound.Evicted);

        _bound.Leave(victim);
        Assert.Equal(Limit, _bound.Count);
        Assert.False(victim.IsTaken);
    }

    [Fact]
    public void Memory_stays_bounded_when_evicted_queries_do_not_end()
    {
        Enter(Flooder, Limit);
        for (int i = 0; i < 10 * Limit; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            NetworkEndpoint client = Client($"198.51.100.{i % 250}");
            _bound.TryEnter(Place(), in client);
        }

        Assert.Equal(Limit + (Limit / WaitBound.EvictedShare), _bound.Count);
        Assert.True(_bound.Count * (long)WaitBound.BytesPerQuery <= WaitBound.GetMemory(Limit));
        Assert.True(Rejected("limit") > 0);
    }

    [Fact]
    public void The_limit_may_change_at_run_time()
    {
        List<WaitPlace> places = Enter(Flooder, Limit);
        _bound.Limit = 2 * Limit;
        places.AddRange(Enter(Honest, Limit));
        Assert.Equal(2 * Limit, _bound.Count);

        _bound.Limit = Limit;
        Assert.False(_bound.TryEnter(Place(), in Honest));
        places.ForEach(_bound.Leave);
        Assert.Equal(0, _bound.Count);
        Enter(Honest, Limit);
        Assert.False(_bound.TryEnter(Place(), in Honest));
    }

    [Fact]
    public void Queries_are_counted_in_the_memory_budget_and_keep_its_limit()
    {
        MemoryShareRule rule = new("waiting", 1, WaitBound.GetMemory(Limit), MemoryKind.Managed, MemoryPriority.Fixed);
        MemoryShareRule rest = new("rest", 0, long.MaxValue, MemoryKind.Managed, MemoryPriority.Remainder);
        MemoryBudget budget = new([rule, rest], MemoryBudget.Unlimited, _metrics);
        WaitBound bound = new(1_000_000, _metrics, _time) { Memory = budget[rule] };
        List<WaitPlace> places = [];
        for (WaitPlace place = Place(); bound.TryEnter(place, in Flooder); place = Place())
        {
            places.Add(place);
        }

        Assert.Equal(Limit, places.Count);
        Assert.Equal(places.Count * (long)WaitBound.BytesPerQuery, budget[rule].Used);
        Assert.Equal(1, budget[rule].Refused);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bound.TryEnter(Place(), in Honest));
        Assert.True(budget[rule].Used <= budget[rule].Limit);

        budget.SetLimit(1);
        Assert.Equal(1, bound.Limit);
        places.ForEach(bound.Leave);
        Assert.Equal(WaitBound.BytesPerQuery, budget[rule].Used);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(72L << 20)]
    [InlineData(1L << 40)]
    public void A_limit_from_bytes_fits_into_the_bytes(long bytes)
    {
        int limit = WaitBound.GetLimit(bytes);

        Assert.True(limit == 1 || WaitBound.GetMemory(limit) <= bytes + WaitBound.BytesPerQuery);
    }

    [Fact]
    public void A_query_without_a_client_takes_a_place_that_nobody_takes_over()
    {
        IWaitPlaces places = _bound;
        for (int i = 0; i < Limit; i++)
        {
            Assert.True(places.TryEnter(in Honest));
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(_bound.TryEnter(Place(), in Flooder));
        Assert.False(places.TryEnter(in Honest));
        places.Leave();
        Assert.True(_bound.TryEnter(Place(), in Flooder));
    }

    [Fact]
    public void A_query_without_a_client_makes_room_for_itself_as_others_do()
    {
        Enter(Flooder, Limit);
        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.True(((IWaitPlaces)_bound).TryEnter(in Honest));
        Assert.Equal(1, Rejected("evicted"));
        Assert.Equal(Limit + 1, _bound.Count);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_query()
    {
        Enter(Flooder, Limit / 2);
        WaitPlace place = Place();
        NetworkEndpoint[] clients = [.. Enumerable.Range(1, 8).Select(static i => Client($"192.0.2.{i}"))];

        Assert.Equal(0, Allocations.Count(() =>
        {
            foreach (NetworkEndpoint client in clients)
            {
                _bound.TryEnter(place, in client);
                _bound.EndWait(place);
                _bound.Leave(place);
            }
        }));
    }

    /// <summary>Against a simple model: no place is lost, none is given twice, and no more are in memory than may be.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_order_of_events_loses_a_place(int seed)
    {
        Random random = new(seed);
        NetworkEndpoint[] clients = [.. Enumerable.Range(1, 6).Select(static i => Client($"192.0.2.{i}"))];
        List<WaitPlace> taken = [];
        int free = 0;
        for (int i = 0; i < 20_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(60)));
            int choice = random.Next(100);
            if (choice < 55)
            {
                WaitPlace place = Place();
                NetworkEndpoint client = clients[Math.Min(random.Next(clients.Length), random.Next(clients.Length))];
                if (_bound.TryEnter(place, in client))
                {
                    taken.Add(place);
                }
            }
            else if (taken.Count > 0)
            {
                WaitPlace place = taken[random.Next(taken.Count)];
                if (choice < 70)
                {
                    Assert.Equal(place.Exchange.IsAbandoned ? WaitEnd.Evicted : WaitEnd.Wanted, _bound.EndWait(place));
                }
                else
                {
                    taken.Remove(place);
                    _bound.Leave(place);
                    free++;
                }
            }

            Assert.Equal(taken.Count, _bound.Count);
            Assert.Equal(taken.Count(static place => place.Exchange.IsAbandoned), _bound.Evicted);
            Assert.True(taken.Count(static place => place.State != WaitPlaceState.Evicted) <= Limit);
            Assert.True(_bound.Count <= Limit + (Limit / WaitBound.EvictedShare));
        }

        Assert.True(free > 1000);
        Assert.True(Rejected("evicted") > 100);
    }

    private static NetworkEndpoint Client(string address, int port = 5300)
        => NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse(address), port));

    private static WaitPlace Place() => new(new Exchange());

    private double Rejected(string reason) => _metrics.Counters("clusterdns_waiting_rejected_total", "", "reason").With(reason).Value;

    private List<WaitPlace> Enter(NetworkEndpoint client, int count)
    {
        List<WaitPlace> places = [];
        for (int i = 0; i < count; i++)
        {
            WaitPlace place = Place();
            Assert.True(_bound.TryEnter(place, in client));
            places.Add(place);
        }

        return places;
    }
}
