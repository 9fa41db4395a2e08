using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Soak;

namespace ClusterDns.ApiBench;

/// <summary>
/// A server under load while Services and endpoints change by the hundred: each answer has to have been true while the question was on its way,
/// or since the server was last known to be in step, and its memory must not grow. After a third of the time the watches are broken off,
/// after two thirds they expire, so that everything is listed anew while it changes.
/// </summary>
/// <param name="options">How.</param>
internal sealed class ChangeRun(ChangeOptions options)
{
    private const int Samples = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Below this the clock is too coarse to wait for.</summary>
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(1);

    private readonly SampleCluster _cluster = new(options.Shape);
    private readonly Random _random = new(options.Seed);
    private readonly List<ProcessFigures> _samples = [];
    private readonly List<string> _problems = [];
    private ChangingService[] _services = [];
    private ChangeMarker _serviceMarker = null!;
    private ChangeMarker _sliceMarker = null!;

    /// <summary>How many questions were answered rightly.</summary>
    public long Answered { get; private set; }

    /// <summary>How many changes there were, those of the markers included.</summary>
    public long Changes { get; private set; }

    /// <summary>How long the changes took.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>What the process had, in order.</summary>
    public IReadOnlyList<ProcessFigures> Memory => _samples;

    /// <summary>How long changes took until they were answered, in milliseconds, in order of length; where a list told them, they do not count.</summary>
    public double[] Delays => [.. _serviceMarker.Delays.Concat(_sliceMarker.Delays).Order()];

    /// <summary>Runs.</summary>
    /// <returns>What was wrong; empty when nothing was.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        _services = [.. Enumerable.Range(0, options.Changing).Select(slot => new ChangingService(slot, _cluster))];
        _serviceMarker = new ChangeMarker(_cluster, isSlice: false);
        _sliceMarker = new ChangeMarker(_cluster, isSlice: true);
        using TestCertificates certificates = new();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("clusterdns-apibench-");
        try
        {
            await using LoopbackApiServer api = await options.Setting.StartAsync(_cluster, certificates);
            string corefile = options.Setting.WriteCorefile(folder.FullName, 0, api.Url, certificates, "");
            using RunningServer server = RunningServer.Start(options.Executable, folder.FullName, "-conf", corefile);
            await server.WaitUntilServingAsync();
            await RunAsync(server);
            await server.SignalAsync("TERM");
            int code = await server.WaitForExitAsync();
            if (code != 0)
            {
                _problems.Add(string.Create(CultureInfo.InvariantCulture, $"the server ended with code {code}"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return _problems;
    }

    private async Task RunAsync(RunningServer server)
    {
        IPEndPoint endpoint = new(IPAddress.Loopback, server.Port);
        SoakLoad load = new(
            endpoint,
            Choose,
            new SoakOptions(options.Executable) { UdpClients = options.Clients, TcpClients = 0, QueriesPerSecond = options.QueriesPerSecond, Seed = options.Seed });
        using CancellationTokenSource stopping = new();
        Task following = Task.WhenAll(_serviceMarker.FollowAsync(endpoint, stopping.Token), _sliceMarker.FollowAsync(endpoint, stopping.Token));
        try
        {
            await ChangeAsync(server.ProcessId);
            await load.StopAsync();
            Answered = load.Answered;
            await CheckAllAsync(endpoint);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or SocketException)
        {
            _problems.Add(exception.ToString());
            _problems.Add(server.Describe());
            await load.StopAsync();
        }

        await stopping.CancelAsync();
        await following;
        if (load.Failed > 0)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{load.Failed} questions were not answered, or wrongly; the first of them:"));
            _problems.AddRange(load.Failures);
        }

        _problems.AddRange(SoakVerdict.Judge(_samples, options.ResidentSlack, options.DescriptorSlack));
        _problems.AddRange(server.Output.Where(static line => line.Contains("[ERROR]", StringComparison.Ordinal)));
    }

    private async Task ChangeAsync(int processId)
    {
        int sampleEvery = Math.Max(1, options.Rounds / Samples);
        long start = Stopwatch.GetTimestamp();
        for (int round = 1; round <= options.Rounds; round++)
        {
            for (int i = 0; i < options.ChangesPerRound; i++)
            {
                _services[_random.Next(_services.Length)].Change(_random);
            }

            _serviceMarker.Change();
            _sliceMarker.Change();
            Changes += options.ChangesPerRound + 2;
            if (options.BreaksWatches && round == options.Rounds / 3)
            {
                Disturb(static kind => kind.BreakOff());
            }
            else if (options.BreaksWatches && round == options.Rounds * 2 / 3)
            {
                Disturb(static kind => kind.Expire());
            }

            if (options.AwaitsEachRound)
            {
                await UntilConfirmedAsync();
            }

            if (round % sampleEvery == 0)
            {
                _samples.Add(ProcessFigures.Read(processId, upstreamPort: 0));
            }

            TimeSpan ahead = (options.RoundTime * round) - Stopwatch.GetElapsedTime(start);
            if (ahead > MinPause)
            {
                await Task.Delay(ahead);
            }
        }

        Duration = Stopwatch.GetElapsedTime(start);
        await UntilConfirmedAsync();
    }

    private void Disturb(Action<ServedKind> how)
    {
        foreach (ServedKind kind in _cluster.Kinds)
        {
            how(kind);
        }
    }

    /// <summary>Waits until the server knows of everything; after a list that takes one more change of the markers.</summary>
    private async Task UntilConfirmedAsync()
    {
        long start = Stopwatch.GetTimestamp();
        (long services, long slices) = (_serviceMarker.Version, _sliceMarker.Version);
        while (_serviceMarker.Confirmed < services || _sliceMarker.Confirmed < slices)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException("the server does not know of changes after a minute");
            }

            await Task.Delay(MinPause);
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1))
            {
                _serviceMarker.Change();
                _sliceMarker.Change();
            }
        }
    }

    private JudgedQuestion Choose(Random random)
    {
        ChangingService service = _services[random.Next(_services.Length)];
        ChangeMarker marker = service.IsHeadless ? _sliceMarker : _serviceMarker;
        SoakQuestion question = service.Questions[random.Next(service.Questions.Count)];
        long from = marker.Confirmed;
        return new JudgedQuestion(question, answer => service.Judge(question, answer, from, marker.Version));
    }

    /// <summary>When nothing changes any more, everything has to be as it was made last.</summary>
    private async Task CheckAllAsync(IPEndPoint endpoint)
    {
        using Tests.TestKit.QueryClient client = await Tests.TestKit.QueryClient.ConnectAsync(endpoint, SocketType.Dgram);
        foreach (ChangingService service in _services)
        {
            foreach (SoakQuestion question in service.Questions)
            {
                string answer = AnswerText.Read((await client.AskAsync(question.Name, question.Type)).Span);
                if (service.Judge(question, answer, long.MaxValue, long.MaxValue) is { } expected)
                {
                    _problems.Add($"{question.Type} {question.Name} in the end: {answer}, not {expected}");
                }
            }
        }
    }
}
