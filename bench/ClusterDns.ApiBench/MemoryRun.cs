using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Soak;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.ApiBench;

/// <summary>What was seen of a server from its start to the end of a relist.</summary>
/// <param name="FirstAnswer">From the start of the process to the first right answer.</param>
/// <param name="LoadPeak">The most it had resident until then and two seconds longer, in kilobytes.</param>
/// <param name="Resident">What it had resident then.</param>
/// <param name="RelistPeak">The most it had resident from then to two seconds after a relist.</param>
/// <param name="ResidentAfter">What it had resident in the end.</param>
/// <param name="Relist">From the end of the watches to the first right answer of everything that only a relist tells.</param>
internal sealed record MemoryFigures(
    TimeSpan FirstAnswer, long LoadPeak, long Resident, long RelistPeak, long ResidentAfter, TimeSpan Relist);

/// <summary>Measures how soon a server answers that reads a cluster at an API server, and what it has resident meanwhile.</summary>
/// <param name="executable">The server.</param>
/// <param name="certificates">The API server's certificate.</param>
internal sealed class MemoryRun(Executable executable, TestCertificates certificates)
{
    /// <summary>A list in pages is not to wait for the limit on requests, which is not what is measured.</summary>
    private const string Unlimited = "apiserver_qps 1000\napiserver_burst 1000";

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Measures once.</summary>
    /// <param name="shape">The cluster.</param>
    /// <param name="setting">How it is asked for.</param>
    /// <exception cref="TimeoutException">The server does not answer rightly.</exception>
    public async Task<MemoryFigures> RunAsync(ClusterShape shape, ApiSetting setting)
    {
        SampleCluster cluster = new(shape);
        GC.Collect();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-apibench-");
        try
        {
            await using LoopbackApiServer api = await setting.StartAsync(cluster, certificates);
            int port = FreePort.Find();
            string corefile = setting.WriteCorefile(
                folder.FullName, port, api.Url, certificates, shape.HasPods ? Unlimited + "\npods verified" : Unlimited);
            long start = Stopwatch.GetTimestamp();
            using RunningServer server = RunningServer.Start(executable, folder.FullName, "-conf", corefile);
            TimeSpan first = await WaitForAnswersAsync(server, port, cluster, start);
            await Task.Delay(Idle);
            (long resident, long loadPeak) = ReadMemory(server.ProcessId);
            await File.WriteAllTextAsync(Text($"/proc/{server.ProcessId}/clear_refs"), "5");
            start = Stopwatch.GetTimestamp();
            cluster.ForceRelist();
            TimeSpan relist = await WaitForAnswersAsync(server, port, cluster, start);
            await Task.Delay(Idle);
            (long residentAfter, long relistPeak) = ReadMemory(server.ProcessId);
            await server.SignalAsync("TERM");
            await server.WaitForExitAsync();
            return new MemoryFigures(first, loadPeak, resident, relistPeak, residentAfter, relist);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<TimeSpan> WaitForAnswersAsync(RunningServer server, int port, SampleCluster cluster, long start)
    {
        using QueryClient client = await QueryClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), SocketType.Dgram);
        foreach ((SoakQuestion question, string answer) in cluster.LastNames)
        {
            string got = "";
            while (!string.Equals(got, answer, StringComparison.Ordinal))
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    throw new TimeoutException($"{question.Type} {question.Name}: {got}, not {answer}\n{server.Describe()}");
                }

                try
                {
                    got = AnswerText.Read((await client.AskAsync(question.Name, question.Type)).Span);
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    // It does not listen yet.
                    got = "nothing";
                }

                if (!string.Equals(got, answer, StringComparison.Ordinal))
                {
                    await Task.Delay(Pause);
                }
            }
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static (long Resident, long Peak) ReadMemory(int processId)
    {
        string[] status = File.ReadAllLines(Text($"/proc/{processId}/status"));
        return (ProcessFigures.ReadField(status, "VmRSS:"), ProcessFigures.ReadField(status, "VmHWM:"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
