using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;
using ClusterDns.Soak;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Conformance;

/// <summary>The process while its Corefile changes under load.</summary>
public sealed class ReloadTests : IDisposable
{
    private const int WarmUps = 20;
    private const int Reloads = 100;

    // Code is compiled and recompiled while it runs, and its garbage collector takes its time where memory is plenty.
    private const long JitResidentSlack = 48 * 1024;
    private const long NativeResidentSlack = 8 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clusterdns-reload-");
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_hundred_reloads_half_of_them_broken_lose_no_query_and_leave_nothing_behind(Executable executable)
    {
        string corefile = Path.Combine(_folder.FullName, "Corefile");
        string manifests = Path.Combine(_folder.FullName, "cluster.yaml");
        using OutsideServer outside = new(loseOneIn: 0, delayOneIn: 20);
        using CorefileScript script = new(manifests, outside.Port);
        new ClusterTruth(manifests, new Random(1)).WriteFirst();
        ReloadDriver.Write(corefile, script.Write(0, isWatched: false));
        using RunningServer server = RunningServer.Start(executable, _folder.FullName, "-conf", corefile);
        await server.WaitUntilServingAsync();
        ReloadDriver driver = new(server, corefile, script);
        QueryLoad load = new(
            new IPEndPoint(IPAddress.Loopback, server.Port),
            udpClients: 4,
            tcpClients: 2,
            ("svc-0.soak.svc.cluster.local.", "10.96.1.1"),
            ("nosuch.soak.svc.cluster.local.", "NXDOMAIN"),
            ("www.hosts.test.", "192.0.2.80"),
            ("www.outside.test.", OutsideServer.AddressOf("www.outside.test.")),
            ("www.fresh.test.", OutsideServer.AddressOf("www.fresh.test.")));

        ProcessFigures? early = null;
        for (int i = 1; i <= Reloads; i++)
        {
            if (i % 2 == 1)
            {
                await driver.ReloadBrokenAsync(i / 2, bySignal: true);
                continue;
            }

            await driver.ReloadAsync(i / 2, bySignal: true, isWatched: i == Reloads);
            Assert.Equal("NOERROR", await AskMovingAsync(script.MovingPort(i / 2)));
            if (i == WarmUps)
            {
                early = ProcessFigures.Read(server.ProcessId, outside.Port);
            }
        }

        await AssertFlatAsync(server, outside, early!, executable.First.Length == 0 ? NativeResidentSlack : JitResidentSlack);
        await driver.ReloadBrokenAsync(1, bySignal: false);
        await driver.ReloadAsync(1, bySignal: false, isWatched: true);
        await driver.ReloadAsync(2, bySignal: false, isWatched: true);
        await load.StopAsync();

        Assert.Empty(load.Failures);
        Assert.True(load.Answered > Reloads, $"{load.Answered} answers");
        Assert.Equal((Reloads / 2) + 2, server.Output.Count(static line => line.EndsWith("[INFO] Reloading complete", StringComparison.Ordinal)));
        Assert.DoesNotContain(server.Output, static line => line.Contains("[ERROR] plugin/errors", StringComparison.Ordinal));
        Scrape scrape = await Scrape.ReadAsync(_client, script.MetricsPort);
        Assert.Equal((Reloads / 2) + 1, scrape.Sum("coredns_reload_failed_total"));
        string version = Assert.Single(scrape.Lines("coredns_reload_version_info"));
        string running = server.Output.Last(static line => line.Contains("Running configuration SHA512 = ", StringComparison.Ordinal));
        Assert.Equal($"coredns_reload_version_info{{hash=\"sha512\",value=\"{running[(running.LastIndexOf(' ') + 1)..]}\"}} 1", version);

        await server.SignalAsync("TERM");
        Assert.Equal(0, await server.WaitForExitAsync());
    }

    private static async Task<string> AskMovingAsync(int port)
    {
        using QueryClient client = await QueryClient.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.3"), port), SocketType.Dgram);
        return AnswerText.Read((await client.AskAsync("a.moving.example.", RecordType.A)).Span);
    }

    /// <summary>Looks until the process has no more of the system than before; what is leaked never comes back.</summary>
    private static async Task AssertFlatAsync(RunningServer server, OutsideServer outside, ProcessFigures early, long residentSlack)
    {
        using CancellationTokenSource patience = new(Patience);
        while (true)
        {
            ProcessFigures late = ProcessFigures.Read(server.ProcessId, outside.Port);
            if (late.Threads <= early.Threads + SoakVerdict.ThreadSlack &&
                late.PoolThreads <= early.PoolThreads + SoakVerdict.PoolThreadSlack &&
                late.Descriptors <= early.Descriptors + SoakVerdict.DescriptorSlack &&
                late.UpstreamSockets <= (CorefileScript.MaxSockets + 1) * SoakVerdict.SocketsPerWorker &&
                late.ResidentKilobytes <= early.ResidentKilobytes + residentSlack)
            {
                return;
            }

            Assert.False(patience.IsCancellationRequested, $"early: {early}; late: {late}");
            await Task.Yield();
        }
    }
}
