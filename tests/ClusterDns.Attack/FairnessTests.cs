using System.Diagnostics;
using System.Net;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;
using Xunit.Abstractions;

namespace ClusterDns.Attack;

/// <summary>One client must not starve the others; a client that carries most of the honest traffic loses nothing.</summary>
public sealed class FairnessTests(ITestOutputHelper output)
{
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.66");
    private static readonly IPAddress Proxy = IPAddress.Parse("127.0.0.77");
    private static readonly IPAddress Honest = IPAddress.Parse("127.0.0.88");

    [AttackFact]
    public async Task Names_whose_servers_are_silent_do_not_starve_other_clients()
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (query, _) => IsSilent(query) ? [] : [Message.Address(query)] };
        using AttackedServer server = await StartAsync(upstream);
        using CancellationTokenSource over = new();
        Task flood = Flood.RunAsync(server.Port, 1500, static i => Message.Query($"{i}.silent.test.", RecordType.A, i), over.Token, Attacker);
        await Task.Delay(TimeSpan.FromSeconds(4));

        int failed = await CountFailuresAsync(server, Honest, 300);

        await over.CancelAsync();
        await flood;
        Assert.InRange(failed, 0, 3);
    }

    /// <summary>The honest client is 90 % of the honest traffic, as a node cache is; the flood comes from elsewhere.</summary>
    [AttackTheory]
    [InlineData(0)]
    [InlineData(1500)]
    public async Task A_client_that_carries_most_of_the_traffic_loses_nothing(int floodPerSecond)
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (query, _) => IsSilent(query) ? [] : [Message.Address(query)] };
        using AttackedServer server = await StartAsync(upstream);
        using CancellationTokenSource over = new();
        Task flood = floodPerSecond == 0 ? Task.CompletedTask
            : Flood.RunAsync(server.Port, floodPerSecond, static i => Message.Query($"{i}.silent.test.", RecordType.A, i), over.Token, Attacker);
        await Task.Delay(floodPerSecond == 0 ? 0 : 4000);
        int failed = 0;
        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            IPAddress from = i % 10 == 0 ? Honest : Proxy;
            byte[]? answer = await Client.AskStreamAsync(server.Port, Message.Query($"n{i}.test.", RecordType.A, i), from: from);
            if (answer is null || Message.CodeOf(answer) != ResponseCode.NoError)
            {
                Interlocked.Increment(ref failed);
            }
        });

        await over.CancelAsync();
        await flood;
        Assert.InRange(failed, 0, floodPerSecond == 0 ? 0 : 9);
    }

    [AttackTheory]
    [InlineData(1024)]
    [InlineData(20000)]
    public async Task A_client_that_holds_every_connection_does_not_keep_others_off_TCP(int descriptors)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n hosts {\n  10.0.0.1 one.test\n }\n}\n", new Limits { SoftDescriptors = descriptors });
        using ReluctantReaders held = new();
        await held.ConnectAsync(server.Port, Math.Min(descriptors + 500, 11_000), [], Attacker);

        TimeSpan worst = TimeSpan.Zero;
        for (int i = 0; i < 20; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            byte[]? answer = await Client.AskStreamAsync(server.Port, Message.Query("one.test."), from: Honest);
            Assert.Equal("NOERROR 10.0.0.1", Message.Describe(answer));
            worst = watch.Elapsed > worst ? watch.Elapsed : worst;
        }

        // A second is required of a machine that does nothing else.
        TimeLimit.Check(output, "slowest of 20 queries over TCP", worst, TimeSpan.FromSeconds(3));
    }

    [AttackFact]
    public async Task Identical_questions_in_flight_share_one_upstream_query()
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (_, _) => [] };
        using AttackedServer server = await StartAsync(upstream);

        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Client.AskAsync(server.Port, Message.Query("same.test.", RecordType.A, i), TimeSpan.FromSeconds(2))));

        Assert.InRange(upstream.Datagrams, 1, 20);
    }

    /// <summary>
    /// Names that hash alike whatever the seed, where the hash multiplies each half with a constant and folds: the factor that is zero. A keyed
    /// pseudo-random function has no such names.
    /// </summary>
    [AttackFact]
    public async Task Chosen_names_cost_the_cache_no_more_than_others()
    {
        const int count = 12_000;
        using ScriptedPeer upstream = new();
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n cache 3600 {{\n  success 200000\n  denial 200000\n }}\n forward . {upstream.Address}\n}}\n");
        byte[] fold = [0xDB, 0x28, 0xB4, 0xA0, 0xD1, 0x7E, 0x03, 0xE7];

        await MeasureAsync(server, [.. "honest00"u8], count);
        double ordinary = await MeasureAsync(server, [.. "honest00"u8], count);
        await MeasureAsync(server, fold, count);
        double chosen = await MeasureAsync(server, fold, count);

        Assert.True(chosen < (2 * ordinary) + 5, $"{chosen:F1} µs of processor time for a chosen name, {ordinary:F1} for another");
    }

    private static async Task<double> MeasureAsync(AttackedServer server, byte[] suffix, int count)
    {
        const int window = 16;
        using System.Net.Sockets.Socket socket = Sockets.Create(System.Net.Sockets.SocketType.Dgram);
        socket.Connect(IPAddress.Loopback, server.Port);
        socket.ReceiveTimeout = 2000;
        byte[] buffer = new byte[512];
        TimeSpan before = server.ProcessorTime;
        await Task.Run(() =>
        {
            for (int i = 0; i < count; i += window)
            {
                for (int j = i; j < i + window; j++)
                {
                    byte[] number = System.Text.Encoding.ASCII.GetBytes(j.ToString("D16", System.Globalization.CultureInfo.InvariantCulture));
                    socket.Send([(byte)(j >> 8), (byte)j, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 24, .. number, .. suffix, 6, .. "attack"u8, 0, 0, 1, 0, 1]);
                }

                for (int j = 0; j < window; j++)
                {
                    socket.Receive(buffer);
                }
            }
        });
        return (server.ProcessorTime - before).TotalMicroseconds / count;
    }

    private static bool IsSilent(byte[] query) => Message.NameOf(query).EndsWith("silent.test.", StringComparison.Ordinal);

    private static Task<AttackedServer> StartAsync(ScriptedPeer upstream)
        => AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n cache 30\n forward . {upstream.Address}\n}}\n");

    private static async Task<int> CountFailuresAsync(AttackedServer server, IPAddress from, int count)
    {
        int failed = 0;
        for (int i = 0; i < count; i++)
        {
            byte[]? answer = await Client.AskAsync(server.Port, Message.Query($"honest{i}.test.", RecordType.A, i), from: from);
            failed += answer is null || Message.CodeOf(answer) != ResponseCode.NoError ? 1 : 0;
            await Task.Delay(10);
        }

        return failed;
    }
}
