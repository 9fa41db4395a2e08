using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Tests.Upstreams;

/// <summary>A TCP server on the loopback interface that serves each connection as a test says.</summary>
internal sealed class StreamPeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<PeerConnection> _connections = [];
    private readonly Func<PeerConnection, Task> _serve;

    /// <param name="serve">Serves a connection to its end; the connection is closed after it.</param>
    public StreamPeer(Func<PeerConnection, Task> serve)
    {
        _serve = serve;

        // Small, so that a peer that does not read makes itself felt.
        _listener.Server.ReceiveBufferSize = 4096;
        _listener.Start(512);
        Endpoint = NetworkEndpoint.From((IPEndPoint)_listener.LocalEndpoint);
        _ = AcceptAsync();
    }

    public NetworkEndpoint Endpoint { get; }

    /// <summary>How many connections were accepted.</summary>
    public int Accepted
    {
        get
        {
            lock (_connections)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>How many connections neither side has ended.</summary>
    public int Open
    {
        get
        {
            lock (_connections)
            {
                return _connections.Count(static connection => !connection.IsEnded);
            }
        }
    }

    /// <summary>Answers every query at once, one after the other.</summary>
    public static Task AnswerInOrderAsync(PeerConnection connection) => AnswerInOrderAsync(connection, static _ => Task.CompletedTask);

    /// <summary>Answers one query after the other, each after something has happened.</summary>
    public static async Task AnswerInOrderAsync(PeerConnection connection, Func<string, Task> before)
    {
        while (await connection.ReadAsync() is { } query)
        {
            await before(PeerConnection.NameOf(query));
            await connection.AnswerAsync(query);
        }
    }

    /// <summary>The names that were asked, all connections together.</summary>
    public string[] Asked()
    {
        lock (_connections)
        {
            return [.. _connections.SelectMany(static connection => connection.Asked())];
        }
    }

    public int TimesAsked(string name) => Asked().Count(asked => string.Equals(asked, name, StringComparison.Ordinal));

    public void Dispose()
    {
        _listener.Dispose();
        lock (_connections)
        {
            _connections.ForEach(static connection => connection.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                PeerConnection connection;
                Socket socket = await _listener.AcceptSocketAsync();
                lock (_connections)
                {
                    connection = new PeerConnection(socket, _connections.Count);
                    _connections.Add(connection);
                }

                _ = Task.Run(() => ServeAsync(connection));
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
            await _serve(connection);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side has gone, or the test is over.
        }

        connection.Dispose();
    }
}

/// <summary>A connection of a <see cref="StreamPeer"/>.</summary>
internal sealed class PeerConnection(Socket socket, int index) : IDisposable
{
    private readonly List<string> _asked = [];
    private volatile bool _isEnded;

    /// <summary>How many connections came before it.</summary>
    public int Index => index;

    public bool IsEnded => _isEnded;

    public static string NameOf(byte[] query)
    {
        int end = Array.IndexOf(query, (byte)0, 12);
        return ClusterDns.Core.Wire.DomainName.ToText(query.AsSpan(12, end - 11));
    }

    public string[] Asked()
    {
        lock (_asked)
        {
            return [.. _asked];
        }
    }

    /// <summary>The next query; null when there is none to come.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        byte[] prefix = new byte[2];
        if (!await TryFillAsync(prefix))
        {
            return null;
        }

        byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        if (!await TryFillAsync(query))
        {
            return null;
        }

        lock (_asked)
        {
            _asked.Add(NameOf(query));
        }

        return query;
    }

    public Task AnswerAsync(byte[] query) => SendMessageAsync(ScriptedUpstream.Answer(query));

    public Task SendMessageAsync(byte[] message) => SendAsync([(byte)(message.Length >> 8), (byte)message.Length, .. message]);

    public async Task SendAsync(byte[] bytes) => await socket.SendAsync(bytes);

    /// <summary>Waits until the other side ends the connection.</summary>
    public async Task WaitForEndAsync()
    {
        byte[] ignored = new byte[4096];
        while (await socket.ReceiveAsync(ignored) > 0)
        {
        }
    }

    public void Dispose()
    {
        _isEnded = true;
        socket.Dispose();
    }

    private async Task<bool> TryFillAsync(byte[] buffer)
    {
        for (int filled = 0; filled < buffer.Length;)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        return true;
    }
}
