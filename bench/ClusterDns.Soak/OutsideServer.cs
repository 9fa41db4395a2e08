using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;

namespace ClusterDns.Soak;

/// <summary>
/// A server outside the cluster, on loopback, over UDP and TCP. Every name has one address, which follows from the name, but those
/// whose first label begins with <c>missing</c> do not exist. Some datagrams are lost, some replies are late.
/// </summary>
internal sealed class OutsideServer : IDisposable
{
    private const int TimeToLive = 5;
    private const int MaxPortTries = 64;

    /// <summary>The rdata of the root's SOA: two names, serial, three times, and how long denials stay.</summary>
    private static readonly byte[] RootAuthority = [0, 0, .. new byte[19], TimeToLive];

    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(30);

    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<Socket, bool> _connections = [];
    private readonly int _loseOneIn;
    private readonly int _delayOneIn;
    private long _queries;

    /// <summary>A server that runs.</summary>
    /// <param name="loseOneIn">Of how many datagrams one is lost; 0 for none.</param>
    /// <param name="delayOneIn">Of how many replies one is late; 0 for none.</param>
    public OutsideServer(int loseOneIn, int delayOneIn)
    {
        _loseOneIn = loseOneIn;
        _delayOneIn = delayOneIn;
        _listener = Bind();
        _ = ServeDatagramsAsync();
        _ = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_datagrams.LocalEndPoint!).Port;

    /// <summary>How many queries have come.</summary>
    public long Queries => Interlocked.Read(ref _queries);

    /// <summary>The address of a name.</summary>
    public static string AddressOf(string name) => new IPAddress(AddressBytesOf(DomainName.Parse(name))).ToString();

    /// <inheritdoc/>
    public void Dispose()
    {
        _datagrams.Dispose();
        _listener.Dispose();
        foreach (Socket connection in _connections.Keys)
        {
            connection.Dispose();
        }
    }

    // For benchmarking between networks (RFC 2544): no address of the cluster or of this machine.
    private static byte[] AddressBytesOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte octet in name)
        {
            hash = (hash ^ octet) * 16777619;
        }

        return [198, 18, (byte)(hash >> 8), (byte)hash];
    }

    private Socket Bind()
    {
        for (int tries = 1; ; tries++)
        {
            Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                _datagrams.Bind(listener.LocalEndPoint!);
                listener.Listen();
                return listener;
            }
            catch (SocketException) when (tries < MaxPortTries)
            {
                // The port that TCP got is taken on UDP: the next try gets another.
                listener.Dispose();
            }
        }
    }

    private async Task ServeDatagramsAsync()
    {
        byte[] buffer = new byte[4096];
        SocketAddress client = new(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                int length = await _datagrams.ReceiveFromAsync(buffer, SocketFlags.None, client);
                long number = Interlocked.Increment(ref _queries);
                if (_loseOneIn > 0 && number % _loseOneIn == 0)
                {
                    continue;
                }

                byte[] reply = Answer(buffer.AsSpan(0, length));
                SocketAddress copy = new(AddressFamily.InterNetwork);
                client.Buffer.CopyTo(copy.Buffer);
                await AfterDelayAsync(number, () => _datagrams.SendToAsync(reply, SocketFlags.None, copy).AsTask());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server was closed.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync();
                _connections[connection] = true;
                _ = ServeConnectionAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server was closed.
        }
    }

    private async Task ServeConnectionAsync(Socket connection)
    {
        byte[] buffer = new byte[4096];
        using SemaphoreSlim writing = new(1);
        try
        {
            await using NetworkStream stream = new(connection, ownsSocket: true);
            while (true)
            {
                await stream.ReadExactlyAsync(buffer.AsMemory(0, 2));
                int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
                await stream.ReadExactlyAsync(buffer.AsMemory(0, length));
                byte[] reply = Answer(buffer.AsSpan(0, length));
                byte[] frame = [(byte)(reply.Length >> 8), (byte)reply.Length, .. reply];
                await AfterDelayAsync(Interlocked.Increment(ref _queries), async () =>
                {
                    await writing.WaitAsync();
                    await stream.WriteAsync(frame);
                    writing.Release();
                });
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            _connections.TryRemove(connection, out _);
        }
    }

    /// <summary>Sends a reply now; or, if it is one of those that are late, later, while others go on.</summary>
    private Task AfterDelayAsync(long number, Func<Task> send)
    {
        if (_delayOneIn == 0 || number % _delayOneIn != 0)
        {
            return send();
        }

        _ = SendLateAsync();
        return Task.CompletedTask;

        async Task SendLateAsync()
        {
            await Task.Delay(Lateness);
            try
            {
                await send();
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                // Who asked has closed the connection.
            }
        }
    }

    private static byte[] Answer(ReadOnlySpan<byte> query)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        WireReader reader = new(query);
        if (!reader.TryReadHeader(out DnsHeader header) ||
            !reader.TryReadQuestion(name, out int nameLength, out RecordType type, out RecordClass recordClass))
        {
            throw new IOException($"no query: {Convert.ToHexString(query)}");
        }

        name = name[..nameLength];
        bool isMissing = nameLength > 1 && name[1..].StartsWith("missing"u8);
        bool hasAddress = !isMissing && type == RecordType.A;
        Span<byte> buffer = stackalloc byte[512];
        WireWriter writer = new(buffer);
        writer.TryWriteHeader(new DnsHeader
        {
            Id = header.Id,
            Flags = HeaderFlags.Response | HeaderFlags.RecursionDesired | HeaderFlags.RecursionAvailable,
            ResponseCode = isMissing ? ResponseCode.NXDomain : ResponseCode.NoError,
            QuestionCount = 1,
            AnswerCount = (ushort)(hasAddress ? 1 : 0),
            AuthorityCount = (ushort)(hasAddress ? 0 : 1),
        });
        writer.TryWriteQuestion(name, type, recordClass);
        if (hasAddress)
        {
            writer.TryWriteRecord(name, RecordType.A, RecordClass.IN, TimeToLive, AddressBytesOf(name));
        }
        else
        {
            writer.TryWriteRecord(DomainName.Root, RecordType.SOA, RecordClass.IN, TimeToLive, RootAuthority);
        }

        return writer.Written.ToArray();
    }
}
