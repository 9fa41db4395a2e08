using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.TestKit;

/// <summary>
/// Clients that ask a server without pause, one question at a time each, until they are told to stop: the load is bounded, and what
/// is not answered or answered wrongly is told.
/// </summary>
internal sealed class QueryLoad
{
    private readonly IPEndPoint _server;
    private readonly (string Name, string Answer)[] _questions;
    private readonly List<Task> _clients = [];
    private volatile bool _stopping;
    private long _answered;

    /// <summary>Begins.</summary>
    /// <param name="server">The server.</param>
    /// <param name="udpClients">How many clients ask over UDP.</param>
    /// <param name="tcpClients">How many clients ask over one connection each.</param>
    /// <param name="questions">Names, each with its one address (type A), or with the response code of an answer without any.</param>
    public QueryLoad(IPEndPoint server, int udpClients, int tcpClients, params (string Name, string Answer)[] questions)
    {
        _server = server;
        _questions = questions;
        for (int i = 0; i < udpClients; i++)
        {
            int first = i;
            _clients.Add(Task.Run(() => RunAsync(first, SocketType.Dgram)));
        }

        for (int i = 0; i < tcpClients; i++)
        {
            int first = i;
            _clients.Add(Task.Run(() => RunAsync(first, SocketType.Stream)));
        }
    }

    /// <summary>How many questions were answered rightly.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>What was not.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Ends, when each client has its last answer.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await Task.WhenAll(_clients);
    }

    private async Task RunAsync(int first, SocketType type)
    {
        string transport = type == SocketType.Stream ? "tcp" : "udp";
        try
        {
            using QueryClient client = await QueryClient.ConnectAsync(_server, type);
            for (int i = first; !_stopping; i++)
            {
                (string name, string answer) = _questions[i % _questions.Length];
                string got = Read((await client.AskAsync(name, RecordType.A)).Span);
                if (!string.Equals(got, answer, StringComparison.Ordinal))
                {
                    Failures.Enqueue($"{transport} {name}: {got}, not {answer}");
                    return;
                }

                Interlocked.Increment(ref _answered);
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException)
        {
            Failures.Enqueue($"{transport}: {exception.Message}");
        }
    }

    private static string Read(ReadOnlySpan<byte> message)
    {
        bool hasAnswer = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) > 0;
        return hasAnswer ? new IPAddress(message[^4..]).ToString() : ResponseCodes.ToText((ResponseCode)(message[3] & 15));
    }
}
