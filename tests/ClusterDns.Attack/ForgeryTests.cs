using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;
using Xunit.Abstractions;

namespace ClusterDns.Attack;

/// <summary>
/// A forger who knows the upstream's address and port, the range of the server's ports, and the names that are asked, and sends a million replies.
/// By chance alone a pair of port and ID is hit once in some 10^9 replies for each pair that is open.
/// </summary>
public sealed class ForgeryTests(ITestOutputHelper output)
{
    private const int Forgeries = 1_000_000;

    /// <summary>How many pairs of port and ID one query gets: two an exchange, five exchanges an attempt, two attempts.</summary>
    private const int MaxPairs = 20;

    private const byte Honest = 1;
    private const byte Forged = 66;

    private static readonly (int Low, int High) Range = ReadRange();

    /// <summary>4,000 clients ask one name while the upstream is silent: a birthday attack, unless they share one query.</summary>
    [AttackFact]
    public async Task Four_thousand_clients_that_ask_one_name_give_a_forger_no_more_chances_than_one()
    {
        ConcurrentDictionary<(int Port, int Id), bool> pairs = [];
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                pairs[(from.Port, Message.IdOf(query))] = true;
                return [];
            },
        };
        using AttackedServer server = await StartAsync(upstream);

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 4000).Select(i => Client.AskAsync(server.Port, Message.Query("bank.test.", RecordType.A, i), TimeSpan.FromSeconds(6)))];
        await Task.Delay(100);
        await ForgeAsync(upstream, static _ => "bank.test.");
        await Task.WhenAll(asked);

        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));

        // Two pairs are open at a time; within the six seconds they change with each retransmission, attempt and doubted reply.
        Assert.InRange(pairs.Count, 1, 100);
        Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test."), TimeSpan.FromSeconds(3))));
    }

    [AttackFact]
    public async Task Four_thousand_names_of_one_zone_let_no_forgery_in()
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (_, _) => [] };
        using AttackedServer server = await StartAsync(upstream);

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 4000).Select(i => Client.AskAsync(server.Port, Message.Query($"r{i}.bank.test.", RecordType.A, i), TimeSpan.FromSeconds(6)))];
        await Task.Delay(100);
        await ForgeAsync(upstream, static i => $"r{i % 4000}.bank.test.");
        await Task.WhenAll(asked);

        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));
    }

    /// <summary>The forger fires while a query is retransmitted, and then while it is asked over TCP because the reply was truncated.</summary>
    [AttackTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forger_is_not_believed_during_retransmission_or_the_way_over_TCP(bool isTruncated)
    {
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) => isTruncated ? [Message.Truncated(query)] : [],
            OnConnection = static connection => connection.AnswerAllAsync(static async query =>
            {
                await Task.Delay(1500);
                return Message.Address(query, Honest);
            }),
        };
        using AttackedServer server = await StartAsync(upstream);

        using CancellationTokenSource over = new();
        Task asking = Task.Run(async () =>
        {
            for (int i = 0; !over.IsCancellationRequested; i++)
            {
                Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test.", RecordType.A, i), TimeSpan.FromMilliseconds(500))));
            }
        });
        await ForgeAsync(upstream, static _ => "bank.test.");
        await over.CancelAsync();
        await asking;

        Assert.False(IsForged(await Client.AskAsync(server.Port, Message.Query("bank.test."), TimeSpan.FromSeconds(6))));
    }

    /// <summary>A forger who knows one port of the server, and tries every ID on it: the port is given up before the IDs are through.</summary>
    [AttackFact]
    public async Task A_port_that_gets_too_many_wrong_replies_is_given_up()
    {
        IPEndPoint? known = null;
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                Interlocked.CompareExchange(ref known, from, null);
                return Message.NameOf(query).StartsWith("bank", StringComparison.Ordinal) ? [] : [Message.Address(query)];
            },
        };
        using AttackedServer server = await StartAsync(upstream);
        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 50).Select(i => Client.AskAsync(server.Port, Message.Query($"bank{i}.test.", RecordType.A, i), TimeSpan.FromSeconds(5)))];
        await server.UntilAsync(() => Task.FromResult(Volatile.Read(ref known) is not null), "asked");

        // Not the right ID, which one in 65,536 is: what is counted is that the port is closed after some.
        byte[] forgery = Message.Address(Message.Query("nobody.test."), Forged);
        for (int id = 0; id < 65536; id++)
        {
            forgery[0] = (byte)(id >> 8);
            forgery[1] = (byte)id;
            TrySend(upstream.Datagram, forgery, known!);
        }

        await Task.WhenAll(asked);
        server.AssertAlive();
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("after.test."));
        Assert.DoesNotContain(asked, static answer => IsForged(answer.Result));
    }

    /// <summary>
    /// Doubt leads to TCP, which this upstream refuses, or accepts and never answers. The forger hits the right port before the first five replies
    /// to each query: more than two exchanges, none of which may be believed.
    /// </summary>
    [AttackTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forger_beside_an_upstream_without_TCP_is_not_believed_and_stops_no_query(bool acceptsTcp)
    {
        const int queries = 100;
        const int doubtful = 5;
        ConcurrentDictionary<string, int> asked = new(StringComparer.Ordinal);
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) =>
            {
                int times = asked.AddOrUpdate(Message.NameOf(query), 1, static (_, before) => before + 1);
                return times <= doubtful ? [WrongId(Message.Address(query, Forged, 86400), times), Message.Address(query, Honest)] : [Message.Address(query, Honest)];
            },
            OnConnection = static connection => connection.StaySilentAsync(),
        };
        if (!acceptsTcp)
        {
            upstream.StopListening();
        }

        using AttackedServer server = await StartAsync(upstream);
        Stopwatch watch = Stopwatch.StartNew();

        byte[]?[] answers = await AskInTurnAsync(server, queries, static i => $"r{i}.bank.test.");
        output.WriteLine($"{queries} doubtful queries without TCP took {watch.Elapsed.TotalSeconds:F1} s, with {asked.Values.Sum()} datagrams");

        Assert.DoesNotContain(answers, IsForged);
        Assert.Equal(queries, answers.Count(IsHonest));

        // A guess at an ID that was in use at that port lately counts as a late reply, and makes nothing doubtful.
        Assert.InRange(asked.Values.Sum(), queries * doubtful, queries * (doubtful + 2));
        Assert.All(asked.Values, static times => Assert.InRange(times, 1, MaxPairs));
    }

    /// <summary>Every reply is preceded by a guess: all are doubtful, and none may be used, but each query ends within its time.</summary>
    [AttackFact]
    public async Task A_forger_who_is_always_first_is_never_believed_where_there_is_no_TCP()
    {
        int datagrams = 0;
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) => [WrongId(Message.Address(query, Forged, 86400), Interlocked.Increment(ref datagrams)), Message.Address(query, Honest)],
        };
        upstream.StopListening();
        using AttackedServer server = await StartAsync(upstream);

        byte[]?[] answers = await AskInTurnAsync(server, 20, static i => $"r{i}.bank.test.");

        Assert.All(answers, static answer => Assert.Equal(ResponseCode.ServFail, Message.CodeOf(answer!)));
        Assert.InRange(datagrams, 20, 20 * MaxPairs);
    }

    /// <summary>A million forgeries over the whole range of ports, while an upstream without TCP answers after 20 ms.</summary>
    [AttackFact]
    public async Task A_million_forgeries_do_not_stop_queries_to_an_upstream_without_TCP()
    {
        using ScriptedPeer upstream = new();
        upstream.OnDatagram = (query, from) =>
        {
            _ = AnswerLaterAsync(Message.Address(query, Honest), from);
            return [];
        };
        upstream.StopListening();
        using AttackedServer server = await StartAsync(upstream);
        using CancellationTokenSource over = new();
        ConcurrentBag<byte[]?> answers = [];
        Task asking = Parallel.ForAsync(0, 8, async (client, _) =>
        {
            for (int i = 0; !over.IsCancellationRequested; i++)
            {
                answers.Add(await Client.AskAsync(server.Port, Message.Query($"c{client}-{i}.bank.test.", RecordType.A, i)));
            }
        });

        await ForgeAsync(upstream, static i => $"c{i % 8}-{i / 8 % 500}.bank.test.");
        await over.CancelAsync();
        await asking;

        int honest = answers.Count(IsHonest);
        output.WriteLine($"{honest} of {answers.Count} queries were answered under forgeries without TCP");
        Assert.DoesNotContain(answers, IsForged);
        Assert.InRange(honest, answers.Count * 9 / 10, answers.Count);

        async Task AnswerLaterAsync(byte[] reply, IPEndPoint to)
        {
            await Task.Delay(20);
            TrySend(upstream.Datagram, reply, to);
        }
    }

    private static byte[] WrongId(byte[] message, int guess)
    {
        message[1] ^= (byte)(1 + (guess % 255));
        return message;
    }

    private static async Task<byte[]?[]> AskInTurnAsync(AttackedServer server, int count, Func<int, string> name)
    {
        byte[]?[] answers = new byte[]?[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            answers[i] = await Client.AskAsync(server.Port, Message.Query(name(i), RecordType.A, i), TimeSpan.FromSeconds(8)));
        return answers;
    }

    private static Task<AttackedServer> StartAsync(ScriptedPeer upstream)
        => AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n cache 3600\n forward . {upstream.Address}\n}}\n");

    private static bool IsForged(byte[]? answer) => HasAddress(answer, Forged);

    private static bool IsHonest(byte[]? answer) => HasAddress(answer, Honest);

    private static bool HasAddress(byte[]? answer, byte last)
        => answer is not null && Message.CodeOf(answer) == ResponseCode.NoError && answer[7] > 0 && answer[^1] == last;

    private static Task ForgeAsync(ScriptedPeer upstream, Func<int, string> name) => Task.Run(() =>
    {
        Random random = new(3);
        byte[][] forgeries = [.. Enumerable.Range(0, 4000).Select(i => Message.Address(Message.Query(name(i)), Forged, 86400))];
        IPEndPoint to = new(IPAddress.Loopback, 0);
        for (int i = 0; i < Forgeries; i++)
        {
            byte[] forgery = forgeries[i % forgeries.Length];
            forgery[0] = (byte)random.Next(256);
            forgery[1] = (byte)random.Next(256);
            to.Port = random.Next(Range.Low, Range.High + 1);
            TrySend(upstream.Datagram, forgery, to);
        }
    });

    private static void TrySend(Socket socket, byte[] datagram, IPEndPoint to)
    {
        try
        {
            socket.SendTo(datagram, to);
        }
        catch (SocketException)
        {
            // Nobody has the port: the kernel says so.
        }
    }

    private static (int Low, int High) ReadRange()
    {
        const string file = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(file))
        {
            return (32768, 60999);
        }

        int[] ports = [.. File.ReadAllText(file).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(static port => int.Parse(port, System.Globalization.CultureInfo.InvariantCulture))];
        return (ports[0], ports[1]);
    }
}
