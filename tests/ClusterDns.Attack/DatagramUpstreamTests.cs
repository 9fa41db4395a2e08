using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ClusterDns.Attack.TestKit;
using ClusterDns.Core.Wire;
using Xunit.Abstractions;

namespace ClusterDns.Attack;

/// <summary>Upstreams over UDP behind networks that forget, lose, delay and reorder.</summary>
public sealed class DatagramUpstreamTests(ITestOutputHelper output)
{
    private const int Clients = 8;

    /// <summary>Answers come again after 2 s, which is a timer, and must within 2.5 s; the rest is slack.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    /// <summary>Every source port that the upstream knows goes silent at once, as when a Pod behind a Service's address goes and its flows are left.</summary>
    [AttackFact]
    public async Task Stale_flows_fail_no_query_and_delay_none_for_long()
    {
        ConcurrentDictionary<int, bool> heard = [];
        ConcurrentDictionary<int, bool> stale = [];
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                heard[from.Port] = true;
                return stale.ContainsKey(from.Port) ? [] : [Message.Address(query)];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");
        await AskManyAsync(server, "warm", 400, TimeSpan.FromSeconds(1));
        foreach (int port in heard.Keys)
        {
            stale[port] = true;
        }

        (int failed, _, _) = await AskManyAsync(server, "first", 400, TimeSpan.FromSeconds(1));
        (int failedLater, _, TimeSpan worst) = await AskManyAsync(server, "later", 400, TimeSpan.FromSeconds(1));

        Assert.Equal((0, 0), (failed, failedLater));
        TimeLimit.Check(output, "slowest of 400 queries after stale ports were retired", worst, TimeSpan.FromSeconds(1));
    }

    [AttackTheory]
    [InlineData(3)]
    [InlineData(10)]
    public async Task A_lost_datagram_is_sent_again_by_another_port(int loseOneIn)
    {
        int number = 0;
        ConcurrentDictionary<string, ConcurrentBag<int>> ports = new(StringComparer.Ordinal);
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                ConcurrentBag<int> seen = ports.GetOrAdd(Message.NameOf(query), static _ => []);
                seen.Add(from.Port);
                return seen.Count == 1 && Interlocked.Increment(ref number) % loseOneIn == 0 ? [] : [Message.Address(query)];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");

        (int failed, _, _) = await AskManyAsync(server, "n", 300, TimeSpan.FromSeconds(2));

        Assert.Equal(0, failed);
        Assert.All(ports.Where(static name => name.Value.Count > 1), static name => Assert.True(name.Value.Distinct().Count() > 1, name.Key));
        Assert.Contains(ports, static name => name.Value.Count > 1);
    }

    [AttackFact]
    public async Task Source_ports_come_from_the_whole_ephemeral_range()
    {
        ConcurrentDictionary<int, bool> ports = [];
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                ports[from.Port] = true;
                return [Message.Address(query)];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");
        string[] range = (await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_local_port_range")).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        (int low, int high) = (int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(range[1], System.Globalization.CultureInfo.InvariantCulture));

        await AskManyAsync(server, "n", 1200, TimeSpan.FromSeconds(1));

        int[] quarters = [.. Enumerable.Range(0, 4).Select(quarter => ports.Keys.Count(port => (port - low) * 4 / (high - low + 1) == quarter))];
        Assert.True(ports.Count >= 20, $"{ports.Count} ports");
        Assert.All(quarters, quarter => Assert.True(quarter > 0, string.Join(' ', quarters)));
        int[] sorted = [.. ports.Keys.Order()];
        Assert.True(sorted.Zip(sorted.Skip(1)).Count(static pair => pair.Second - pair.First == 1) < sorted.Length / 4, "ports follow one another");
    }

    /// <summary>Each new port is an entry in the node's connection tracking.</summary>
    [AttackFact]
    public async Task A_silent_upstream_gets_no_new_ports()
    {
        ConcurrentDictionary<int, bool> ports = [];
        bool isSilent = false;
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, from) =>
            {
                ports[from.Port] = true;
                return Volatile.Read(ref isSilent) ? [] : [Message.Address(query)];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");
        await AskManyAsync(server, "warm", 300, TimeSpan.FromSeconds(1));
        Volatile.Write(ref isSilent, true);
        ports.Clear();
        using CancellationTokenSource over = new(TimeSpan.FromSeconds(6));

        await Flood.RunAsync(server.Port, 1000, static i => Message.Query($"s{i}.test.", RecordType.A, i), over.Token);

        // 50 a second at most while the upstream is not yet known to be silent: the first seconds.
        Assert.InRange(ports.Count, 1, 350);
        server.AssertAlive();
    }

    [AttackFact(Needs.Network)]
    public async Task A_network_that_loses_a_tenth_both_ways_loses_no_query()
    {
        using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        using ScriptedPeer upstream = new(network);
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n", new Limits { Network = network });
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        string port = upstream.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await network.FilterAsync("-A", "INPUT", "-p", "udp", "--dport", port, "-m", "statistic", "--mode", "nth", "--every", "10", "--packet", "0", "-j", "DROP");
        await network.FilterAsync("-A", "INPUT", "-p", "udp", "--sport", port, "-m", "statistic", "--mode", "nth", "--every", "10", "--packet", "3", "-j", "DROP");

        (int failed, int slow, _) = await AskManyAsync(server, "n", 400, TimeSpan.FromSeconds(1.5));

        // Three losses in a row, one query in 150, may take this long; three times as many leave room for a busy machine.
        output.WriteLine($"{slow} of 400 queries took longer than 1.5 s, limit 8");
        Assert.Equal(0, failed);
        Assert.InRange(slow, 0, 8);
    }

    /// <summary>A black hole, not a refusal: the other upstream answers, and the first one again once it is back.</summary>
    [AttackFact(Needs.Network)]
    public async Task A_black_hole_is_gone_around()
    {
        using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        using ScriptedPeer first = new(network) { OnDatagram = static (query, _) => [Message.Address(query, 1)] };
        using ScriptedPeer second = new(network) { OnDatagram = static (query, _) => [Message.Address(query, 2)] };
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n forward . {first.Address} {second.Address} {{\n  policy sequential\n  health_check 200ms\n }}\n}}\n", new Limits { Network = network });
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        string port = first.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await network.FilterAsync("-A", "INPUT", "-p", "udp", "--dport", port, "-j", "DROP");
        await network.FilterAsync("-A", "INPUT", "-p", "tcp", "--dport", port, "-j", "DROP");

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("NOERROR 192.0.2.2", await server.AskAsync($"hole{i}.test."));
        }

        // Three health checks of a second each must have failed; then nobody waits for the first upstream any more. One answer within a quarter of
        // its timeout of 2 s shows that: a busy machine may be late with others.
        await server.UntilAsync(
            async () =>
            {
                Stopwatch watch = Stopwatch.StartNew();
                Assert.Equal("NOERROR 192.0.2.2", await server.AskAsync($"known{Random.Shared.Next()}.test."));
                return watch.Elapsed < TimeSpan.FromMilliseconds(500);
            },
            "gone around at once");

        await network.FilterAsync("-F", "INPUT");
        await server.UntilAsync(async () => string.Equals(await server.AskAsync($"back{Random.Shared.Next()}.test."), "NOERROR 192.0.2.1", StringComparison.Ordinal), "back at the first");
    }

    /// <summary>A TCP connection whose packets vanish in both directions, as behind a firewall that lost its state.</summary>
    [AttackFact(Needs.Network)]
    public async Task A_stream_into_a_black_hole_is_replaced()
    {
        using NetworkNamespace network = await NetworkNamespace.CreateAsync();
        using ScriptedPeer upstream = new(network);
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address} {{\n  force_tcp\n }}\n}}\n", new Limits { Network = network });
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("warm.test."));
        string port = upstream.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        int own = await FindConnectionAsync(network, upstream.Port);
        string local = own.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await network.FilterAsync("-A", "INPUT", "-p", "tcp", "--sport", local, "-j", "DROP");
        await network.FilterAsync("-A", "INPUT", "-p", "tcp", "--dport", local, "-j", "DROP");
        Stopwatch watch = Stopwatch.StartNew();
        int asked = 0;

        await server.UntilAsync(
            async () => (await server.AskAsync($"n{asked++}.test.", patience: TimeSpan.FromSeconds(6))).StartsWith("NOERROR", StringComparison.Ordinal), "answered again");

        TimeLimit.Check(output, "until answers came again", watch.Elapsed, SilenceLimit);
    }

    /// <summary>Replies that come late and in another order, twice, and from a port that has changed hands, are all told apart.</summary>
    [AttackFact]
    public async Task Delayed_reordered_and_repeated_replies_reach_who_asked()
    {
        Random random = new(7);
        using ScriptedPeer upstream = new();
        upstream.OnDatagram = (query, from) =>
        {
            int delay;
            lock (random)
            {
                delay = random.Next(80);
            }

            byte last = (byte)(Message.NameOf(query)[1] - '0');
            _ = SendLaterAsync(delay, Message.Address(query, last), from);
            _ = SendLaterAsync(delay + 5, Message.Address(query, last), from);
            return [];
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");

        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            Assert.Equal($"NOERROR 192.0.2.{i % 10}", await server.AskAsync($"n{i % 10}-{i}.test.")));

        async Task SendLaterAsync(int delay, byte[] reply, IPEndPoint to)
        {
            await Task.Delay(delay);
            try
            {
                upstream.Send(reply, to);
            }
            catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }

    private static async Task<int> FindConnectionAsync(NetworkNamespace network, int upstreamPort)
    {
        (string command, string[] arguments) = network.Enter("cat", "/proc/net/tcp");
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string table = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return table.Split('\n')
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 3 && fields[2].EndsWith($":{upstreamPort:X4}", StringComparison.Ordinal) && string.Equals(fields[3], "01", StringComparison.Ordinal))
            .Select(static fields => Convert.ToInt32(fields[1].Split(':')[1], 16))
            .First();
    }

    /// <summary>Asks many names, a few at a time.</summary>
    /// <returns>How many failed, how many took longer than they may, and the longest time.</returns>
    private static async Task<(int Failed, int Slow, TimeSpan Worst)> AskManyAsync(AttackedServer server, string prefix, int count, TimeSpan limit)
    {
        ConcurrentBag<(bool IsAnswered, TimeSpan Time)> results = [];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, _) =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            string answer = await server.AskAsync($"{prefix}{i}.test.");
            results.Add((answer.StartsWith("NOERROR", StringComparison.Ordinal), watch.Elapsed));
        });
        return (results.Count(static result => !result.IsAnswered), results.Count(result => result.Time > limit), results.Max(static result => result.Time));
    }
}
