using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

public class ForwardHandlerTests
{
    private const string First = "192.0.2.1:53";
    private const string Second = "192.0.2.2:53";
    private const string Both = "forward . 192.0.2.1 192.0.2.2";
    private const string Answer = "NOERROR\nAnswer: www.example. 300 A 192.0.2.1";

    private readonly FakeUpstreams _upstreams = new();

    [Fact]
    public void AnAnswerPassesWithItsFlags()
    {
        _upstreams.Answers(First);
        PluginKit kit = Create("forward . 192.0.2.1");

        Query query = kit.Serve("www.example.");

        Assert.Equal("forward", query.Response.Plugin);
        Assert.True(query.Response.RecursionAvailable);
        Assert.False(query.Response.Authoritative);
        Assert.Equal(Answer, kit.Ask("www.example."));
        Assert.Equal(1, _upstreams.Held);
        query.Exchange.Reset();
        Assert.Equal(0, _upstreams.Held);
    }

    [Fact]
    public void TheUpstreamThatWasAskedLastIsTold()
    {
        _upstreams.Fails(First);
        _upstreams.Answers(Second);
        PluginKit kit = Create("forward example 192.0.2.1 192.0.2.2 {\n policy sequential\n}\nforward test 192.0.2.2");
        MetadataTable table = new(kit.Wiring.All<MetadataField>());

        Assert.Equal(Second, table.Read(kit.Serve("www.example."), "forward/upstream"));
        Assert.Null(table.Read(kit.Serve("www.elsewhere."), "forward/upstream"));
    }

    [Fact]
    public void NamesOutsideFromAndBelowExceptGoOn()
    {
        _upstreams.Answers(First);
        PluginKit kit = Create("forward example 192.0.2.1 {\n except inner.example other.example\n}");

        Assert.Equal(Answer, kit.Ask("www.example."));
        Assert.Equal("REFUSED", kit.Ask("www.inner.example."));
        Assert.Equal("REFUSED", kit.Ask("other.example."));
        Assert.Equal("REFUSED", kit.Ask("www.elsewhere."));
    }

    [Theory]
    [InlineData("", TransportProtocol.Udp, UpstreamProtocol.Udp)]
    [InlineData("", TransportProtocol.Tcp, UpstreamProtocol.Tcp)]
    [InlineData("prefer_udp", TransportProtocol.Tcp, UpstreamProtocol.Udp)]
    [InlineData("force_tcp", TransportProtocol.Udp, UpstreamProtocol.Tcp)]
    [InlineData("force_tcp\n prefer_udp", TransportProtocol.Udp, UpstreamProtocol.Tcp)]
    public void AnUpstreamIsAskedAsTheClientAskedUnlessAnOptionSaysOtherwise(
        string option, TransportProtocol client, UpstreamProtocol expected)
    {
        _upstreams.Answers(First);

        Create($"forward . 192.0.2.1 {{\n {option}\n}}").Ask("www.example.", transport: client);

        Assert.Equal($"{First} {expected}", Assert.Single(_upstreams.Asked));
    }

    [Theory]
    [InlineData("", UpstreamProtocol.Udp)]
    [InlineData("prefer_udp", UpstreamProtocol.Udp)]
    [InlineData("force_tcp", UpstreamProtocol.Tcp)]
    public async Task Other_plugins_ask_an_upstream_as_datagrams_are_forwarded(string option, UpstreamProtocol expected)
    {
        _upstreams.Answers(First);
        PluginKit kit = Create($"forward . 192.0.2.1 {{\n {option}\n}}");

        UpstreamOutcome outcome = await Assert.Single(kit.Wiring.All<IForwardTarget>()).Channel.AskAsync(
            new UpstreamQuery(new byte[12], TimeSpan.FromSeconds(1)));

        Assert.Equal((UpstreamStatus.Answered, expected), (outcome.Status, outcome.Protocol));
    }

    [Fact]
    public void The_clients_request_is_left_as_it_came()
    {
        _upstreams.Answers(First);
        PluginKit kit = Create("forward . 192.0.2.1");
        Query query = kit.CreateContext("www.example.", udpSize: 4096);
        byte[] before = query.Request.ToArray();
        query.UdpSize = 1232;

        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        Assert.Equal(before, query.Request);
    }

    [Fact]
    public void WhatIsTruncatedIsAskedAgainOverTcpWithPreferUdp()
    {
        _upstreams.Answers(First, truncatedOverUdp: true);

        Query query = Create("forward . 192.0.2.1 {\n prefer_udp\n}").Serve("www.example.");

        Assert.False(query.Response.Truncated);
        Assert.Equal($"{First} Udp, {First} Tcp", string.Join(", ", _upstreams.Asked));
        Assert.Equal(1, _upstreams.Held);
    }

    [Fact]
    public void WhatIsTruncatedIsPassedToTheClientElse()
    {
        _upstreams.Answers(First, truncatedOverUdp: true);

        Assert.True(Create("forward . 192.0.2.1").Serve("www.example.").Response.Truncated);
        Assert.Single(_upstreams.Asked);
    }

    [Fact]
    public void SuspiciousDatagramsAreAskedAgainOverTcp()
    {
        _upstreams.On(First, protocol => new ValueTask<UpstreamOutcome>(
            protocol == UpstreamProtocol.Udp ? new UpstreamOutcome(UpstreamStatus.Suspicious, null) : _upstreams.Reply()));

        Assert.Equal(Answer, Create("forward . 192.0.2.1").Ask("www.example."));
    }

    [Fact]
    public void TheNextUpstreamIsAskedWhenOneFails()
    {
        _upstreams.Fails(First);
        _upstreams.Answers(Second);

        Assert.Equal(Answer, Create(Both + " {\n policy sequential\n max_fails 0\n}").Ask("www.example."));
        Assert.Equal($"{First} Udp, {Second} Udp", string.Join(", ", _upstreams.Asked));
    }

    [Theory]
    [InlineData(UpstreamStatus.TimedOut, "read udp 192.0.2.1:53: no reply within 2s: i/o timeout")]
    [InlineData(UpstreamStatus.Failed, "read udp 192.0.2.1:53: connection refused")]
    public void WithoutAnAnswerTheFailureIsTold(UpstreamStatus status, string failure)
    {
        _upstreams.Fails(First, status);

        Query query = Create("forward . 192.0.2.1 {\n max_fails 0\n}").Serve("www.example.");

        Assert.Equal(ResponseCode.ServFail, query.Response.Code);
        Assert.Equal(failure, query.Response.Failure);
        Assert.Equal(2, _upstreams.Asked.Count);
    }

    [Theory]
    [InlineData("max_connect_attempts 5", 5)]
    [InlineData("", 4)]
    public void AttemptsAreBounded(string option, int expected)
    {
        _upstreams.Fails(First);
        _upstreams.Fails(Second);

        Create($"{Both} {{\n max_fails 0\n {option}\n}}").Ask("www.example.");

        Assert.Equal(expected, _upstreams.Asked.Count);
    }

    [Fact]
    public void WithoutABoundOfAttemptsTheTimeIsOne()
    {
        PluginKit? kit = null;
        _upstreams.On(First, _ =>
        {
            kit!.Time.Advance(TimeSpan.FromSeconds(1));
            return new ValueTask<UpstreamOutcome>(new UpstreamOutcome(UpstreamStatus.Failed, null));
        });
        kit = Create("forward . 192.0.2.1 {\n max_fails 0\n max_connect_attempts 0\n}");

        kit.Ask("www.example.");

        Assert.Equal(5, _upstreams.Asked.Count);
        Assert.Equal(TimeSpan.FromSeconds(1), _upstreams.LastTimeout);
    }

    [Fact]
    public async Task WithoutABoundOfAttemptsThereIsAPauseWhereEachFailsAtOnce()
    {
        _upstreams.Fails(First, UpstreamStatus.Failed);
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n max_connect_attempts 0\n}");
        Query query = kit.CreateContext("www.example.");

        Task served = kit.Handler.ServeAsync(query).AsTask();
        Assert.Equal(2, _upstreams.Asked.Count);
        await kit.Time.RunUntilAsync(served, TimeSpan.FromMilliseconds(10));

        // Two attempts a round, a round each 100 ms for five seconds, and an attempt after the pause that began before their end.
        Assert.Equal(101, _upstreams.Asked.Count);
        Assert.Equal(ResponseCode.ServFail, query.Response.Code);
    }

    [Fact]
    public void OneUpstreamMayTakeItsReadTimeout()
    {
        _upstreams.Answers(First);

        Create("forward . 192.0.2.1 {\n read_timeout 700ms\n}").Ask("www.example.");

        Assert.Equal(TimeSpan.FromMilliseconds(700), _upstreams.LastTimeout);
    }

    [Fact]
    public void RoundRobinBeginsWithTheNextEachTime()
    {
        _upstreams.Answers(First);
        _upstreams.Answers(Second);
        PluginKit kit = Create(Both + " {\n policy round_robin\n}");

        for (int i = 0; i < 4; i++)
        {
            kit.Ask("www.example.");
        }

        Assert.Equal($"{First} Udp, {Second} Udp, {First} Udp, {Second} Udp", string.Join(", ", _upstreams.Asked));
    }

    [Fact]
    public void RandomBeginsWithEitherAboutAsOften()
    {
        _upstreams.Answers(First);
        _upstreams.Answers(Second);
        PluginKit kit = Create(Both);

        for (int i = 0; i < 1000; i++)
        {
            kit.Ask("www.example.");
        }

        Assert.InRange(_upstreams.Asked.Count(static asked => asked.StartsWith(First, StringComparison.Ordinal)), 400, 600);
    }

    [Fact]
    public void FailoverAsksTheNextUpstreamAndTheLastAnswerCounts()
    {
        _upstreams.Answers(First, ResponseCode.ServFail);
        _upstreams.Answers(Second, ResponseCode.Refused);
        PluginKit kit = Create(Both + " {\n policy sequential\n failover SERVFAIL REFUSED\n}");

        Assert.Equal("REFUSED", kit.Ask("www.example."));
        Assert.Equal(2, _upstreams.Asked.Count);

        _upstreams.Answers(Second);
        Assert.Equal(Answer, kit.Ask("www.example."));
    }

    [Theory]
    [InlineData("next NXDOMAIN", ResponseCode.NXDomain, false)]
    [InlineData("next_on_nodata", ResponseCode.NoError, true)]
    public void TheNextForwardIsAsked(string option, ResponseCode code, bool empty)
    {
        _upstreams.Answers(First, code, empty: empty);
        _upstreams.Answers(Second);

        Assert.Equal(
            Answer, Create($"forward . 192.0.2.1 {{\n {option}\n}}\nforward . 192.0.2.2").Ask("www.example."));
    }

    [Fact]
    public void NextMeansNothingWithoutAnotherForward()
    {
        _upstreams.Answers(First, ResponseCode.NXDomain);

        Assert.Equal("NXDOMAIN", Create("forward . 192.0.2.1 {\n next NXDOMAIN\n}").Ask("www.example."));
    }

    [Fact]
    public async Task MoreThanMaxConcurrentIsRefused()
    {
        TaskCompletionSource<UpstreamOutcome> waiting = new();
        _upstreams.On(First, _ => new ValueTask<UpstreamOutcome>(waiting.Task));
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_concurrent 1\n}");
        Query first = kit.CreateContext("www.example.");
        Task served = kit.Handler.ServeAsync(first).AsTask();

        Query second = kit.Serve("www.example.");
        Assert.Equal(ResponseCode.Refused, second.Response.Code);
        Assert.Equal("concurrent queries exceeded maximum 1", second.Response.Failure);
        Assert.Equal(1, kit.Metrics.Counter(
            "coredns_forward_max_concurrent_rejects_total",
            "Counter of the number of queries rejected because the concurrent queries were at maximum.").Value);

        waiting.SetResult(_upstreams.Reply());
        await served;
        _upstreams.Answers(First);
        Assert.Equal(Answer, kit.Ask("www.example."));
    }

    [Fact]
    public void WhatBufsizeLoweredIsWhatTheUpstreamIsTold()
    {
        _upstreams.Answers(First);
        PluginKit kit = Create("forward . 192.0.2.1");
        Query query = kit.CreateContext("www.example.", udpSize: 4096);
        query.UdpSize = 1232;

        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        Assert.Equal([1232 >> 8, 1232 & 255], _upstreams.LastQuery[^8..^6]);
    }

    [Fact]
    public void DurationsAndResponsesAreCounted()
    {
        _upstreams.Answers(First, ResponseCode.NXDomain);
        PluginKit kit = Create("forward . 192.0.2.1");

        kit.Ask("www.example.");
        kit.Ask("www.example.");

        Histogram histogram = kit.Metrics.Families.OfType<HistogramFamily>()
            .Single(static family => string.Equals(family.Name, "coredns_proxy_request_duration_seconds", StringComparison.Ordinal))
            .With("forward", First, "NXDOMAIN");
        Assert.Equal(16, histogram.Bounds.Length);
        Assert.Equal(8.192, histogram.Bounds[15], 6);
        Assert.Equal(2, Enumerable.Range(0, 17).Sum(histogram.GetCount));
        foreach ((string name, string[] labels, long count) in ((string, string[], long)[])
            [
                ("coredns_forward_requests_total", [First], 2),
                ("coredns_forward_responses_total", [First, "NXDOMAIN"], 2),
                ("coredns_proxy_conn_cache_misses_total", ["forward", First, "udp"], 1),
                ("coredns_proxy_conn_cache_hits_total", ["forward", First, "udp"], 1),
            ])
        {
            CounterFamily family = kit.Metrics.Families.OfType<CounterFamily>()
                .Single(family => string.Equals(family.Name, name, StringComparison.Ordinal));
            Assert.Equal(count, family.With(labels).Value);
        }
    }

    private PluginKit Create(string text) => new(new ForwardPlugin(), text, upstreams: _upstreams);
}
