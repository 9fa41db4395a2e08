using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.TestKit;

/// <summary>A client that asks one question at a time, over UDP or over one connection.</summary>
internal sealed class QueryClient : IDisposable
{
    private const int PrefixLength = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private ushort _id;

    private QueryClient(Socket socket) => _socket = socket;

    private bool IsStream => _socket.SocketType == SocketType.Stream;

    /// <summary>Connects to a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="type"><see cref="SocketType.Dgram"/> for UDP, <see cref="SocketType.Stream"/> for TCP.</param>
    public static async Task<QueryClient> ConnectAsync(IPEndPoint server, SocketType type)
    {
        Socket socket = new(server.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(server);
            return new QueryClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Asks.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    /// <returns>The message, which stands until the next question.</returns>
    /// <exception cref="IOException">The connection was closed, or what came is no answer to the question.</exception>
    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="TimeoutException">There was no answer.</exception>
    public async Task<ReadOnlyMemory<byte>> AskAsync(string name, RecordType type)
    {
        int prefix = IsStream ? PrefixLength : 0;
        int length = WriteQuery(_buffer.AsSpan(prefix), ++_id, name, type);
        if (IsStream)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer, (ushort)length);
        }

        await _socket.SendAsync(_buffer.AsMemory(0, prefix + length));
        if (IsStream)
        {
            await FillAsync(_buffer.AsMemory(0, prefix));
            length = BinaryPrimitives.ReadUInt16BigEndian(_buffer);
            await FillAsync(_buffer.AsMemory(0, length));
        }
        else
        {
            length = await _socket.ReceiveAsync(_buffer).WaitAsync(Patience);
        }

        if (length < DnsHeader.Length || BinaryPrimitives.ReadUInt16BigEndian(_buffer) != _id)
        {
            throw new IOException("another message");
        }

        return _buffer.AsMemory(0, length);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task FillAsync(Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int received = await _socket.ReceiveAsync(buffer, SocketFlags.None).AsTask().WaitAsync(Patience);
            if (received == 0)
            {
                throw new IOException("the connection was closed");
            }

            buffer = buffer[received..];
        }
    }

    private static int WriteQuery(Span<byte> destination, ushort id, string name, RecordType type)
    {
        WireWriter writer = new(destination);
        writer.TryWriteHeader(new DnsHeader { Id = id, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        return writer.Length;
    }
}
