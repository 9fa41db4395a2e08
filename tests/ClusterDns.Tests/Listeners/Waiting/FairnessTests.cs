using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Listeners;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners.Waiting;

/// <summary>
/// What share of their queries clients lose, millisecond by millisecond, while one asks for names whose servers are silent. Places and rates are a
/// tenth of real ones.
/// </summary>
public sealed class FairnessTests
{
    private const int Limit = WaitBound.DefaultLimit / 10;

    private const int Milliseconds = 20_000;

    /// <summary>From when on losses count: no query is old enough to make room in the first 200 ms of a flood that fills all places.</summary>
    private const int WarmMilliseconds = 500;

    /// <summary>How long a query for a silent name waits when nothing evicts it.</summary>
    private const int Silent = 5_000;

    /// <summary>How often upstreams look for queries that were abandoned.</summary>
    private const int TickMilliseconds = 20;

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(150)]
    [InlineData(1_000)]
    [InlineData(4_000)]
    public void A_flood_of_silent_names_costs_other_clients_less_than_one_percent(int floodPerSecond)
    {
        Traffic flood = new("192.0.2.66", floodPerSecond, Silent);
        Traffic[] honest = [.. Enumerable.Range(1, 10).Select(static i => new Traffic($"192.0.2.{i}", 20, 5))];

        Run([flood, .. honest]);

        Assert.All(honest, static client => Assert.True(client.LostShare < 0.01, $"{client.Lost} of {client.Asked} lost"));
        Assert.True(flood.Lost > flood.Asked / 4, "the flood does not exhaust the places");
    }

    [Fact]
    public void A_client_with_nearly_all_honest_traffic_loses_nothing_without_a_flood()
    {
        Traffic nodeCache = new("192.0.2.1", 900, 50);
        Traffic others = new("192.0.2.2", 100, 50);

        Run([nodeCache, others]);

        Assert.Equal(0, nodeCache.Lost);
        Assert.Equal(0, others.Lost);
    }

    [Theory]
    [InlineData(150)]
    [InlineData(2_000)]
    public void A_client_with_nearly_all_honest_traffic_loses_less_than_one_percent_to_a_flood(int floodPerSecond)
    {
        Traffic nodeCache = new("192.0.2.1", 450, 5);
        Traffic others = new("192.0.2.2", 50, 5);
        Traffic flood = new("192.0.2.66", floodPerSecond, Silent);

        Run([flood, nodeCache, others]);

        Assert.True(nodeCache.LostShare < 0.01, $"{nodeCache.Lost} of {nodeCache.Asked} lost");
        Assert.True(others.LostShare < 0.01, $"{others.Lost} of {others.Asked} lost");
    }

    private void Run(Traffic[] clients)
    {
        WaitBound bound = new(Limit, _metrics, _time);
        List<PendingQuery> waiting = [];
        Stack<WaitPlace> free = new();
        for (int now = 0; now < Milliseconds; now++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            EndQueries(bound, waiting, free, now);
            foreach (Traffic client in clients)
            {
                for (int i = client.Due(now); i > 0; i--)
                {
                    client.Asked += now >= WarmMilliseconds ? 1 : 0;
                    WaitPlace place = free.Count > 0 ? free.Pop() : new WaitPlace(new Exchange());
                    if (bound.TryEnter(place, client.Endpoint))
                    {
                        waiting.Add(new PendingQuery(place, client, now + client.Takes));
                    }
                    else
                    {
                        client.Lost += now >= WarmMilliseconds ? 1 : 0;
                        free.Push(place);
                    }
                }
            }

            Assert.Equal(waiting.Count, bound.Count);
            Assert.True(bound.Count <= Limit + (Limit / WaitBound.EvictedShare));
        }
    }

    private static void EndQueries(WaitBound bound, List<PendingQuery> waiting, Stack<WaitPlace> free, int now)
    {
        waiting.RemoveAll(query =>
        {
            bool isSeenAbandoned = now % TickMilliseconds == 0 && query.Place.Exchange.IsAbandoned;
            if (query.End > now && !isSeenAbandoned)
            {
                return false;
            }

            query.Client.Lost += bound.EndWait(query.Place) == WaitEnd.Evicted && now >= WarmMilliseconds ? 1 : 0;
            bound.Leave(query.Place);
            query.Place.Exchange.Reset();
            free.Push(query.Place);
            return true;
        });
    }

    private sealed record PendingQuery(WaitPlace Place, Traffic Client, int End);

    private sealed class Traffic(string address, int perSecond, int takes)
    {
        private long _asked;

        public NetworkEndpoint Endpoint { get; } = NetworkEndpoint.From(new IPEndPoint(IPAddress.Parse(address), 5300));

        public int Takes { get; } = takes;

        public int Asked { get; set; }

        public int Lost { get; set; }

        public double LostShare => (double)Lost / Asked;

        public int Due(int now)
        {
            long due = ((now + 1L) * perSecond / 1000) - _asked;
            _asked += due;
            return (int)due;
        }
    }
}
