using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Siege;

/// <summary>A server with little memory and few descriptors, attacked in several ways at once, while honest clients ask.</summary>
/// <param name="options">What it is to be.</param>
/// <param name="output">Told of the course of things.</param>
internal sealed class SiegeRun(SiegeOptions options, TextWriter output)
{
    private const int Pipelined = 128;
    private const int LargestText = 238;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.67");

    private readonly int _port = FreePort.Find();
    private readonly int _healthPort = FreePort.Find();
    private readonly int _metricsPort = FreePort.Find();

    private long _peak;
    private long _socketsPeak;
    private int _writings;
    private int _served = -1;
    private int _reloads;

    /// <summary>Runs.</summary>
    /// <returns>What was measured.</returns>
    public async Task<SiegeReport> RunAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-siege-");
        try
        {
            return await RunInAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<SiegeReport> RunInAsync(string folder)
    {
        using ScriptedPeer outside = new() { OnDatagram = static (query, _) => [AnswerDatagram(query)], OnConnection = static connection => connection.AnswerAllAsync(Answer) };
        using ScriptedPeer silent = new() { OnDatagram = static (_, _) => [], OnConnection = static connection => connection.StaySilentAsync() };
        SiegeCluster cluster = new(Path.Combine(folder, "cluster"), options);
        cluster.Write(_writings);
        string corefile = Path.Combine(folder, "Corefile");
        WriteCorefile(corefile, folder, outside, silent);
        Limits limits = new() { Memory = options.Memory, SoftDescriptors = options.Descriptors, HardDescriptors = options.Descriptors, Core = options.Core };
        using MemoryGroup? group = limits.CreateGroup();
        using RunningServer server = RunningServer.Start(limits.Wrap(options.Executable, group), folder, "-conf", corefile);
        SiegeReport report = new(options);
        using HonestClients honest = new(_port, _healthPort, cluster);
        if (!await WaitUntilServingAsync(cluster))
        {
            report.Add("start", server.Describe(), "answers", isMet: false);
            return report;
        }

        using CancellationTokenSource over = new();
        StubbornClients readers = new(_port, options.Clients, Questions());
        StubbornClients scrapers = new(_metricsPort, options.Scrapers, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: siege\r\n\r\n", 50))));
        Task[] running =
        [
            Task.Run(() => honest.RunAsync(over.Token)),
            Task.Run(() => readers.RunAsync(over.Token)),
            Task.Run(() => scrapers.RunAsync(over.Token)),
            Flood.RunAsync(_port, options.SilentPerSecond, static number => Message.Query(RandomName(number), RecordType.A, number & 0xFFFF), over.Token, Attacker),
            Task.Run(() => WriteClusterAsync(cluster, over.Token)),
            Task.Run(() => ReloadAsync(server, corefile, folder, outside, silent, over.Token)),
        ];
        await WatchAsync(server, group, honest, readers);
        await over.CancelAsync();
        await Task.WhenAll(running);

        bool isAlive = IsAlive(server);
        report.Add("the server", isAlive ? "runs" : server.Describe().Split('\n')[0], "runs", isAlive);
        if (!isAlive)
        {
            await output.WriteLineAsync(server.Describe());
        }

        report.AddClients(honest);
        if (group is not null)
        {
            report.AddMemory(Math.Max(_peak, group.Peak), group.Peak, _socketsPeak, group.Failures + group.Kills);
        }

        report.Add("clients that never read: connections made", readers.Made.ToString(CultureInfo.InvariantCulture), "-", true);
        report.Add("clusters written, and the last one served", string.Create(CultureInfo.InvariantCulture, $"{_writings}, {_served}"), "-", true);
        report.Add("reloads", _reloads.ToString(CultureInfo.InvariantCulture), "-", true);
        bool isOut = server.Output.Concat(server.Errors).Any(static line => line.Contains("OutOfMemory", StringComparison.Ordinal));
        report.Add("allocations that failed, by the log", isOut ? "some" : "none", "none", !isOut);
        return report;
    }

    private async Task<bool> WaitUntilServingAsync(SiegeCluster cluster)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < StartPatience)
        {
            byte[]? answer = await Client.AskAsync(_port, Message.Query(cluster.NameOf(1)), TimeSpan.FromMilliseconds(500));
            if (answer is not null && Message.CodeOf(answer) == ResponseCode.NoError)
            {
                return true;
            }

            await Task.Delay(Step);
        }

        return false;
    }

    private async Task WatchAsync(RunningServer server, MemoryGroup? group, HonestClients honest, StubbornClients readers)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan nextReport = options.ReportPeriod;
        while (watch.Elapsed < options.Duration && IsAlive(server))
        {
            long sockets = SocketMemory.Read(_port, _metricsPort, _healthPort);
            long usage = group?.Usage ?? 0;
            _socketsPeak = Math.Max(_socketsPeak, sockets);
            _peak = Math.Max(_peak, usage + (MemoryGroup.CountsSockets ? 0 : sockets));
            if (watch.Elapsed >= nextReport)
            {
                nextReport += options.ReportPeriod;
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{watch.Elapsed:mm\\:ss} {honest.Datagrams.Count} honest queries, {honest.Datagrams.ShareWithin(50) * 100:F3} % within 50 ms, TCP {honest.Streams.Worst:F0} ms and /health {honest.Probes.Worst:F0} ms at worst, cgroup {usage >> 20} MiB and sockets {sockets >> 20} MiB, {readers.Connected} connections held"));
                await output.FlushAsync();
            }

            await Task.Delay(Step);
        }
    }

    private async Task WriteClusterAsync(SiegeCluster cluster, CancellationToken over)
    {
        while (await DelayAsync(options.ClusterPeriod, over))
        {
            byte[]? marker = await Client.AskAsync(_port, Message.Query(SiegeCluster.MarkerName, RecordType.CNAME), from: Attacker);
            byte[] target = DomainName.Parse(SiegeCluster.TargetOf(_writings));
            _served = marker is not null && marker.AsSpan().IndexOf(target.AsSpan(0, 9)) > 0 ? _writings : _served;
            cluster.Write(++_writings);
        }
    }

    private async Task ReloadAsync(RunningServer server, string corefile, string folder, ScriptedPeer outside, ScriptedPeer silent, CancellationToken over)
    {
        while (await DelayAsync(options.ReloadPeriod, over) && IsAlive(server))
        {
            _reloads++;
            WriteCorefile(corefile, folder, outside, silent);
            await server.SignalAsync("USR1");
        }
    }

    private static async Task<bool> DelayAsync(TimeSpan time, CancellationToken over)
    {
        try
        {
            await Task.Delay(time, over);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void WriteCorefile(string path, string folder, ScriptedPeer outside, ScriptedPeer silent)
    {
        string source = options.IsCoreDns
            ? $"file {folder}/cluster siege.svc.cluster.local {{\n        reload 5s\n    }}"
            : $"kubernetes cluster.local {{\n        manifests {folder}/cluster\n    }}";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            # reload {{_reloads}}
            .:{{_port}} {
                bind 127.0.0.1
                errors
                health 127.0.0.1:{{_healthPort}}
                prometheus 127.0.0.1:{{_metricsPort}}
                cache 30 {
                    disable success cluster.local
                    disable denial cluster.local
                }
                {{source}}
                forward . {{outside.Address}}
            }
            silent.test:{{_port}} {
                bind 127.0.0.1
                forward . {{silent.Address}}
            }

            """);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static byte[] Questions() => Message.Frame([.. Enumerable.Range(0, Pipelined).Select(static number => number % 2 == 0
        ? Message.Query(SiegeCluster.LargeName, RecordType.A, number)
        : Message.Query($"large{number}.outside.test.", RecordType.TXT, number))]);

    private static string RandomName(int number) => string.Create(CultureInfo.InvariantCulture, $"r{Random.Shared.Next():x}-{number}.silent.test.");

    private static byte[] Answer(byte[] query) => Message.TypeOf(query) == RecordType.TXT ? Message.Texts(query, LargestText) : Message.Address(query, timeToLive: 3600);

    private static byte[] AnswerDatagram(byte[] query) => Message.TypeOf(query) == RecordType.TXT ? Message.Truncated(query) : Message.Address(query, timeToLive: 3600);

    private static bool IsAlive(RunningServer server)
        => File.Exists($"/proc/{server.ProcessId}/stat") && !File.ReadAllText($"/proc/{server.ProcessId}/stat").Contains(") Z", StringComparison.Ordinal);
}
