using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

public sealed class DatagramUpstreamTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(30);

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamFactory _factory;
    private readonly ScriptedUpstream _server = new();
    private readonly IUpstream _upstream;

    public DatagramUpstreamTests()
    {
        _factory = new UpstreamFactory(_metrics, _time);
        _upstream = _factory.Open(_server.Endpoint, TimeSpan.FromSeconds(10), MaxAge);
    }

    public void Dispose()
    {
        _upstream.Dispose();
        _factory.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task AReplyComesBack()
    {
        UpstreamOutcome outcome = await AskAsync(Patience);

        Assert.Equal(UpstreamStatus.Answered, outcome.Status);
        Assert.Equal(ScriptedUpstream.Answer(Query())[2..], outcome.Reply!.Message[2..outcome.Reply.Length]);
        outcome.Reply.Release();
    }

    [Fact]
    public async Task Query_after_the_end_of_the_loop_fails_at_once()
    {
        (await AskAsync(Patience)).Reply!.Release();
        _factory.Dispose();

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(UpstreamStatus.Failed, (await AskAsync(Patience).AsTask().WaitAsync(Patience)).Status);
        }
    }

    [Fact]
    public async Task IdsAndPortsCannotBeForetold()
    {
        HashSet<int> ids = [];
        HashSet<int> ports = [];
        for (int i = 0; i < 200; i++)
        {
            UpstreamOutcome outcome = await AskAsync(Patience);
            ids.Add(ScriptedUpstream.IdOf(outcome.Reply!.Message));
            ports.Add(_server.LastSender!.Port);
            outcome.Reply.Release();
        }

        Assert.True(ids.Count > 190, $"{ids.Count} IDs in 200 queries");
        Assert.InRange(ports.Count, 50, UpstreamPorts.MaxKeptPerThread);
    }

    [Fact]
    public async Task ALostDatagramIsSentAgain()
    {
        _server.OnDatagram = static (query, index) => index == 0 ? [] : [ScriptedUpstream.Answer(query)];

        Task<UpstreamStatus> asked = AskAndReleaseAsync(Patience);
        await TestListener.UntilAsync(() => _server.Queries == 1);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(UpstreamStatus.Answered, await asked);
        Assert.Equal(1, Count("clusterdns_upstream_retransmits_total"));
    }

    [Fact]
    public async Task AnUpstreamThatSaysNothingIsGivenUp()
    {
        _server.OnDatagram = static (_, _) => [];

        Task<UpstreamStatus> asked = AskAndReleaseAsync(Patience);
        await TestListener.UntilAsync(() => _server.Queries == 1);
        _time.Advance(Patience);

        Assert.Equal(UpstreamStatus.TimedOut, await asked);
    }

    [Fact]
    public async Task APortIsNotUsedForLongerThanItsMaxAge()
    {
        HashSet<int> before = await AskOftenAsync();
        HashSet<int> meanwhile = await AskOftenAsync();
        _time.Advance(MaxAge + TimeSpan.FromSeconds(1));
        HashSet<int> after = await AskOftenAsync();

        // Of 64 sockets, 500 queries leave hardly one out.
        Assert.True(before.Intersect(meanwhile).Count() > UpstreamPorts.MaxKeptPerThread / 2);
        Assert.True(before.Intersect(after).Count() < UpstreamPorts.MaxKeptPerThread / 4);
    }

    [Fact]
    public async Task APortWhereNobodyListensIsAFailureAtOnce()
    {
        _server.Dispose();

        Assert.Equal(UpstreamStatus.Failed, await AskAndReleaseAsync(Patience));
    }

    [Fact]
    public async Task RepliesWithAnotherIdOrQuestionDoNotCount()
    {
        // A reply behind these is doubted, so that the query is asked a second time.
        _server.OnDatagram = static (query, index) =>
        {
            byte[] answer = ScriptedUpstream.Answer(query);
            if (index > 0)
            {
                return [answer];
            }

            byte[] otherName = [.. answer];
            otherName[13] ^= 1;
            byte[] otherType = [.. answer];
            otherType[query.Length - 3] = 28;
            byte[] notAnAnswer = [.. answer];
            notAnAnswer[2] &= 0x7F;
            return [ScriptedUpstream.WithId(answer, ScriptedUpstream.IdOf(answer) ^ 1), otherName, otherType, notAnAnswer, answer[..11], answer];
        };

        UpstreamOutcome outcome = await AskAsync(Patience);

        Assert.Equal(UpstreamStatus.Answered, outcome.Status);
        Assert.Equal((byte)RecordType.A, outcome.Reply!.Message[Query().Length - 3]);
        Assert.Equal(5, Count("clusterdns_upstream_mismatched_replies_total"));
        Assert.Equal(1, Count("clusterdns_upstream_doubted_replies_total"));
        outcome.Reply.Release();
    }

    [Fact]
    public async Task RepliesFromElsewhereDoNotCount()
    {
        using Socket elsewhere = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        elsewhere.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _server.OnDatagram = (query, _) =>
        {
            byte[] forged = ScriptedUpstream.Answer(query);
            forged[^1] = 66;
            elsewhere.SendTo(forged, _server.LastSender!);
            return [ScriptedUpstream.Answer(query)];
        };

        UpstreamOutcome outcome = await AskAsync(Patience);

        Assert.Equal(1, outcome.Reply!.Message[outcome.Reply.Length - 1]);
        outcome.Reply.Release();
    }

    [Fact]
    public async Task ManyRepliesThatFitNothingAreSuspicious()
    {
        _server.OnDatagram = static (query, _) =>
        {
            int id = ScriptedUpstream.IdOf(query);
            return [.. Enumerable.Range(1, UpstreamSocket.MaxGuesses).Select(i => ScriptedUpstream.WithId(ScriptedUpstream.Answer(query), id ^ i))];
        };

        UpstreamOutcome outcome = await AskAsync(Patience);
        Assert.Equal((UpstreamStatus.Answered, UpstreamProtocol.Tcp, true), (outcome.Status, outcome.Protocol, outcome.Fallback.Happened));
        Assert.Equal(1, _server.Connections);
        Assert.Equal(1, Count("clusterdns_upstream_suspicious_sockets_total"));
    }

    [Fact]
    public async Task ASecondReplyIsNotSuspicious()
    {
        _server.OnDatagram = static (query, _) => [.. Enumerable.Repeat(ScriptedUpstream.Answer(query), UpstreamSocket.MaxGuesses * 2)];

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(UpstreamStatus.Answered, await AskAndReleaseAsync(Patience));
        }

        Assert.Equal(0, Count("clusterdns_upstream_suspicious_sockets_total"));
    }

    [Fact]
    public async Task AReplyThatIsTooLongIsTruncated()
    {
        _server.OnDatagram = static (query, _) => [[.. ScriptedUpstream.Answer(query), .. new byte[UdpExchange.BufferSize]]];

        UpstreamOutcome outcome = await AskAsync(Patience);

        Assert.Equal(2, outcome.Reply!.Message[2] & 2);
        outcome.Reply.Release();
    }

    [Fact]
    public async Task ARefusalWithoutAQuestionCounts()
    {
        _server.OnDatagram = static (query, _) => [[query[0], query[1], 0x81, 5, 0, 0, 0, 0, 0, 0, 0, 0]];

        Assert.Equal(UpstreamStatus.Answered, await AskAndReleaseAsync(Patience));
    }

    [Fact]
    public async Task ManyQueriesAtOnceGetTheirOwnReplies()
    {
        // As many as any receive buffer holds, since time stands still and nothing is sent again.
        Task<bool>[] asked =
        [
            .. Enumerable.Range(0, 200).Select(async i =>
            {
                byte[] query = Query($"n{i}.example.");
                UpstreamOutcome outcome = await _upstream.Udp.AskAsync(new UpstreamQuery(query, Patience));
                bool isOwn = outcome.Reply is { } reply && reply.Message.AsSpan(12, query.Length - 12).SequenceEqual(query.AsSpan(12));
                outcome.Reply?.Release();
                return isOwn;
            }),
        ];

        Assert.All(await Task.WhenAll(asked), static isOwn => Assert.True(isOwn));
    }

    [Theory]
    [InlineData(0, UpstreamFailure.NoReply)]
    [InlineData(2, UpstreamFailure.OnlyMismatches)]
    public async Task Timeout_says_whether_replies_came_that_fit_no_query(int mismatches, UpstreamFailure expected)
    {
        _server.OnDatagram = (query, _) =>
        [
            .. Enumerable.Range(1, mismatches).Select(i => ScriptedUpstream.WithId(ScriptedUpstream.Answer(query), ScriptedUpstream.IdOf(query) ^ i)),
        ];

        Task<UpstreamOutcome> asked = AskAsync(Patience).AsTask();
        await TestListener.UntilAsync(() => _server.Queries >= 1 && Count("clusterdns_upstream_mismatched_replies_total") == mismatches);
        _time.Advance(Patience);

        UpstreamOutcome outcome = await asked;
        Assert.Equal((UpstreamStatus.TimedOut, expected), (outcome.Status, outcome.Failure));
    }

    [Fact]
    public async Task Port_where_nobody_listens_is_a_refusal()
    {
        _server.Dispose();

        Assert.Equal(UpstreamFailure.Refused, (await AskAsync(Patience)).Failure);
    }

    private async Task<HashSet<int>> AskOftenAsync()
    {
        HashSet<int> ports = [];
        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(UpstreamStatus.Answered, await AskAndReleaseAsync(Patience));
            ports.Add(_server.LastSender!.Port);
        }

        return ports;
    }

    private static byte[] Query(string name = "www.example.")
    {
        byte[] buffer = new byte[512];
        return buffer[..ServerKit.WriteQuery(buffer, name, RecordType.A)];
    }

    private async Task<UpstreamStatus> AskAndReleaseAsync(TimeSpan timeout)
    {
        UpstreamOutcome outcome = await AskAsync(timeout);
        outcome.Reply?.Release();
        return outcome.Status;
    }

    private ValueTask<UpstreamOutcome> AskAsync(TimeSpan timeout) => _upstream.Udp.AskAsync(new UpstreamQuery(Query(), timeout));

    private long Count(string name) => _metrics.Families.OfType<CounterFamily>()
        .Single(family => string.Equals(family.Name, name, StringComparison.Ordinal)).With().Value;
}
