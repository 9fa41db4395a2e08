using System.Diagnostics;
using System.Globalization;
using System.Net;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Soak;

/// <summary>
/// A server under load for a long time, while its cluster and its Corefile change: all answers have to be right, and what it has of the system must
/// not grow.
/// </summary>
/// <param name="options">What it is to be.</param>
/// <param name="output">Told of the course of things.</param>
internal sealed class SoakRun(SoakOptions options, TextWriter output)
{
    private const int LoseOneIn = 100;
    private const int DelayOneIn = 20;

    private readonly List<ProcessFigures> _samples = [];
    private readonly List<string> _problems = [];
    private readonly Stopwatch _watch = new();

    /// <summary>How many questions were answered rightly.</summary>
    public long Answered { get; private set; }

    /// <summary>How many reloads there were, good and bad.</summary>
    public int Reloads { get; private set; }

    /// <summary>Runs.</summary>
    /// <returns>What was wrong; empty when nothing was.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-soak-");
        try
        {
            await RunInAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return _problems;
    }

    private async Task RunInAsync(string folder)
    {
        string corefile = Path.Combine(folder, "Corefile");
        string manifests = Path.Combine(folder, "cluster.yaml");
        using OutsideServer outside = new(LoseOneIn, DelayOneIn);
        using CorefileScript script = new(manifests, outside.Port);
        ClusterTruth truth = new(manifests, new Random(options.Seed));
        truth.WriteFirst();
        ReloadDriver.Write(corefile, script.Write(0, isWatched: false));
        using RunningServer server = RunningServer.Start(options.Executable, folder, "-conf", corefile);
        await server.WaitUntilServingAsync();
        IPEndPoint endpoint = new(IPAddress.Loopback, server.Port);
        ReloadDriver reloads = new(server, corefile, script);
        SoakLoad load = new(endpoint, new SoakChoice(truth).Choose, options);
        using HttpClient client = new();
        _watch.Start();
        try
        {
            await RunRoundsAsync(round => ChangeAsync(round, truth, endpoint, reloads), async () =>
            {
                _samples.Add(ProcessFigures.Read(server.ProcessId, outside.Port));
                return Tell(load, reloads, await Scrape.ReadAsync(client, script.MetricsPort));
            });
            await load.StopAsync();
            Check(await Scrape.ReadAsync(client, script.MetricsPort), reloads);
            await server.SignalAsync("TERM");
            int code = await server.WaitForExitAsync();
            AddProblem(code != 0, $"the server ended with code {code}");
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or HttpRequestException or System.Net.Sockets.SocketException)
        {
            _problems.Add(exception.ToString());
            _problems.Add(server.Describe());
            await load.StopAsync();
        }

        Answered = load.Answered;
        Reloads = reloads.Completed + reloads.Failed;
        AddProblem(load.Failed > 0, $"{load.Failed} questions were not answered, or wrongly; the first of them:");
        _problems.AddRange(load.Failures);
        _problems.AddRange(SoakVerdict.Judge(_samples, options.ResidentSlack));
        _problems.AddRange(server.Output.Where(static line =>
            line.Contains("[ERROR]", StringComparison.Ordinal) && !line.Contains("reload failed", StringComparison.Ordinal)));
    }

    /// <summary>Changes and samples, and tells of it now and then, until the end.</summary>
    private async Task RunRoundsAsync(Func<int, Task> change, Func<Task<string>> sample)
    {
        TimeSpan nextReport = options.ReportTime;
        for (int round = 0; options.Rounds > 0 ? round < options.Rounds : _watch.Elapsed < options.Duration; round++)
        {
            TimeSpan end = _watch.Elapsed + options.RoundTime;
            await change(round);
            string line = await sample();
            if (_watch.Elapsed >= nextReport)
            {
                nextReport += options.ReportTime;
                await output.WriteLineAsync(line);
                await output.FlushAsync();
            }

            TimeSpan rest = end - _watch.Elapsed;
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest);
            }
        }
    }

    private Task ChangeAsync(int round, ClusterTruth truth, IPEndPoint endpoint, ReloadDriver reloads)
        => (round + 1) % options.RoundsPerReload == 0
            ? Task.WhenAll(truth.ChangeAsync(endpoint), reloads.StepAsync())
            : truth.ChangeAsync(endpoint);

    private string Tell(SoakLoad load, ReloadDriver reloads, Scrape scrape) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_watch.Elapsed:hh\\:mm\\:ss} {load.Answered} queries, {load.Failed} failures, {reloads.Completed} reloads and {reloads.Failed} refused, {_samples[^1]}, {scrape.Sum("clusterdns_upstream_retransmits_total")} sent again, {scrape.Sum("clusterdns_waiting_rejected_total")} rejected because too many wait, {scrape.Sum("coredns_cache_entries")} cached");

    private void Check(Scrape scrape, ReloadDriver reloads)
    {
        foreach (string never in (string[])
            ["coredns_panics_total", "clusterdns_waiting_rejected_total", "clusterdns_udp_dropped_total", "clusterdns_tcp_dropped_total", "clusterdns_log_lines_dropped_total"])
        {
            AddProblem(scrape.Sum(never) > 0, $"{never} is {scrape.Sum(never)}");
        }

        double failed = scrape.Sum("coredns_reload_failed_total");
        AddProblem((int)failed != reloads.Failed, $"coredns_reload_failed_total is {failed}, not {reloads.Failed}");
    }

    private void AddProblem(bool isProblem, FormattableString text)
    {
        if (isProblem)
        {
            _problems.Add(text.ToString(CultureInfo.InvariantCulture));
        }
    }
}
