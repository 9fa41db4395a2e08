using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Attack.TestKit;

/// <summary>A DNS server that does as a test says, over UDP and TCP on one port.</summary>
internal sealed class ScriptedPeer : IDisposable
{
    private const int Backlog = 4096;
    private const int ReceiveBuffer = 8 * 1024 * 1024;

    private readonly Socket _listener;
    private int _datagrams;
    private int _connections;

    /// <summary>One on the loopback interface.</summary>
    /// <param name="network">The namespace; null for the test's own.</param>
    public ScriptedPeer(NetworkNamespace? network = null)
    {
        while (true)
        {
            _listener = Sockets.Create(SocketType.Stream, network);
            Datagram = Sockets.Create(SocketType.Dgram, network);
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                Datagram.Bind(_listener.LocalEndPoint!);
                break;
            }
            catch (SocketException)
            {
                // Somebody has the UDP port: another pair, then.
                Datagram.Dispose();
                _listener.Dispose();
            }
        }

        Datagram.ReceiveBufferSize = ReceiveBuffer;
        _listener.Listen(Backlog);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        new Thread(ServeDatagrams) { IsBackground = true }.Start();
        _ = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Its address and port, as Corefiles have them.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The socket of UDP, from which replies and forgeries come.</summary>
    public Socket Datagram { get; }

    /// <summary>What it does with a datagram from a port; the replies are sent back at once.</summary>
    public Func<byte[], IPEndPoint, IEnumerable<byte[]>> OnDatagram { get; set; } = static (query, _) => [Message.Address(query)];

    /// <summary>What it does with a connection, until that is closed.</summary>
    public Func<PeerConnection, Task> OnConnection { get; set; } = static connection => connection.AnswerAllAsync(static query => Message.Address(query));

    /// <summary>How many datagrams came.</summary>
    public int Datagrams => Volatile.Read(ref _datagrams);

    /// <summary>How many connections came.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Refuses connections from now on.</summary>
    public void StopListening() => _listener.Dispose();

    /// <summary>Sends a datagram from its port.</summary>
    public void Send(byte[] reply, IPEndPoint client) => Datagram.SendTo(reply, client);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        Datagram.Dispose();
    }

    private void ServeDatagrams()
    {
        byte[] buffer = new byte[ushort.MaxValue];
        EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                int length = Datagram.ReceiveFrom(buffer, ref sender);
                Interlocked.Increment(ref _datagrams);
                foreach (byte[] reply in OnDatagram(buffer[..length], (IPEndPoint)sender))
                {
                    Datagram.SendTo(reply, sender);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // A port that has closed.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                _ = ServeAsync(new PeerConnection(socket, Interlocked.Increment(ref _connections)));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(PeerConnection connection)
    {
        try
        {
            await OnConnection(connection);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server has closed it.
        }
        finally
        {
            connection.Dispose();
        }
    }
}

/// <summary>A connection to a <see cref="ScriptedPeer"/>.</summary>
/// <param name="socket">Its socket.</param>
/// <param name="number">Its number, from 1.</param>
internal sealed class PeerConnection(Socket socket, int number) : IDisposable
{
    /// <summary>Its number, from 1.</summary>
    public int Number => number;

    /// <summary>The next query; null at the end.</summary>
    public Task<byte[]?> ReadAsync() => Client.ReceiveFrameAsync(socket, CancellationToken.None);

    /// <summary>Sends a message.</summary>
    public async Task WriteAsync(byte[] reply) => await socket.SendAsync(Message.Frame(reply));

    /// <summary>Sends bytes.</summary>
    public async Task WriteRawAsync(ReadOnlyMemory<byte> bytes) => await socket.SendAsync(bytes);

    /// <summary>Answers one query after the other, in order.</summary>
    public Task AnswerAllAsync(Func<byte[], byte[]> answer) => AnswerAllAsync(query => Task.FromResult<byte[]?>(answer(query)));

    /// <summary>Answers one query after the other, in order; null for no answer.</summary>
    public async Task AnswerAllAsync(Func<byte[], Task<byte[]?>> answer)
    {
        while (await ReadAsync() is { } query)
        {
            if (await answer(query) is { } reply)
            {
                await WriteAsync(reply);
            }
        }
    }

    /// <summary>Reads and says nothing, until the other side closes.</summary>
    public async Task StaySilentAsync()
    {
        while (await ReadAsync() is not null)
        {
        }
    }

    /// <summary>Ends it by RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
