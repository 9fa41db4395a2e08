using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Soak;

/// <summary>
/// Clients that ask one question at a time each, of everything that the server has, until they are told to stop. Each answer is compared with
/// what was true when it was asked for.
/// </summary>
internal sealed class SoakLoad
{
    private const int MaxFailuresTold = 100;
    private const int OutsideNames = 50;

    /// <summary>Below this the clock is too coarse to wait for.</summary>
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(10);

    private readonly IPEndPoint _server;
    private readonly ClusterTruth _truth;
    private readonly SoakQuestion[] _clusterQuestions;
    private readonly TimeSpan _interval;
    private readonly List<Task> _clients = [];
    private volatile bool _stopping;
    private long _answered;
    private long _failed;

    /// <summary>Begins.</summary>
    /// <param name="server">The server.</param>
    /// <param name="truth">The cluster.</param>
    /// <param name="options">How many clients, and how fast.</param>
    public SoakLoad(IPEndPoint server, ClusterTruth truth, SoakOptions options)
    {
        _server = server;
        _truth = truth;
        _clusterQuestions = [.. truth.Confirmed.Answers.Keys];
        int clients = options.UdpClients + options.TcpClients;
        _interval = options.QueriesPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)clients / options.QueriesPerSecond);
        for (int i = 0; i < clients; i++)
        {
            SocketType type = i < options.UdpClients ? SocketType.Dgram : SocketType.Stream;
            Random random = new(options.Seed + i);
            _clients.Add(Task.Run(() => RunAsync(type, random)));
        }
    }

    /// <summary>How many questions were answered rightly.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>How many were not.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>The first of those that were not.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Ends, when each client has its last answer.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await Task.WhenAll(_clients);
    }

    private async Task RunAsync(SocketType type, Random random)
    {
        long start = Stopwatch.GetTimestamp();
        long asked = 0;
        while (!_stopping)
        {
            try
            {
                using QueryClient client = await QueryClient.ConnectAsync(_server, type);
                while (!_stopping)
                {
                    await AskAsync(client, type, random);
                    TimeSpan ahead = (_interval * ++asked) - Stopwatch.GetElapsedTime(start);
                    if (ahead > MinPause)
                    {
                        await Task.Delay(ahead);
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException or TimeoutException)
            {
                Fail(type, exception.Message);
            }
        }
    }

    private async Task AskAsync(QueryClient client, SocketType type, Random random)
    {
        ClusterState from = _truth.Confirmed;
        (SoakQuestion question, string? expected) = Choose(random);
        string got;
        try
        {
            got = AnswerText.Read((await client.AskAsync(question.Name, question.Type)).Span);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw new IOException($"{question.Type} {question.Name}: {exception.Message}", exception);
        }

        bool isRight = expected is null ? ClusterTruth.WasTrue(from, question, got) : string.Equals(expected, got, StringComparison.Ordinal);
        if (isRight)
        {
            Interlocked.Increment(ref _answered);
        }
        else
        {
            Fail(type, $"{question.Type} {question.Name}: {got}, not {expected ?? from.Answers[question]}");
        }
    }

    /// <summary>A question, and its answer unless the cluster has that.</summary>
    private (SoakQuestion Question, string? Expected) Choose(Random random) => random.Next(20) switch
    {
        < 9 => (_clusterQuestions[random.Next(_clusterQuestions.Length)], null),
        < 11 => (new SoakQuestion("www.outside.test.soak.svc.cluster.local.", RecordType.A), AnswerText.Missing),
        < 14 => Outside(Text($"www-{random.Next(OutsideNames)}.outside.test.")),
        < 15 => (new SoakQuestion(Text($"missing-{random.Next(OutsideNames)}.outside.test."), RecordType.A), AnswerText.Missing),
        < 16 => Outside(Text($"www-{random.Next(OutsideNames)}.fresh.test.")),
        < 19 => Outside(Text($"r{random.NextInt64():x}.flood.test.")),
        _ => (new SoakQuestion("www.hosts.test.", RecordType.A), AnswerText.Of("192.0.2.80")),
    };

    private static (SoakQuestion Question, string? Expected) Outside(string name)
        => (new SoakQuestion(name, RecordType.A), AnswerText.Of(OutsideServer.AddressOf(name)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Fail(SocketType type, string what)
    {
        if (Interlocked.Increment(ref _failed) <= MaxFailuresTold)
        {
            Failures.Enqueue($"{(type == SocketType.Stream ? "tcp" : "udp")} {what}");
        }
    }
}
