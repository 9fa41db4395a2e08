using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.Upstreams;

/// <summary>A DNS server on the loopback interface that does as a test says, over UDP and TCP on one port.</summary>
internal sealed class ScriptedUpstream : IDisposable
{
    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly List<Socket> _connections = [];
    private int _queries;
    private int _accepted;

    public ScriptedUpstream()
    {
        while (true)
        {
            _tcp = new TcpListener(IPAddress.Loopback, 0);
            _tcp.Start();
            _udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                _udp.Bind(_tcp.LocalEndpoint);
                break;
            }
            catch (SocketException)
            {
                // Another test has the UDP port: another pair, then.
                _udp.Dispose();
                _tcp.Dispose();
            }
        }

        Endpoint = NetworkEndpoint.From((IPEndPoint)_tcp.LocalEndpoint);
        new Thread(ServeDatagrams) { IsBackground = true }.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public NetworkEndpoint Endpoint { get; }

    /// <summary>What to send back for a datagram, given the query and how many came before it.</summary>
    public Func<byte[], int, byte[][]> OnDatagram { get; set; } = static (query, _) => [Answer(query)];

    /// <summary>What to do with a connection's query: the replies to send; null cuts it.</summary>
    public Func<byte[], byte[][]?> OnStream { get; set; } = static query => [Answer(query)];

    /// <summary>After how many bytes of the next stream reply the connection is reset, once; null for never.</summary>
    public int? TearAfter { get; set; }

    /// <summary>How many datagrams came.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>How many connections came.</summary>
    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>Who sent the last datagram.</summary>
    public IPEndPoint? LastSender { get; private set; }

    /// <summary>
    /// How many datagram sockets are connected to it, of 64-bit Linux's table: whatever else goes on in the process does not count.
    /// </summary>
    public int CountSockets()
    {
        string remote = string.Create(CultureInfo.InvariantCulture, $"0100007F:{Endpoint.Port:X4}");
        return File.ReadLines("/proc/net/udp").Count(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, string address, ..] &&
                string.Equals(address, remote, StringComparison.Ordinal));
    }

    /// <summary>An answer with one A record.</summary>
    public static byte[] Answer(byte[] query)
    {
        byte[] answer = [.. query, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
        answer[2] |= 0x80;
        answer[7] = 1;
        return answer;
    }

    /// <summary>An answer without records.</summary>
    public static byte[] Answer(byte[] query, ResponseCode code)
    {
        byte[] answer = [.. query];
        answer[2] |= 0x80;
        answer[3] = (byte)code;
        return answer;
    }

    public static byte[] WithId(byte[] message, int id)
    {
        byte[] changed = [.. message];
        BinaryPrimitives.WriteUInt16BigEndian(changed, (ushort)id);
        return changed;
    }

    /// <summary>The same with TC set.</summary>
    public static byte[] Truncated(byte[] message)
    {
        byte[] changed = [.. message];
        changed[2] |= 2;
        return changed;
    }

    public static int IdOf(byte[] message) => BinaryPrimitives.ReadUInt16BigEndian(message);

    /// <summary>Sends a datagram, asked for or not.</summary>
    public void Send(byte[] reply, IPEndPoint client) => _udp.SendTo(reply, client);

    /// <summary>Closes what connections there are, as a server does when they rest too long.</summary>
    public void CloseConnections()
    {
        lock (_connections)
        {
            foreach (Socket connection in _connections)
            {
                connection.Shutdown(SocketShutdown.Both);
                connection.Dispose();
            }

            _connections.Clear();
        }
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
        lock (_connections)
        {
            _connections.ForEach(static connection => connection.Dispose());
        }
    }

    private void ServeDatagrams()
    {
        byte[] buffer = new byte[ushort.MaxValue];
        try
        {
            while (true)
            {
                EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
                int length = _udp.ReceiveFrom(buffer, ref sender);
                LastSender = (IPEndPoint)sender;
                foreach (byte[] reply in OnDatagram(buffer[..length], Interlocked.Increment(ref _queries) - 1))
                {
                    _udp.SendTo(reply, sender);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket connection = _tcp.AcceptSocket();
                connection.NoDelay = true;
                Interlocked.Increment(ref _accepted);
                lock (_connections)
                {
                    _connections.Add(connection);
                }

                new Thread(() => ServeStream(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void ServeStream(Socket connection)
    {
        try
        {
            using NetworkStream stream = new(connection, ownsSocket: true);
            byte[] prefix = new byte[2];
            while (true)
            {
                stream.ReadExactly(prefix);
                byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                stream.ReadExactly(query);
                if (OnStream(query) is not { } replies)
                {
                    connection.LingerState = new LingerOption(enable: true, seconds: 0);
                    return;
                }

                foreach (byte[] reply in replies)
                {
                    byte[] frame = [(byte)(reply.Length >> 8), (byte)reply.Length, .. reply];
                    if (TearAfter is { } part)
                    {
                        TearAfter = null;
                        stream.Write(frame, 0, part);
                        connection.LingerState = new LingerOption(enable: true, seconds: 0);
                        return;
                    }

                    stream.Write(frame);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the test is over.
        }
    }
}
