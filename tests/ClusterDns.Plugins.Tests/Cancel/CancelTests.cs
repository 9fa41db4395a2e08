using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Cancel;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Cancel;

public class CancelTests
{
    private const string Upstream = "192.0.2.1:53";

    [Theory]
    [InlineData("cancel", 5001)]
    [InlineData("cancel 1s", 1000)]
    [InlineData("cancel 1m0.5s", 60500)]
    public void AQueryGetsADeadline(string text, int milliseconds)
    {
        PluginKit kit = new(new CancelPlugin(), text);

        Query query = kit.Serve("www.example.");

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), kit.Time.GetElapsedTime(query.ReceivedTimestamp, query.Deadline));
    }

    [Fact]
    public void ATimeoutOfCenturiesIsOne()
    {
        Query query = new PluginKit(new CancelPlugin(), "cancel 2000000h").Serve("www.example.");

        Assert.True(query.Deadline > query.ReceivedTimestamp);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void TheEarlierDeadlineCounts(int seconds)
    {
        PluginKit kit = new(new CancelPlugin(), "cancel 10s");
        Query query = kit.CreateContext("www.example.");
        long ours = query.ReceivedTimestamp + (10 * kit.Time.TimestampFrequency);
        query.Deadline = ours + (seconds * kit.Time.TimestampFrequency);
        long earlier = Math.Min(ours, query.Deadline);

        kit.ServeAgain(query);

        Assert.Equal(earlier, query.Deadline);
    }

    [Fact]
    public void InternalQueriesShareTheDeadline()
    {
        Query query = new PluginKit(new CancelPlugin(), "cancel 1s").Serve("www.example.");

        Assert.Equal(query.Deadline, InternalQuery.TryCreate(query, DomainName.Parse("alias.example."), RecordType.A)!.Deadline);
    }

    [Theory]
    [InlineData(999, ResponseStatus.Answered)]
    [InlineData(1000, ResponseStatus.Dropped)]
    public async Task WhatHasWaitedPastTheDeadlineIsNotAnswered(int milliseconds, ResponseStatus expected)
    {
        PluginKit kit = new(new CancelPlugin(), "cancel 1s");
        WaitingHandler waiting = new();
        CancelHandler handler = new(waiting, TimeSpan.FromSeconds(1), kit.Time);
        Query query = kit.CreateContext("www.example.");

        Task served = handler.ServeAsync(query).AsTask();
        kit.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        waiting.Complete();
        await served;

        Assert.Equal(expected, query.Response.Status);
    }

    [Fact]
    public void AnUpstreamIsWaitedForNoLongerAndTheClientGetsNothing()
    {
        FakeUpstreams upstreams = new();
        PluginKit forward = new(new ForwardPlugin(), "forward . 192.0.2.1 {\n max_fails 0\n max_connect_attempts 0\n}", upstreams: upstreams);
        List<TimeSpan> timeouts = [];
        upstreams.On(Upstream, _ =>
        {
            timeouts.Add(upstreams.LastTimeout);
            forward.Time.Advance(upstreams.LastTimeout);
            return new ValueTask<UpstreamOutcome>(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        });
        CancelHandler handler = new(forward.Handler, TimeSpan.FromSeconds(3), forward.Time);
        Query query = forward.CreateContext("www.example.");

        Assert.True(handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)], timeouts);
        Assert.Equal(ResponseStatus.Dropped, query.Response.Status);
        Assert.Null(query.Response.Failure);
    }

    [Fact]
    public void ADeadlineAllocatesNothing()
    {
        PluginKit kit = new(new CancelPlugin(), "cancel", static query => query.Response.Answer("next"));
        Query query = kit.Serve("www.example.");

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Theory]
    [InlineData("cancel 5", "Corefile:2:8: invalid duration '5' for cancel: expected for example 5s or 1m30s")]
    [InlineData("cancel -5s", "Corefile:2:8: invalid duration '-5s' for cancel: expected more than 0s")]
    [InlineData("cancel 0s", "Corefile:2:8: invalid duration '0s' for cancel: expected more than 0s")]
    [InlineData("cancel 1s 2s", "Corefile:2:11: unexpected '2s' after 'cancel': expected 'cancel [TIMEOUT]'")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, new PluginKit(new CancelPlugin(), text).Errors);

    private sealed class WaitingHandler() : PluginHandler(EndOfChain.Instance)
    {
        private readonly TaskCompletionSource _waiting = new();

        public override string Name => "waiting";

        public void Complete() => _waiting.SetResult();

        public override async ValueTask ServeAsync(Query query)
        {
            await _waiting.Task;
            query.Response.Answer(Name);
        }
    }
}
