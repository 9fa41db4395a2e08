using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Upstreams;

public sealed class StreamUpstreamTests : IDisposable
{
    private static readonly TimeSpan Expire = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(12);

    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamFactory _factory;
    private readonly ScriptedUpstream _server = new();
    private readonly IUpstream _upstream;

    public StreamUpstreamTests()
    {
        _factory = new UpstreamFactory(new MetricRegistry(), _time);
        _upstream = _factory.Open(_server.Endpoint, Expire, MaxAge);
    }

    public void Dispose()
    {
        _upstream.Dispose();
        _factory.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task ManyQueriesShareAConnectionAndAreAnsweredInAnyOrder()
    {
        List<byte[]> kept = [];
        _server.OnStream = query =>
        {
            kept.Add(query);
            return kept.Count < 10 ? [] : [.. kept.AsEnumerable().Reverse().Select(ScriptedUpstream.Answer)];
        };

        UpstreamOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => AskAsync($"n{i}.example.").AsTask()));

        for (int i = 0; i < 10; i++)
        {
            byte[] query = Query($"n{i}.example.");
            Assert.Equal(UpstreamStatus.Answered, outcomes[i].Status);
            Assert.Equal(query[12..], outcomes[i].Reply!.Message[12..query.Length]);
        }

        Assert.Equal(1, _server.Connections);
        Assert.Equal(9, outcomes.Count(static outcome => outcome.IsReusedConnection));
    }

    [Fact]
    public async Task ALargeReplyComesWhole()
    {
        _server.OnStream = static query => [[.. ScriptedUpstream.Answer(query), .. new byte[60_000]]];

        Assert.Equal(60_000 + ScriptedUpstream.Answer(Query()).Length, (await AskAsync()).Reply!.Length);
    }

    [Fact]
    public async Task ALargeQueryGoesOverAConnectionWhateverWasWanted()
    {
        byte[] query = [.. Query(), .. new byte[5000]];
        _server.OnStream = asked => [ScriptedUpstream.Answer(asked[..(asked.Length - 5000)])];

        Assert.Equal(
            UpstreamStatus.Answered, (await _upstream.Udp.AskAsync(new UpstreamQuery(query, TestListener.Patience))).Status);
        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public async Task Query_fails_when_two_connections_are_cut_and_the_next_query_makes_another()
    {
        _server.OnStream = static _ => null;
        Assert.Equal(UpstreamStatus.Failed, (await AskAsync()).Status);
        Assert.Equal(2, _server.Connections);

        _server.OnStream = static query => [ScriptedUpstream.Answer(query)];
        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        Assert.Equal(3, _server.Connections);
    }

    [Fact]
    public async Task AConnectionThatTheServerClosedAtRestIsNoFailure()
    {
        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        int cuts = 0;
        _server.OnStream = query => Interlocked.Increment(ref cuts) == 1 ? null : [ScriptedUpstream.Answer(query)];

        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        Assert.Equal(2, _server.Connections);
    }

    [Fact]
    public async Task Reply_to_another_question_is_never_the_answer()
    {
        _server.OnStream = query =>
        {
            byte[] other = ScriptedUpstream.Answer(query);
            other[13] ^= 1;
            return _server.Connections == 1 ? [other, ScriptedUpstream.Answer(query)] : [ScriptedUpstream.Answer(query)];
        };

        UpstreamOutcome outcome = await AskAsync();

        Assert.Equal(Query()[13], outcome.Reply!.Message[13]);
        Assert.Equal(2, _server.Connections);
    }

    [Fact]
    public async Task WhatTakesTooLongIsGivenUp()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.OnStream = _ =>
        {
            asked.TrySetResult();
            return [];
        };

        Task<UpstreamOutcome> outcome = AskAsync().AsTask();
        await asked.Task.WaitAsync(TestListener.Patience);
        _time.Advance(TestListener.Patience);

        Assert.Equal(UpstreamStatus.TimedOut, (await outcome).Status);
    }

    [Fact]
    public async Task AConnectionAtRestIsClosed()
    {
        await AskAsync();
        _time.Advance(Expire + TimeSpan.FromSeconds(1));
        await AskAsync();

        Assert.Equal(2, _server.Connections);
    }

    [Fact]
    public async Task AConnectionInUseIsReplacedAtItsMaxAge()
    {
        // Never at rest for as long as it may be, and still not used for longer than its age.
        for (int i = 0; i < 3; i++)
        {
            await AskAsync();
            _time.Advance(MaxAge / 3);
        }

        Assert.Equal(1, _server.Connections);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync();
        Assert.Equal(2, _server.Connections);
    }

    [Fact]
    public async Task WhatIsUnderWayOnAConnectionOfMaxAgeIsAnsweredYet()
    {
        TaskCompletionSource<byte[]> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SemaphoreSlim goesOn = new(0);
        _server.OnStream = query =>
        {
            if (first.TrySetResult(query))
            {
                goesOn.Wait(TestListener.Patience);
            }

            return [ScriptedUpstream.Answer(query)];
        };

        Task<UpstreamOutcome> old = _upstream.Stream.AskAsync(new UpstreamQuery(Query(), TestListener.Patience)).AsTask();
        await first.Task.WaitAsync(TestListener.Patience);
        _time.Advance(MaxAge + TimeSpan.FromSeconds(1));
        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        Assert.Equal(2, _server.Connections);
        goesOn.Release();

        Assert.Equal(UpstreamStatus.Answered, (await old).Status);
    }

    [Fact]
    public async Task Query_whose_answer_is_cut_off_is_asked_again()
    {
        _server.TearAfter = 7;

        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        Assert.Equal(2, _server.Connections);
    }

    [Fact]
    public async Task AfterItsEndWhatWaitsIsAnsweredAndWhatComesLaterHasAConnectionOfItsOwn()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim answer = new();
        _server.OnStream = query =>
        {
            asked.TrySetResult();
            answer.Wait(TestListener.Patience);
            return [ScriptedUpstream.Answer(query)];
        };
        Task<UpstreamOutcome> waiting = AskAsync().AsTask();
        await asked.Task.WaitAsync(TestListener.Patience);

        _upstream.Dispose();
        answer.Set();

        Assert.Equal(UpstreamStatus.Answered, (await waiting).Status);
        Assert.Equal(UpstreamStatus.Answered, (await AskAsync()).Status);
        UpstreamOutcome last = await AskAsync();
        Assert.Equal((UpstreamStatus.Answered, false), (last.Status, last.IsReusedConnection));
        Assert.Equal(3, _server.Connections);
    }

    [Fact]
    public async Task NobodyThereIsAFailure()
    {
        _server.Dispose();

        Assert.Equal(UpstreamStatus.Failed, (await AskAsync()).Status);
    }

    [Fact]
    public async Task AFrameShorterThanAHeaderCutsTheConnection()
    {
        _server.OnStream = static _ => [[1, 2, 3]];

        Assert.Equal(UpstreamStatus.Failed, (await AskAsync()).Status);
    }

    private static byte[] Query(string name = "www.example.")
    {
        byte[] buffer = new byte[512];
        return buffer[..ServerKit.WriteQuery(buffer, name, RecordType.A)];
    }

    private ValueTask<UpstreamOutcome> AskAsync(string name = "www.example.")
        => _upstream.Stream.AskAsync(new UpstreamQuery(Query(name), TestListener.Patience));
}
