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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

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
        bool isStream = type == SocketType.Stream;
        string transport = isStream ? "tcp" : "udp";
        using Socket socket = new(_server.AddressFamily, type, isStream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(_server);
            byte[] buffer = new byte[4096];
            for (int i = first; !_stopping; i++)
            {
                (string name, string answer) = _questions[i % _questions.Length];
                string got = await AskAsync(socket, isStream, buffer, (ushort)i, name);
                if (!string.Equals(got, answer, StringComparison.Ordinal))
                {
                    Failures.Enqueue($"{transport} {name}: {got}, not {answer}");
                    return;
                }

                Interlocked.Increment(ref _answered);
            }
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            Failures.Enqueue($"{transport}: {exception.Message}");
        }
    }

    private static async Task<string> AskAsync(Socket socket, bool isStream, byte[] buffer, ushort id, string name)
    {
        int prefix = isStream ? 2 : 0;
        int length = WriteQuery(buffer.AsSpan(prefix), id, name);
        if (isStream)
        {
            BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
        }

        await socket.SendAsync(buffer.AsMemory(0, prefix + length));
        if (isStream)
        {
            length = await FillAsync(socket, buffer.AsMemory(0, prefix))
                ? BinaryPrimitives.ReadUInt16BigEndian(buffer)
                : 0;
            if (length == 0 || !await FillAsync(socket, buffer.AsMemory(0, length)))
            {
                return "the connection was closed";
            }
        }
        else
        {
            length = await socket.ReceiveAsync(buffer).WaitAsync(Patience);
        }

        return Read(buffer.AsSpan(0, length), id);
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int received = await socket.ReceiveAsync(buffer, SocketFlags.None).AsTask().WaitAsync(Patience);
            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }

    private static int WriteQuery(Span<byte> destination, ushort id, string name)
    {
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader { Id = id, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), RecordType.A, RecordClass.IN);
        return writer.Length;
    }

    private static string Read(ReadOnlySpan<byte> message, ushort id)
    {
        if (message.Length < DnsHeader.Length || BinaryPrimitives.ReadUInt16BigEndian(message) != id)
        {
            return "another message";
        }

        bool hasAnswer = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) > 0;
        return hasAnswer ? new IPAddress(message[^4..]).ToString() : ResponseCodes.ToText((ResponseCode)(message[3] & 15));
    }
}
