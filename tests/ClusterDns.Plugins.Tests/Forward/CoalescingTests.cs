using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Resources;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Forward.Sharing;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

/// <summary>Identical queries in flight share one upstream query.</summary>
public sealed class CoalescingTests
{
    private const string First = "192.0.2.1:53";
    private const string Second = "192.0.2.2:53";

    private readonly FakeUpstreams _upstreams = new();
    private readonly List<TaskCompletionSource<UpstreamOutcome>> _pending = [];

    public CoalescingTests()
    {
        Script(First);
        Script(Second);
    }

    [Fact]
    public async Task Identical_queries_share_one_upstream_query_and_each_gets_its_answer()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query[] contexts = [.. Enumerable.Range(0, 5).Select(_ => kit.CreateContext("www.example."))];
        Task[] served = [.. contexts.Select(query => Serve(kit, query))];

        Assert.Single(_upstreams.Asked);
        _pending[0].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);

        Assert.All(contexts, static query => Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(query)));
        Assert.All(contexts, static query => Assert.Equal(First, query.Upstream));
        Assert.Equal(4, kit.Metrics.Counter("clusterdns_forward_coalesced_total", "").Value);
        Assert.Equal(1, _upstreams.Held);
        Array.ForEach(contexts[..4], static query => query.Exchange.Reset());
        Assert.Equal(1, _upstreams.Held);
        contexts[4].Exchange.Reset();
        Assert.Equal(0, _upstreams.Held);
    }

    [Fact]
    public async Task Each_query_gets_the_name_in_the_case_in_which_it_asked()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query first = kit.CreateContext("www.example.");
        Query second = kit.CreateContext("wWw.ExAmple.");
        Task[] served = [Serve(kit, first), Serve(kit, second)];

        Assert.Single(_upstreams.Asked);
        _pending[0].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);

        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(first));
        Assert.Equal("wWw.ExAmple. 300 A 192.0.2.1", OnlyAnswer(second));
    }

    [Fact]
    public void Queries_that_are_sent_otherwise_do_not_share()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query[] contexts =
        [
            kit.CreateContext("www.example."),
            kit.CreateContext("www2.example."),
            kit.CreateContext("www.example.", RecordType.AAAA),
            kit.CreateContext("www.example.", flags: HeaderFlags.RecursionDesired),
            kit.CreateContext("www.example.", flags: HeaderFlags.CheckingDisabled),
            kit.CreateContext("www.example.", flags: HeaderFlags.AuthenticData),
            kit.CreateContext("www.example.", udpSize: 1232),
            kit.CreateContext("www.example.", udpSize: 4096),
            WithOption(kit, dnssecOk: true, []),
            WithOption(kit, dnssecOk: false, [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2]),
            WithOption(kit, dnssecOk: false, [0, 8, 0, 7, 0, 1, 24, 0, 198, 51, 100]),
            Lowered(kit.CreateContext("www.example.", udpSize: 4096)),
        ];

        foreach (Query query in contexts)
        {
            _ = Serve(kit, query);
        }

        Assert.Equal(contexts.Length, _upstreams.Asked.Count);
    }

    [Fact]
    public void Queries_over_a_stream_and_over_datagrams_do_not_share_unless_both_go_over_datagrams()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        _ = Serve(kit, kit.CreateContext("www.example."));
        _ = Serve(kit, OverTcp(kit));
        Assert.Equal(["192.0.2.1:53 Udp", "192.0.2.1:53 Tcp"], _upstreams.Asked);

        kit = Create("forward . 192.0.2.1 {\n prefer_udp\n}");
        _upstreams.Asked.Clear();
        _ = Serve(kit, kit.CreateContext("www.example."));
        _ = Serve(kit, OverTcp(kit));
        Assert.Equal(["192.0.2.1:53 Udp"], _upstreams.Asked);
    }

    [Fact]
    public void Blocks_do_not_share_though_they_share_the_table()
    {
        SharedResources resources = new();
        PluginKit one = new(new ForwardPlugin(), "forward . 192.0.2.1", upstreams: _upstreams, resources: resources.CreateScope());
        PluginKit other = new(new ForwardPlugin(), "forward . 192.0.2.2", upstreams: _upstreams, resources: resources.CreateScope());

        _ = Serve(one, one.CreateContext("www.example."));
        _ = Serve(other, other.CreateContext("www.example."));

        Assert.Equal(["192.0.2.1:53 Udp", "192.0.2.2:53 Udp"], _upstreams.Asked);
    }

    [Fact]
    public async Task An_answer_is_not_shared_with_queries_that_come_after_it()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Task first = Serve(kit, kit.CreateContext("www.example."));
        _pending[0].SetResult(_upstreams.Reply());
        await first;

        _ = Serve(kit, kit.CreateContext("www.example."));
        Assert.Equal(2, _upstreams.Asked.Count);
    }

    [Fact]
    public async Task Followers_of_an_evicted_query_ask_again_and_share_that_query()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query evicted = kit.CreateContext("www.example.");
        Query[] followers = [.. Enumerable.Range(0, 4).Select(_ => kit.CreateContext("www.example."))];
        Task leading = Serve(kit, evicted);
        Task[] served = [.. followers.Select(follower => Serve(kit, follower))];
        evicted.Exchange.Abandon();

        // The exchange is cut short, as that of any query that lost its place.
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await leading;
        Assert.Equal(ResponseStatus.Dropped, evicted.Response.Status);
        await UntilAsync(() => kit.Metrics.Counter("clusterdns_forward_coalesced_total", "").Value == 4 + 3);
        Assert.Equal(2, _upstreams.Asked.Count);

        _pending[1].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);
        Assert.All(followers, static follower => Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(follower)));
    }

    [Fact]
    public async Task Follower_does_not_ask_again_after_five_seconds()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        List<Query> leaders = [];
        _upstreams.On(First, _ =>
        {
            leaders.Add(((Flight)_upstreams.LastAsker!).Leader);
            TaskCompletionSource<UpstreamOutcome> pending = new();
            _pending.Add(pending);
            return new ValueTask<UpstreamOutcome>(pending.Task);
        });
        Query[] contexts = [.. Enumerable.Range(0, 3).Select(_ => kit.CreateContext("www.example."))];
        Task[] served = [.. contexts.Select(query => Serve(kit, query))];
        Counter coalesced = kit.Metrics.Counter("clusterdns_forward_coalesced_total", "");

        kit.Time.Advance(TimeSpan.FromSeconds(3));
        leaders[0].Exchange.Abandon();
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await UntilAsync(() => _pending.Count == 2 && coalesced.Value == 3);
        kit.Time.Advance(TimeSpan.FromSeconds(2));
        leaders[1].Exchange.Abandon();
        _pending[1].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await Task.WhenAll(served);

        Assert.Equal(2, _pending.Count);
        Query last = Assert.Single(contexts, query => !leaders.Contains(query));
        Assert.Equal(ResponseStatus.Failed, last.Response.Status);
        Assert.Equal(ResponseCode.ServFail, last.Response.Code);
    }

    [Fact]
    public async Task Query_that_was_abandoned_without_followers_gets_none()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query evicted = kit.CreateContext("www.example.");
        Query next = kit.CreateContext("www.example.");
        Task ending = Serve(kit, evicted);
        evicted.Exchange.Abandon();
        Task asking = Serve(kit, next);

        Assert.Equal(2, _upstreams.Asked.Count);
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await ending;
        _pending[1].SetResult(_upstreams.Reply());
        await asking;
        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(next));
    }

    [Fact]
    public async Task A_client_that_is_gone_asks_no_more_when_nobody_follows()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query gone = kit.CreateContext("www.example.");
        Task served = Serve(kit, gone);
        gone.Exchange.Abandon();
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await served;

        Assert.Single(_upstreams.Asked);
        Assert.Equal(ResponseStatus.Dropped, gone.Response.Status);
    }

    [Fact]
    public async Task A_follower_has_its_answer_after_the_deadline_of_the_client_that_began()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query hasty = kit.CreateContext("www.example.");
        hasty.Deadline = kit.Time.GetTimestamp() + kit.Time.TimestampFrequency;
        Query follower = kit.CreateContext("www.example.");
        Task[] served = [Serve(kit, hasty), Serve(kit, follower)];
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await UntilAsync(() => _pending.Count >= 2);
        _pending[1].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);

        Assert.Equal(ResponseStatus.Dropped, hasty.Response.Status);
        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(follower));
    }

    [Fact]
    public async Task A_follower_ends_at_its_own_deadline_and_when_its_client_is_gone()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Query leader = kit.CreateContext("www.example.");
        Query hasty = kit.CreateContext("www.example.");
        hasty.Deadline = kit.Time.GetTimestamp() + kit.Time.TimestampFrequency;
        Query gone = kit.CreateContext("www.example.");
        Query patient = kit.CreateContext("www.example.");
        Task asking = Serve(kit, leader);
        Task ending = Serve(kit, hasty);
        Task leaving = Serve(kit, gone);
        Task waiting = Serve(kit, patient);

        kit.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.False(ending.IsCompleted);
        gone.Exchange.Abandon();
        kit.Time.Advance(TimeSpan.FromMilliseconds(25));
        await leaving;
        Assert.False(ending.IsCompleted);
        kit.Time.Advance(TimeSpan.FromMilliseconds(500));
        await ending;
        Assert.Equal(ResponseStatus.Dropped, hasty.Response.Status);
        Assert.Equal(ResponseStatus.Dropped, gone.Response.Status);
        Assert.False(asking.IsCompleted);

        _pending[0].SetResult(_upstreams.Reply());
        await Task.WhenAll(asking, waiting);
        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(patient));
        Assert.Single(_upstreams.Asked);
    }

    [Fact]
    public void Who_comes_in_the_last_half_second_of_a_failing_query_begins_a_new_one()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        _ = Serve(kit, kit.CreateContext("www.example."));
        kit.Time.Advance(TimeSpan.FromMilliseconds(4500));
        _ = Serve(kit, kit.CreateContext("www.example."));
        Assert.Single(_upstreams.Asked);

        kit.Time.Advance(TimeSpan.FromMilliseconds(1));
        _ = Serve(kit, kit.CreateContext("www.example."));
        Assert.Equal(2, _upstreams.Asked.Count);
        _ = Serve(kit, kit.CreateContext("www.example."));
        Assert.Equal(2, _upstreams.Asked.Count);
    }

    [Fact]
    public async Task A_failure_is_shared_with_its_reason()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_connect_attempts 1\n max_fails 0\n}");
        Query first = kit.CreateContext("www.example.");
        Query second = kit.CreateContext("www.example.");
        Task[] served = [Serve(kit, first), Serve(kit, second)];
        _pending[0].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await Task.WhenAll(served);

        Assert.Equal(ResponseStatus.Failed, second.Response.Status);
        Assert.Equal(ResponseCode.ServFail, second.Response.Code);
        Assert.NotNull(first.Response.Failure);
        Assert.Equal(first.Response.Failure, second.Response.Failure);
    }

    [Fact]
    public async Task Followers_go_on_to_the_next_forward_as_the_first_does()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n next NXDOMAIN\n}\nforward . 192.0.2.2");
        Query first = kit.CreateContext("www.example.");
        Query second = kit.CreateContext("www.example.");
        Task[] served = [Serve(kit, first), Serve(kit, second)];
        _pending[0].SetResult(_upstreams.Reply(ResponseCode.NXDomain, empty: true));

        // Whichever comes first leads there, too, and the other follows.
        Counter coalesced = kit.Metrics.Counter("clusterdns_forward_coalesced_total", "");
        await UntilAsync(() => _pending.Count >= 2 && coalesced.Value == 2);
        _pending[1].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);

        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(first));
        Assert.Equal("www.example. 300 A 192.0.2.1", OnlyAnswer(second));
        Assert.Equal(["192.0.2.1:53 Udp", "192.0.2.2:53 Udp"], _upstreams.Asked);
    }

    [Fact]
    public async Task A_reply_that_failover_discards_is_not_shared()
    {
        PluginKit kit = Create("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n failover SERVFAIL\n max_connect_attempts 1\n max_fails 0\n}");
        Query first = kit.CreateContext("www.example.");
        Query second = kit.CreateContext("www.example.");
        Task[] served = [Serve(kit, first), Serve(kit, second)];
        _pending[0].SetResult(_upstreams.Reply(ResponseCode.ServFail, empty: true));
        await UntilAsync(() => _pending.Count >= 2);
        _pending[1].SetResult(new UpstreamOutcome(UpstreamStatus.TimedOut, null));
        await Task.WhenAll(served);

        Assert.Equal(ResponseStatus.Failed, first.Response.Status);
        Assert.Equal(ResponseStatus.Failed, second.Response.Status);
        first.Exchange.Reset();
        second.Exchange.Reset();
        Assert.Equal(0, _upstreams.Held);
    }

    [Fact]
    public async Task Followers_do_not_count_as_concurrent_upstream_queries()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_concurrent 1\n}");
        Task first = Serve(kit, kit.CreateContext("www.example."));
        Query follower = kit.CreateContext("www.example.");
        Task second = Serve(kit, follower);
        Query refused = kit.CreateContext("other.example.");
        await Serve(kit, refused);
        Assert.Equal(ResponseCode.Refused, refused.Response.Code);

        _pending[0].SetResult(_upstreams.Reply());
        await Task.WhenAll(first, second);
        Assert.Equal(ResponseCode.NoError, follower.Response.Code);
    }

    [Fact]
    public async Task Followers_are_bounded()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Task[] served = [.. Enumerable.Range(0, 4097).Select(_ => Serve(kit, kit.CreateContext("www.example.")))];
        Query beyond = kit.CreateContext("www.example.");
        await Serve(kit, beyond);

        Assert.Equal(ResponseCode.ServFail, beyond.Response.Code);
        Assert.Equal(1, kit.Metrics.Counter("clusterdns_forward_followers_rejected_total", "").Value);
        Assert.Single(_upstreams.Asked);
        _pending[0].SetResult(_upstreams.Reply());
        await Task.WhenAll(served);
    }

    [Fact]
    public async Task An_exception_of_the_query_that_asks_is_a_failure_of_its_followers()
    {
        PluginKit kit = Create("forward . 192.0.2.1 {\n max_fails 0\n}");
        Task first = Serve(kit, kit.CreateContext("www.example."));
        Query follower = kit.CreateContext("www.example.");
        Task second = Serve(kit, follower);
        _pending[0].SetException(new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await second;
        Assert.Equal(ResponseCode.ServFail, follower.Response.Code);
        Assert.Equal(ResponseStatus.Failed, follower.Response.Status);
    }

    private static string OnlyAnswer(Query query)
    {
        Assert.Equal(ResponseCode.NoError, query.Response.Code);
        Assert.Equal(1, query.Response.Answers.Count);
        return PluginKit.Format(query, query.Response.Answers.Span[0]);
    }

    private static Task Serve(PluginKit kit, Query query) => kit.Handler.ServeAsync(query).AsTask();

    /// <summary>Continuations of a completed exchange may run on the pool.</summary>
    private Task UntilAsync(Func<bool> condition) => Eventually.IsAsync(condition, () => string.Join(';', _upstreams.Asked));

    private static Query Lowered(Query query)
    {
        query.UdpSize = 512;
        return query;
    }

    private static Query WithOption(PluginKit kit, bool dnssecOk, byte[] option)
    {
        Query query = kit.CreateContext("www.example.", udpSize: 1232);
        byte[] message = [.. query.Request, .. option];
        message[^(option.Length + 4)] |= dnssecOk ? (byte)0x80 : (byte)0;
        message[^(option.Length + 1)] = (byte)option.Length;
        query.Exchange.Reset();
        message.CopyTo(query.Exchange.RequestBuffer, 0);
        NetworkEndpoint client = NetworkEndpoint.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5300));
        Assert.Equal(QueryVerdict.Serve, query.Exchange.Accept(message.Length, TransportProtocol.Udp, in client, in client, kit.Time.GetTimestamp()));
        return query;
    }

    private static Query OverTcp(PluginKit kit)
    {
        Query query = kit.CreateContext("www.example.");
        byte[] message = query.Request.ToArray();
        query.Exchange.Reset();
        message.CopyTo(query.Exchange.RequestBuffer, 0);
        NetworkEndpoint client = NetworkEndpoint.From(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 5300));
        Assert.Equal(QueryVerdict.Serve, query.Exchange.Accept(message.Length, TransportProtocol.Tcp, in client, in client, kit.Time.GetTimestamp()));
        return query;
    }

    private PluginKit Create(string body) => new(new ForwardPlugin(), body, upstreams: _upstreams);

    private void Script(string address) => _upstreams.On(address, _ =>
    {
        TaskCompletionSource<UpstreamOutcome> pending = new();
        _pending.Add(pending);
        return new ValueTask<UpstreamOutcome>(pending.Task);
    });
}
