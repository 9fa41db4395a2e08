using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Fuzz;

namespace ClusterDns.Tests.Listeners;

/// <summary>A client that sends what no client should, and goes as none should; the same again for the same seed.</summary>
/// <param name="seed">The seed.</param>
[SuppressMessage("Security", "CA5394", Justification = "A run must be repeatable.")]
internal sealed class TcpGarbage(int seed)
{
    private const int MaxFrames = 24;
    private const int MaxStream = 512 * 1024;

    private static readonly IReadOnlyList<byte[]> Corpus = PacketCorpus.Create();

    private readonly Random _random = new(seed);
    private readonly PacketMutator _mutator = new(Corpus, seed);

    private enum Ending
    {
        Close,
        Reset,
        ReadToTheEnd,
    }

    /// <summary>Connects, sends and goes.</summary>
    /// <returns>How many answers were read.</returns>
    public async Task<int> RunAsync(IPEndPoint server)
    {
        // What waits is answered only when the test says so, and so is not waited for here.
        bool waits = seed % 7 == 0;
        byte[] bytes = waits ? Waiting() : Garbage();
        Ending ending = (Ending)_random.Next(waits ? 2 : 3);
        using TcpTestClient client = new(server.AddressFamily, receiveBuffer: null);
        await client.ConnectAsync(server);
        SendWhatGoes(client.Socket, bytes);
        if (ending == Ending.ReadToTheEnd)
        {
            return await ReadToTheEndAsync(client);
        }

        if (ending == Ending.Reset)
        {
            client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        return 0;
    }

    /// <summary>Sends until the server takes no more: it may have cut the connection, or wait for its answers to be read.</summary>
    private void SendWhatGoes(Socket socket, byte[] bytes)
    {
        socket.Blocking = false;
        int sent = 0;
        SocketError error = SocketError.Success;
        while (sent < bytes.Length && error == SocketError.Success)
        {
            sent += socket.Send(bytes, sent, Math.Min(bytes.Length - sent, 1 + _random.Next(8192)), SocketFlags.None, out error);
        }

        socket.Blocking = true;
    }

    private static async Task<int> ReadToTheEndAsync(TcpTestClient client)
    {
        int answers = 0;
        try
        {
            client.Socket.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync() is { } answer)
            {
                Assert.True(answer.Length >= 12 && (answer[2] & 0x80) != 0, "what came is no answer");
                answers++;
            }
        }
        catch (SocketException)
        {
            // The server has cut the connection, because of what came.
        }

        return answers;
    }

    private byte[] Garbage() => _random.Next(6) switch
    {
        0 => Many(Malformed),
        1 => Many(WrongLength),
        2 => [.. Many(Malformed), .. Half(Frame(Packet()))],
        3 => Half(Frame(Packet())),
        4 => EndlessStream(),
        _ => [0xFF, 0xFF, .. EndlessStream()],
    };

    private byte[] Waiting() =>
    [
        .. Enumerable.Range(0, 1 + _random.Next(8)).SelectMany(static id => Frame(TestQuery.Create(ScriptedPipeline.Wait, (ushort)id))),
        .. Many(Malformed),
    ];

    private byte[] Many(Func<byte[]> create) => [.. Enumerable.Range(0, 1 + _random.Next(MaxFrames)).SelectMany(_ => create())];

    private byte[] Malformed() => Frame(Packet());

    private byte[] WrongLength()
    {
        byte[] frame = Frame(Packet());
        frame[_random.Next(2)] ^= (byte)(1 << _random.Next(8));
        return frame;
    }

    private byte[] Half(byte[] frame) => frame[..(1 + _random.Next(frame.Length - 1))];

    private byte[] EndlessStream()
    {
        byte[] stream = new byte[1 + _random.Next(MaxStream)];
        _random.NextBytes(stream);
        return stream;
    }

    private byte[] Packet()
    {
        byte[] packet = new byte[PacketMutator.MaxLength];
        return packet[.._mutator.Next(packet)];
    }

    private static byte[] Frame(byte[] message) => TestQuery.Frame(message);
}
