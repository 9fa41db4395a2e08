using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Soak;

/// <summary>A question that has been chosen.</summary>
/// <param name="Question">The question.</param>
/// <param name="Judge">Says what an answer should have been; null when it is right.</param>
internal readonly record struct JudgedQuestion(SoakQuestion Question, Func<string, string?> Judge);

/// <summary>
/// Clients that ask one question at a time each, of everything that the server has, until they are told to stop. Each answer is judged by
/// who chose the question.
/// </summary>
internal sealed class SoakLoad
{
    private const int MaxFailuresTold = 100;

    /// <summary>Below this the clock is too coarse to wait for.</summary>
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(10);

    private readonly IPEndPoint _server;
    private readonly Func<Random, JudgedQuestion> _choose;
    private readonly TimeSpan _interval;
    private readonly List<Task> _clients = [];
    private volatile bool _stopping;
    private long _answered;
    private long _failed;

    /// <summary>Begins.</summary>
    /// <param name="server">The server.</param>
    /// <param name="choose">Chooses questions, for all clients at once.</param>
    /// <param name="options">How many clients, and how fast.</param>
    public SoakLoad(IPEndPoint server, Func<Random, JudgedQuestion> choose, SoakOptions options)
    {
        _server = server;
        _choose = choose;
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
        (SoakQuestion question, Func<string, string?> judge) = _choose(random);
        string got;
        try
        {
            got = AnswerText.Read((await client.AskAsync(question.Name, question.Type)).Span);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw new IOException($"{question.Type} {question.Name}: {exception.Message}", exception);
        }

        if (judge(got) is { } expected)
        {
            Fail(type, $"{question.Type} {question.Name}: {got}, not {expected}");
        }
        else
        {
            Interlocked.Increment(ref _answered);
        }
    }

    private void Fail(SocketType type, string what)
    {
        if (Interlocked.Increment(ref _failed) <= MaxFailuresTold)
        {
            Failures.Enqueue($"{(type == SocketType.Stream ? "tcp" : "udp")} {what}");
        }
    }
}
