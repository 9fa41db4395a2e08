using System.Collections.Concurrent;
using System.Diagnostics;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;
using Xunit.Abstractions;

namespace ClusterDns.Attack;

/// <summary>Upstreams over TCP that answer in order, late, once, or no more.</summary>
public sealed class StreamUpstreamTests(ITestOutputHelper output)
{
    /// <summary>How late a query may be that another delays: the late threshold (at least 50 ms, or twice the answer time), 50 ms, and 400 ms for a busy machine.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

    [AttackTheory]
    [InlineData(1)]
    [InlineData(150)]
    public async Task A_name_without_an_answer_delays_no_other_on_an_upstream_that_answers_in_order(int milliseconds)
    {
        TimeSpan answerTime = TimeSpan.FromMilliseconds(milliseconds);
        using ScriptedPeer upstream = new()
        {
            OnConnection = connection => connection.AnswerAllAsync(async query =>
            {
                await Task.Delay(Message.NameOf(query).StartsWith("dead", StringComparison.Ordinal) ? TimeSpan.FromSeconds(8) : answerTime);
                return Message.Address(query);
            }),
        };
        using AttackedServer server = await StartAsync(upstream);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"warm{i}.test."));
        }

        Task<string> dead = server.AskAsync("dead.test.", patience: TimeSpan.FromSeconds(8));
        TimeSpan worst = TimeSpan.Zero;
        for (int i = 0; i < 20; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"n{i}.test."));
            worst = watch.Elapsed > worst ? watch.Elapsed : worst;
        }

        TimeLimit.Check(output, "slowest query beside a dead name", worst, (4 * answerTime) + Slack);
        await dead;
    }

    [AttackFact]
    public async Task A_dead_name_in_one_server_block_delays_no_other_block()
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = static connection => connection.AnswerAllAsync(static async query =>
            {
                await Task.Delay(Message.NameOf(query).StartsWith("dead", StringComparison.Ordinal) ? 8000 : 1);
                return Message.Address(query);
            }),
        };
        using AttackedServer server = await AttackedServer.StartAsync(
            $"(up) {{\n bind 127.0.0.1\n forward . {upstream.Address} {{\n  force_tcp\n }}\n}}\n.:0 {{\n import up\n}}\nother.test:0 {{\n import up\n}}\n");
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        Task<string> dead = server.AskAsync("dead.other.test.");

        await Task.Delay(100);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("www.test."));

        TimeLimit.Check(output, "query of another server block", watch.Elapsed, Slack);
        await dead;
    }

    [AttackFact]
    public async Task Slow_names_do_not_hold_up_fast_ones()
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = static connection => connection.AnswerAllAsync(static async query =>
            {
                await Task.Delay(Message.NameOf(query).StartsWith("slow", StringComparison.Ordinal) ? 1500 : 1);
                return Message.Address(query);
            }),
        };
        using AttackedServer server = await StartAsync(upstream);
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        Task<string>[] slow = [.. Enumerable.Range(0, 6).Select(i => server.AskAsync($"slow{i}.test."))];

        await Task.Delay(300);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("mq.test."));

        TimeLimit.Check(output, "fast query beside slow ones", watch.Elapsed, Slack);
        Assert.All(await Task.WhenAll(slow), static answer => Assert.Equal("NOERROR 192.0.2.1", answer));
    }

    /// <summary>An upstream's end that is gone without a word: answers come again within 2.5 s, and as much for a busy machine.</summary>
    [AttackFact]
    public async Task A_connection_that_went_silent_is_replaced()
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = static async connection =>
            {
                if (connection.Number == 1 && await connection.ReadAsync() is { } query)
                {
                    await connection.WriteAsync(Message.Address(query));
                    await connection.StaySilentAsync();
                }

                await connection.AnswerAllAsync(static query => Message.Address(query));
            },
        };
        using AttackedServer server = await StartAsync(upstream);
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("first.test."));
        Stopwatch watch = Stopwatch.StartNew();
        int asked = 0;

        await server.UntilAsync(
            async () => (await server.AskAsync($"n{asked++}.test.", patience: TimeSpan.FromSeconds(6))).StartsWith("NOERROR", StringComparison.Ordinal), "answered again");

        TimeLimit.Check(output, "until answers came again", watch.Elapsed, TimeSpan.FromSeconds(5));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"later{i}.test."));
        }
    }

    [AttackTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upstream_that_closes_after_each_answer_loses_no_query(bool byReset)
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = async connection =>
            {
                if (await connection.ReadAsync() is { } query)
                {
                    await connection.WriteAsync(Message.Address(query));
                    if (byReset)
                    {
                        await Task.Delay(5);
                        connection.Reset();
                    }
                }
            },
        };
        using AttackedServer server = await StartAsync(upstream);
        ConcurrentBag<string> answers = [];

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => answers.Add(await server.AskAsync($"n{i}.test.")));

        Assert.All(answers, static answer => Assert.Equal("NOERROR 192.0.2.1", answer));
        Assert.InRange(upstream.Connections, 1, 1600);
    }

    /// <summary>2,000 queries took 4.9 s of processor time with a connection for each; a storm of reconnections must not take one of its own.</summary>
    [AttackFact]
    public async Task An_upstream_that_closes_at_once_causes_no_storm_of_connections()
    {
        using ScriptedPeer upstream = new() { OnConnection = static _ => Task.CompletedTask };
        using AttackedServer server = await StartAsync(upstream);
        TimeSpan before = server.ProcessorTime;

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => server.AskAsync($"n{i}.test.", patience: TimeSpan.FromSeconds(8))));

        Assert.DoesNotContain(answers, static answer => answer.StartsWith("NOERROR", StringComparison.Ordinal));
        TimeLimit.Check(output, "processor time of 2,000 queries", server.ProcessorTime - before, TimeSpan.FromSeconds(2));
        Assert.InRange(upstream.Connections, 1, 2000);
        server.AssertAlive();
    }

    [AttackFact]
    public async Task Five_hundred_unanswered_names_a_second_leave_others_unaffected()
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = static connection => connection.AnswerAllAsync(static query =>
                Task.FromResult(Message.NameOf(query).StartsWith("dead", StringComparison.Ordinal) ? null : Message.Address(query))),
        };
        using AttackedServer server = await StartAsync(upstream);
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        using CancellationTokenSource over = new();
        Task flood = Flood.RunAsync(server.Port, 500, static i => Message.Query($"dead{i}.test.", RecordType.A, i), over.Token);
        List<double> times = [];
        for (int i = 0; i < 60; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"n{i}.test."));
            times.Add(watch.Elapsed.TotalMilliseconds);
            await Task.Delay(50);
        }

        await over.CancelAsync();
        await flood;
        TimeLimit.Check(output, "95 % of queries beside 500 dead names a second", TimeSpan.FromMilliseconds(times.Order().ElementAt(times.Count * 95 / 100)), Slack);
        Assert.InRange(server.Descriptors, 0, 300);
    }

    /// <summary>Bytes that come one at a time, and frames that never end.</summary>
    [AttackTheory]
    [InlineData("drip")]
    [InlineData("half")]
    [InlineData("short")]
    [InlineData("garbage")]
    [InlineData("flood")]
    public async Task A_first_connection_that_sends_nonsense_is_replaced(string kind)
    {
        using ScriptedPeer upstream = new()
        {
            OnConnection = async connection =>
            {
                if (connection.Number > 1)
                {
                    await connection.AnswerAllAsync(static query => Message.Address(query));
                    return;
                }

                byte[] query = (await connection.ReadAsync())!;
                byte[] frame = Message.Frame(Message.Address(query));
                switch (kind)
                {
                    case "drip":
                        foreach (byte octet in frame)
                        {
                            await connection.WriteRawAsync(new[] { octet });
                            await Task.Delay(2000);
                        }

                        break;
                    case "half":
                        await connection.WriteRawAsync(frame.AsMemory(0, frame.Length / 2));
                        await connection.StaySilentAsync();
                        break;
                    case "short":
                        await connection.WriteRawAsync(new byte[] { 0, 0, 0, 1, 7, 0, 3, 1, 2, 3 });
                        await connection.StaySilentAsync();
                        break;
                    case "garbage":
                        byte[] noise = new byte[100_000];
                        new Random(1).NextBytes(noise);
                        await connection.WriteRawAsync(noise);
                        await connection.StaySilentAsync();
                        break;
                    default:
                        while (true)
                        {
                            await connection.WriteRawAsync(Message.Frame(Message.Texts(Message.Query("other.test.", RecordType.TXT, 77), 200)));
                        }
                }
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address} {{\n  force_tcp\n }}\n}}\n", new Limits { Memory = 170 });
        int asked = 0;

        await server.UntilAsync(
            async () => (await server.AskAsync($"n{asked++}.test.", patience: TimeSpan.FromSeconds(6))).StartsWith("NOERROR", StringComparison.Ordinal), "answered");

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"later{i}.test."));
        }

        server.AssertAlive();
        Assert.InRange(server.ResidentPeak, 0, 150);
    }

    private static Task<AttackedServer> StartAsync(ScriptedPeer upstream)
        => AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address} {{\n  force_tcp\n }}\n}}\n");
}
