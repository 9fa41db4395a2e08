using System.Diagnostics;
using System.Globalization;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;

namespace ClusterDns.ApiBench;

/// <summary>
/// What a change of the cluster costs a server that nobody asks: its processor time while objects are written one by one, without what it takes
/// at rest.
/// </summary>
/// <param name="executable">The server.</param>
/// <param name="seconds">How long the writes take, and the rest before them.</param>
/// <param name="writesPerSecond">How many writes there are a second.</param>
internal sealed class ChangeCost(Executable executable, int seconds, int writesPerSecond)
{
    private const int Changing = 400;
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>The cluster: 5,000 Services with ten endpoints and ten Pods each.</summary>
    public static ClusterShape Shape { get; } = ClusterShape.Even(5000) with { HasPods = true };

    /// <summary>Measures.</summary>
    /// <param name="setting">How the API server is asked.</param>
    /// <returns>Milliseconds of processor time for each write.</returns>
    public async Task<double> RunAsync(ApiSetting setting)
    {
        SampleCluster cluster = new(Shape);
        ChangingService[] services = [.. Enumerable.Range(0, Changing).Select(slot => new ChangingService(slot, cluster))];
        using TestCertificates certificates = new();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-apibench-");
        try
        {
            await using LoopbackApiServer api = await setting.StartAsync(cluster, certificates);
            string corefile = setting.WriteCorefile(folder.FullName, 0, api.Url, certificates, "pods verified");
            using RunningServer server = RunningServer.Start(executable, folder.FullName, "-conf", corefile);
            await server.WaitUntilServingAsync();
            await Task.Delay(Settling);
            double start = ReadProcessorTime(server.ProcessId);
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            double rest = ReadProcessorTime(server.ProcessId);
            int writes = await WriteAsync(services);
            double end = ReadProcessorTime(server.ProcessId);
            await server.SignalAsync("TERM");
            await server.WaitForExitAsync();
            return (end - rest - (rest - start)) * 1000 / writes;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<int> WriteAsync(ChangingService[] services)
    {
        Random random = new(1);
        int writes = seconds * writesPerSecond;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < writes; i++)
        {
            services[random.Next(services.Length)].Change(random);
            TimeSpan ahead = TimeSpan.FromSeconds((i + 1.0) / writesPerSecond) - Stopwatch.GetElapsedTime(start);
            if (ahead > TimeSpan.Zero)
            {
                await Task.Delay(ahead);
            }
        }

        return writes;
    }

    private static double ReadProcessorTime(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
