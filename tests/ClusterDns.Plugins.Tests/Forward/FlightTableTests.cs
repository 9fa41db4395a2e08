using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Forward.Sharing;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

public sealed class FlightTableTests
{
    private const long MiB = 1024 * 1024;

    private readonly PluginKit _kit = new(new ForwardPlugin(), "forward . 192.0.2.1");

    [Theory]
    [InlineData(64 * MiB, 1024)]
    [InlineData(170 * MiB, 1024)]
    [InlineData(MemoryBudget.Unlimited, 2000)]
    public async Task Followers_lie_idle_within_what_is_reserved_for_them(long limit, int followers)
    {
        MemoryShare share = Pools(limit);
        using FlightTable table = Create(share);
        long reserved = share.Used;

        await FollowAsync(table, followers);

        Assert.Equal((long)table.MaxIdle * (Follower.Bytes + Flight.Bytes), reserved);
        Assert.InRange(reserved, 1, share.Limit / 16);
        Assert.Equal(table.MaxIdle, table.IdleFollowers);
        Assert.True(table.MaxIdle < followers);
    }

    [Fact]
    public async Task Followers_are_used_again()
    {
        using FlightTable table = Create(Pools(MemoryBudget.Unlimited));
        await FollowAsync(table, 10);
        await FollowAsync(table, 10);

        Assert.Equal(10, table.IdleFollowers);
    }

    [Fact]
    public void Table_keeps_little_where_the_share_is_exhausted_and_releases_what_it_reserved()
    {
        MemoryShare share = Pools(170 * MiB);
        share.Reserve(share.Limit);
        FlightTable table = Create(share);

        Assert.InRange(share.Used - share.Limit, 1, 16 * 1024);
        Assert.InRange(table.MaxIdle, 1, 64);
        table.Dispose();
        Assert.Equal(share.Limit, share.Used);
    }

    [Fact]
    public void Forward_reserves_what_lies_idle_in_the_memory_budget_as_long_as_a_configuration_forwards()
    {
        MemoryBudget budget = new(MemoryTable.Rules, 170 * MiB, new MetricRegistry());
        ResourceScope resources = new SharedResources().CreateScope();
        _ = new PluginKit(new ForwardPlugin(), "forward . 192.0.2.1", resources: resources, memory: budget);
        Assert.True(budget[MemoryTable.Pools].Used > 0);

        resources.Dispose();
        Assert.Equal(0, budget[MemoryTable.Pools].Used);
    }

    [Fact]
    public void Flights_and_followers_take_no_more_than_they_are_counted_with()
    {
        Query query = _kit.CreateContext("www.example.");
        IdleStack<Follower> none = new(0);

        Assert.InRange(Allocations.Count(() => Follower.Rent(none, query)) / Allocations.Times, 1, Follower.Bytes);
        Assert.InRange(Allocations.Count(static () => GC.KeepAlive(new Flight())) / Allocations.Times, 1, Flight.Bytes);
    }

    [Fact]
    public async Task Sweep_looks_only_at_flights_that_have_followers()
    {
        using FlightTable table = Create(Pools(MemoryBudget.Unlimited));
        for (int i = 0; i < 1000; i++)
        {
            Assert.Null(Join(table, _kit.CreateContext($"{i}.example."), out Flight? _));
        }

        Assert.Equal(0, table.Sweep());
        Follower[] followers = [.. Enumerable.Range(0, 20).Select(i => Join(table, _kit.CreateContext($"{i % 10}.example."), out Flight? _)!)];
        Assert.Equal(10, table.Sweep());

        foreach (int i in (int[])[0, 10, 3])
        {
            followers[i].Context.Exchange.Abandon();
        }

        Assert.Equal(10, table.Sweep());
        Assert.Equal(9, table.Sweep());
        Assert.Equal(ResponseStatus.Dropped, await StatusAsync(followers[0]));
        Assert.Equal(ResponseStatus.Dropped, await StatusAsync(followers[10]));
        Assert.Equal(ResponseStatus.Dropped, await StatusAsync(followers[3]));
        Assert.False(followers[13].Completion.IsCompleted);
    }

    [Fact]
    public void Flight_that_ends_is_not_swept_again()
    {
        using FlightTable table = Create(Pools(MemoryBudget.Unlimited));
        Flight[] flights = [.. Enumerable.Range(0, 40).Select(i => Begin(table, $"{i}.example."))];
        for (int i = 0; i < flights.Length; i++)
        {
            Assert.NotNull(Join(table, _kit.CreateContext($"{i}.example."), out Flight? _));
        }

        foreach (int i in (int[])[20, 0, 39, 1])
        {
            Assert.NotNull(table.End(flights[i], out int followers));
            Assert.Equal(1, followers);
        }

        Assert.Equal(36, table.Sweep());
    }

    private static async Task<ResponseStatus> StatusAsync(Follower follower)
    {
        Query query = follower.Context;
        (await follower.Completion).CopyTo(query.Response, "forward");
        return query.Response.Status;
    }

    private static MemoryShare Pools(long limit) => new MemoryBudget(MemoryTable.Rules, limit, new MetricRegistry())[MemoryTable.Pools];

    private FlightTable Create(MemoryShare pools) => new(_kit.Time, _kit.Wiring.Environment.Guard, pools);

    private async Task FollowAsync(FlightTable table, int count)
    {
        Query query = _kit.CreateContext("www.example.");
        Assert.Null(Join(table, query, out Flight? flight));
        Follower[] followers = [.. Enumerable.Range(0, count).Select(_ => Join(table, query, out Flight? _)!)];
        Task<SharedOutcome>[] completions = [.. followers.Select(static follower => follower.Completion.AsTask())];
        Follower? next = table.End(flight!, out int ended);
        Assert.Equal(count, ended);
        while (next is { } follower)
        {
            next = follower.Next;
            follower.Next = null;
            follower.Complete(SharedOutcome.Dropped);
        }

        await Task.WhenAll(completions);
    }

    private Flight Begin(FlightTable table, string name)
    {
        Assert.Null(Join(table, _kit.CreateContext(name), out Flight? flight));
        return flight!;
    }

    private Follower? Join(FlightTable table, Query query, out Flight? flight)
    {
        long now = _kit.Time.GetTimestamp();
        Assert.True(query.TryGetRequest(out ReadOnlyMemory<byte> request));
        return table.Join(this, query, request, usesStream: false, now, now + (5 * _kit.Time.TimestampFrequency), out flight);
    }
}
