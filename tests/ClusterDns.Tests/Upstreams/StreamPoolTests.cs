using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams.Stream;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Upstreams;

/// <summary>Queries over connections to upstreams that answer in order, are silent, close, or send nonsense. The clock is the test's.</summary>
public sealed class StreamPoolTests
{
    private static readonly TimeSpan Late = AnswerTime.MinLate + StreamLimits.Tick;

    [Fact]
    public async Task Query_behind_a_late_one_is_asked_again_and_the_late_one_keeps_waiting()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        Task<UpstreamOutcome> dead = await kit.StartAsync("dead.example.");
        Task<UpstreamOutcome> behind = kit.AskAsync("behind.example.");

        Assert.False(behind.IsCompleted);
        kit.Time.Advance(Late);

        Assert.Equal(UpstreamStatus.Answered, (await behind.WaitAsync(TestListener.Patience)).Status);
        Assert.False(dead.IsCompleted);
        Assert.Equal(2, kit.Peer.Accepted);
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_asked_again_total", "behind_late_query"));
        Assert.Equal(1, kit.Peer.TimesAsked("dead.example."));
    }

    [Fact]
    public async Task Exchange_of_an_abandoned_query_ends_at_the_next_look()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        Query asker = new Exchange().Query;
        Task<UpstreamOutcome> dead = kit.Upstream.Stream.AskAsync(
            new UpstreamQuery(StreamKit.Query("dead.example."), StreamKit.Timeout) { Asker = asker }).AsTask();
        await TestListener.UntilAsync(() => kit.Peer.TimesAsked("dead.example.") > 0);
        kit.Time.Advance(StreamLimits.Tick);
        Assert.False(dead.IsCompleted);

        asker.Exchange.Abandon();
        kit.Time.Advance(StreamLimits.Tick);

        Assert.Equal(UpstreamStatus.TimedOut, (await dead.WaitAsync(TestListener.Patience)).Status);
    }

    [Fact]
    public async Task No_query_is_put_behind_a_late_one()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        await kit.StartAsync("dead.example.");
        kit.Time.Advance(Late);

        // Without any time that passes.
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("next.example.").WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_late_queries_total"));
        Assert.Equal(0, kit.Count("clusterdns_upstream_tcp_asked_again_total"));
    }

    [Fact]
    public async Task No_query_is_put_behind_one_that_has_waited_long_although_it_is_not_late()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        await kit.StartAsync("dead.example.");
        kit.Time.Advance(StreamLimits.MaxExpectedQueue);

        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("next.example.").WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(2, kit.Peer.Accepted);
        Assert.Equal(0, kit.Count("clusterdns_upstream_tcp_late_queries_total"));
    }

    [Fact]
    public async Task Late_query_is_answered_when_its_answer_comes_and_its_connection_is_used_again()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using StreamKit kit = new(connection => StreamPeer.AnswerInOrderAsync(
            connection, name => name.StartsWith("slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask));
        await kit.AskAsync("warm.example.");
        Task<UpstreamOutcome> slow = await kit.StartAsync("slow.example.");
        Task<UpstreamOutcome> behind = kit.AskAsync("behind.example.");
        kit.Time.Advance(Late);
        await behind.WaitAsync(TestListener.Patience);

        release.SetResult();

        Assert.Equal(UpstreamStatus.Answered, (await slow.WaitAsync(TestListener.Patience)).Status);
        await TestListener.UntilAsync(() => kit.Peer.TimesAsked("behind.example.") == 2);
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("next.example.")).Status);
        Assert.Equal(2, kit.Peer.Open);
        Assert.Equal(0, kit.Count("clusterdns_upstream_tcp_closed_total"));
    }

    [Fact]
    public async Task Late_is_twice_the_usual_answer_time()
    {
        TimeSpan usual = TimeSpan.FromMilliseconds(150);
        using SemaphoreSlim answer = new(0);
        using StreamKit kit = new(connection => StreamPeer.AnswerInOrderAsync(connection, name => IsDead(name) ? HoldDeadAsync(name) : answer.WaitAsync()));
        await AskSlowlyAsync("warm.example.");
        long late = kit.Count("clusterdns_upstream_tcp_late_queries_total");
        await kit.StartAsync("dead.example.");

        // An upstream that takes long for each query is asked over several connections at once.
        await AskSlowlyAsync("beside.example.");
        Assert.Equal(2, kit.Peer.Accepted);
        Assert.Equal(late, kit.Count("clusterdns_upstream_tcp_late_queries_total"));
        kit.Time.Advance(usual + StreamLimits.Tick);
        Assert.Equal(late + 1, kit.Count("clusterdns_upstream_tcp_late_queries_total"));

        async Task AskSlowlyAsync(string name)
        {
            Task<UpstreamOutcome> asked = await kit.StartAsync(name);
            kit.Time.Advance(usual);
            answer.Release();
            Assert.Equal(UpstreamStatus.Answered, (await asked.WaitAsync(TestListener.Patience)).Status);
        }
    }

    [Fact]
    public async Task Server_that_answers_in_any_order_keeps_one_connection_beside_unanswered_queries()
    {
        using StreamKit kit = new(static async connection =>
        {
            while (await connection.ReadAsync() is { } query)
            {
                if (!IsDead(PeerConnection.NameOf(query)))
                {
                    await connection.AnswerAsync(query);
                }
            }
        });
        for (int i = 0; i < 50; i++)
        {
            await kit.StartAsync($"dead{i}.example.");
            Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync($"n{i}.example.")).Status);
            kit.Time.Advance(StreamLimits.Tick);
        }

        Assert.Equal(1, kit.Peer.Accepted);
    }

    [Fact]
    public async Task Silent_connection_is_replaced_when_a_query_has_timed_out_on_it()
    {
        using StreamKit kit = new(static async connection =>
        {
            while (await connection.ReadAsync() is { } query)
            {
                if (connection.Index > 0 || PeerConnection.NameOf(query).StartsWith("warm", StringComparison.Ordinal))
                {
                    await connection.AnswerAsync(query);
                }
            }
        });
        await kit.AskAsync("warm.example.");
        Task<UpstreamOutcome> first = await kit.StartAsync("first.example.");
        kit.Time.Advance(StreamKit.Timeout);

        UpstreamOutcome outcome = await first.WaitAsync(TestListener.Patience);
        Assert.Equal((UpstreamStatus.TimedOut, UpstreamFailure.NoReply), (outcome.Status, outcome.Failure));
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("second.example.").WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_closed_total", "silent"));
        await TestListener.UntilAsync(() => kit.Peer.Open == 1);
    }

    [Fact]
    public async Task Upstream_that_closes_after_each_answer_loses_no_query()
    {
        using StreamKit kit = new(static async connection =>
        {
            if (await connection.ReadAsync() is { } query)
            {
                await connection.AnswerAsync(query);
            }
        });

        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync($"n{i}.example.").WaitAsync(TestListener.Patience)).Status);
        }

        kit.Time.Advance(TimeSpan.FromSeconds(1));
        UpstreamOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => kit.AskAsync($"m{i}.example.")))
            .WaitAsync(TestListener.Patience);
        Assert.All(outcomes, static outcome => Assert.Equal(UpstreamStatus.Answered, outcome.Status));
    }

    [Fact]
    public async Task Upstream_that_accepts_and_closes_causes_few_connections_and_is_asked_again_later()
    {
        bool answers = false;
        using StreamKit kit = new(async connection =>
        {
            if (Volatile.Read(ref answers))
            {
                await StreamPeer.AnswerInOrderAsync(connection);
            }
        });

        // No more at a time than may wait: how many would be refused for want of room depends on how fast the upstream closes.
        foreach (int[] crowd in Enumerable.Range(0, 2000).Chunk(StreamLimits.MaxWaiting))
        {
            UpstreamOutcome[] outcomes = await Task.WhenAll(crowd.Select(i => kit.AskAsync($"n{i}.example."))).WaitAsync(TestListener.Patience);
            Assert.All(outcomes, static outcome => Assert.Equal((UpstreamStatus.Failed, UpstreamFailure.Closed), (outcome.Status, outcome.Failure)));
        }

        Assert.InRange(kit.Peer.Accepted, 1, StreamLimits.MaxConnections);
        Assert.True(kit.Count("clusterdns_upstream_tcp_refused_total", "connection_attempts_pausing") > 0);

        Volatile.Write(ref answers, true);
        int accepted = kit.Peer.Accepted;
        Assert.Equal(UpstreamStatus.Failed, (await kit.AskAsync("soon.example.")).Status);
        Assert.Equal(accepted, kit.Peer.Accepted);
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("later.example.").WaitAsync(TestListener.Patience)).Status);
    }

    [Fact]
    public async Task Queries_that_a_closing_connection_took_along_are_asked_again_once_each()
    {
        int closes = 1;
        using StreamKit kit = new(async connection =>
        {
            if (connection.Index < Volatile.Read(ref closes))
            {
                for (int i = 0; i < 3; i++)
                {
                    await connection.ReadAsync();
                }

                return;
            }

            await StreamPeer.AnswerInOrderAsync(connection);
        });

        Task<UpstreamOutcome>[] asked = [.. Enumerable.Range(0, 3).Select(i => kit.AskAsync($"n{i}.example."))];

        Assert.All(
            await Task.WhenAll(asked).WaitAsync(TestListener.Patience),
            static outcome => Assert.Equal(UpstreamStatus.Answered, outcome.Status));
        Assert.Equal(3, kit.Count("clusterdns_upstream_tcp_asked_again_total", "connection_closed"));
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_closed_total", "closed_by_upstream"));
    }

    [Fact]
    public async Task Query_that_two_connections_took_along_fails_with_the_reason()
    {
        using StreamKit kit = new(static async connection => await connection.ReadAsync());

        UpstreamOutcome outcome = await kit.AskAsync("n.example.").WaitAsync(TestListener.Patience);

        Assert.Equal((UpstreamStatus.Failed, UpstreamFailure.Closed), (outcome.Status, outcome.Failure));
        Assert.Equal(2, kit.Peer.TimesAsked("n.example."));
    }

    [Theory]
    [InlineData("wrong_question", "wrong_reply")]
    [InlineData("wrong_id", "wrong_reply")]
    [InlineData("short_frame", "bad_frame")]
    [InlineData("empty_frame", "bad_frame")]
    public async Task Connection_on_which_nonsense_came_is_replaced_and_others_go_on(string nonsense, string reason)
    {
        using StreamKit kit = new(async connection =>
        {
            if (connection.Index > 0)
            {
                await StreamPeer.AnswerInOrderAsync(connection);
                return;
            }

            byte[] query = (await connection.ReadAsync())!;
            await connection.ReadAsync();
            byte[] answer = ScriptedUpstream.Answer(query);
            if (string.Equals(nonsense, "wrong_question", StringComparison.Ordinal))
            {
                answer[13] ^= 1;
            }

            byte[] frame = nonsense switch
            {
                "wrong_id" => ScriptedUpstream.WithId(answer, ScriptedUpstream.IdOf(query) ^ 0x5555),
                "short_frame" => answer[..11],
                "empty_frame" => [],
                _ => answer,
            };
            await connection.SendMessageAsync(frame);
            await connection.WaitForEndAsync();
        });

        Task<UpstreamOutcome>[] asked = [kit.AskAsync("first.example."), kit.AskAsync("second.example.")];

        Assert.All(
            await Task.WhenAll(asked).WaitAsync(TestListener.Patience),
            static outcome => Assert.Equal(UpstreamStatus.Answered, outcome.Status));
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_closed_total", reason));
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 1, 2, 3 })]
    public async Task Connection_on_which_a_reply_trickles_is_replaced(byte[] part)
    {
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using StreamKit kit = new(async connection =>
        {
            if (connection.Index > 0)
            {
                await StreamPeer.AnswerInOrderAsync(connection);
                return;
            }

            await connection.ReadAsync();
            await connection.SendAsync(part);
            sent.SetResult();
            await connection.WaitForEndAsync();
        });
        Task<UpstreamOutcome> asked = kit.AskAsync("n.example.", TimeSpan.FromSeconds(60));
        await sent.Task.WaitAsync(TestListener.Patience);

        await kit.AdvanceUntilAsync(() => kit.Count("clusterdns_upstream_tcp_closed_total", "slow_reply") == 1);

        Assert.Equal(UpstreamStatus.Answered, (await asked.WaitAsync(TestListener.Patience)).Status);
    }

    [Fact]
    public async Task Upstream_that_does_not_read_delays_no_other_query_and_its_connection_is_replaced()
    {
        using StreamKit kit = new(static async connection =>
        {
            while (await connection.ReadAsync() is { } query)
            {
                await connection.SendMessageAsync(ScriptedUpstream.Answer(query[..StreamKit.Query("n0.example.").Length]));
                if (connection.Index == 0)
                {
                    await new TaskCompletionSource().Task;
                }
            }
        });
        await kit.AskAsync("n0.example.");
        Task<UpstreamOutcome>[] large = [.. Enumerable.Range(0, 3).Select(i => kit.AskAsync($"n{i}.example.", TimeSpan.FromSeconds(60), padding: 60_000))];

        // The first two fill the connection, so the third has another. It is answered, and then so is the second.
        Assert.Equal(UpstreamStatus.Answered, (await large[2].WaitAsync(TestListener.Patience)).Status);
        kit.Time.Advance(Late);
        Assert.Equal(UpstreamStatus.Answered, (await large[1].WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("n4.example.").WaitAsync(TestListener.Patience)).Status);
        Assert.False(large[0].IsCompleted);

        kit.Time.Advance(StreamLimits.WriteTimeout);
        Assert.Equal(UpstreamStatus.Answered, (await large[0].WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(1, kit.Count("clusterdns_upstream_tcp_closed_total", "write_timeout"));
    }

    [Fact]
    public async Task Refused_connection_is_a_failure_at_once()
    {
        using StreamKit kit = new(StreamPeer.AnswerInOrderAsync);
        kit.Peer.Dispose();

        UpstreamOutcome outcome = await kit.AskAsync("n.example.").WaitAsync(TestListener.Patience);

        Assert.Equal((UpstreamStatus.Failed, UpstreamFailure.Refused), (outcome.Status, outcome.Failure));
    }

    [Fact]
    public async Task Probe_has_a_connection_of_its_own_and_leaves_none_behind()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        await kit.StartAsync("dead.example.");

        UpstreamOutcome outcome = await kit.AskAsync("probe.example.", isProbe: true).WaitAsync(TestListener.Patience);

        Assert.Equal((UpstreamStatus.Answered, false), (outcome.Status, outcome.IsReusedConnection));
        await TestListener.UntilAsync(() => kit.Peer.Open == 1);
        Assert.Equal(2, kit.Peer.Accepted);
    }

    [Fact]
    public async Task Probe_is_sent_while_attempts_to_connect_pause_and_its_answer_ends_the_pause()
    {
        bool answers = false;
        using StreamKit kit = new(async connection =>
        {
            if (Volatile.Read(ref answers))
            {
                await StreamPeer.AnswerInOrderAsync(connection);
            }
        });
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(UpstreamStatus.Failed, (await kit.AskAsync("n.example.").WaitAsync(TestListener.Patience)).Status);
        }

        Volatile.Write(ref answers, true);
        Assert.Equal(UpstreamStatus.Failed, (await kit.AskAsync("n.example.")).Status);
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("probe.example.", isProbe: true).WaitAsync(TestListener.Patience)).Status);
        Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync("n.example.").WaitAsync(TestListener.Patience)).Status);
    }

    [Fact]
    public async Task Upstreams_with_equal_options_share_connections_until_the_last_is_disposed_of()
    {
        using StreamKit kit = new(StreamPeer.AnswerInOrderAsync);
        IUpstream second = kit.Factory.Open(kit.Peer.Endpoint, StreamKit.Expire, TimeSpan.Zero);
        await kit.AskAsync("first.example.");
        await StreamKit.AskAsync(second, "second.example.");
        Assert.Equal(1, kit.Peer.Accepted);

        second.Dispose();
        second.Dispose();
        await kit.AskAsync("third.example.");
        Assert.Equal(1, kit.Peer.Accepted);

        kit.Upstream.Dispose();
        await TestListener.UntilAsync(() => kit.Peer.Open == 0);
    }

    [Fact]
    public async Task Unanswered_names_in_numbers_leave_others_unaffected_and_connections_bounded()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync));
        await kit.AskAsync("warm.example.");
        for (int i = 0; i < 2 * StreamLimits.MaxLateConnections; i++)
        {
            _ = kit.AskAsync($"dead{i}.example.", TimeSpan.FromMinutes(10));
            await TestListener.UntilAsync(() => kit.Peer.TimesAsked($"dead{i}.example.") > 0);
            kit.Time.Advance(Late);

            // Without any time that passes.
            Assert.Equal(UpstreamStatus.Answered, (await kit.AskAsync($"n{i}.example.").WaitAsync(TestListener.Patience)).Status);
            long open = kit.Count("clusterdns_upstream_tcp_opened_total") - kit.Count("clusterdns_upstream_tcp_closed_total");
            Assert.InRange(open, 1, StreamLimits.MaxLateConnections + 2);
        }

        Assert.Equal(0, kit.Count("clusterdns_upstream_tcp_refused_total"));
        Assert.True(kit.Count("clusterdns_upstream_tcp_closed_total", "late_queries") > 0);
        Assert.True(kit.Count("clusterdns_upstream_tcp_asked_again_total", "late_queries_gathered") > 0);
    }

    [Fact]
    public async Task Upstream_that_answers_nothing_on_any_connection_causes_few_connections()
    {
        using StreamKit kit = new(static connection => connection.WaitForEndAsync());
        List<Task<UpstreamOutcome>> asked = [];
        for (int i = 0; i < 600; i++)
        {
            asked.Add(kit.AskAsync($"n{i}.example."));
            await TestListener.UntilAsync(() => kit.Peer.Accepted == kit.Count("clusterdns_upstream_tcp_opened_total"));
            kit.Time.Advance(StreamLimits.Tick);
        }

        // In six seconds one query each 10 ms: nothing like a connection each.
        Assert.InRange(kit.Count("clusterdns_upstream_tcp_opened_total"), 1, 400);
        await kit.AdvanceUntilAsync(() => asked.TrueForAll(static one => one.IsCompleted));
        Assert.All(await Task.WhenAll(asked), static outcome => Assert.NotEqual(UpstreamStatus.Answered, outcome.Status));
    }

    [Fact]
    public async Task Connections_of_all_upstreams_are_bounded_and_queries_share_what_there_is()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync), budget: new StreamBudget(0));
        for (int i = 0; i < 20; i++)
        {
            _ = kit.AskAsync($"dead{i}.example.");
            kit.Time.Advance(Late);
        }

        await TestListener.UntilAsync(() => kit.Peer.Accepted == StreamBudget.AlwaysPerUpstream);
        Assert.Equal(StreamBudget.AlwaysPerUpstream, kit.Count("clusterdns_upstream_tcp_opened_total"));
    }

    [Fact]
    public async Task Queries_that_no_connection_has_room_for_are_refused_beyond_a_bound()
    {
        using StreamKit kit = new(static connection => StreamPeer.AnswerInOrderAsync(connection, HoldDeadAsync), budget: new StreamBudget(0));
        int room = (StreamBudget.AlwaysPerUpstream * StreamLimits.MaxQueriesPerConnection) + StreamLimits.MaxWaiting;
        Task<UpstreamOutcome>[] asked = [.. Enumerable.Range(0, room + 10).Select(i => kit.AskAsync($"dead{i}.example."))];

        await TestListener.UntilAsync(() => kit.Peer.Accepted == StreamBudget.AlwaysPerUpstream);
        Assert.Equal(10, kit.Count("clusterdns_upstream_tcp_refused_total", "too_many_waiting"));
        Assert.Equal(10, asked.Count(static one => one.IsCompleted));
        await kit.AdvanceUntilAsync(() => asked.All(static one => one.IsCompleted));

        // Late queries make room first: some fail of that, the others when their time is over.
        UpstreamOutcome[] outcomes = await Task.WhenAll(asked);
        long refused = kit.Count("clusterdns_upstream_tcp_refused_total");
        Assert.True(kit.Count("clusterdns_upstream_tcp_refused_total", "too_many_late") > 0);
        Assert.Equal(refused, outcomes.Count(static outcome => outcome.Status == UpstreamStatus.Failed));
    }

    private static bool IsDead(string name) => name.StartsWith("dead", StringComparison.Ordinal);

    /// <summary>Waits for ever where a name has no answer.</summary>
    private static Task HoldDeadAsync(string name) => IsDead(name) ? new TaskCompletionSource().Task : Task.CompletedTask;
}
