using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Attack.TestKit;

/// <summary>Honest clients: each asks one question and waits as long as resolvers do.</summary>
internal static class Client
{
    /// <summary>How long glibc's resolver waits for an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks over UDP.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="query">The query.</param>
    /// <param name="patience">How long to wait; null for <see cref="Patience"/>.</param>
    /// <param name="from">The client's address; null for any.</param>
    /// <param name="network">The namespace; null for the test's own.</param>
    /// <returns>The answer; null when none came.</returns>
    public static async Task<byte[]?> AskAsync(int port, byte[] query, TimeSpan? patience = null, IPAddress? from = null, NetworkNamespace? network = null)
    {
        using Socket socket = Sockets.Create(SocketType.Dgram, network);
        using CancellationTokenSource over = new(patience ?? Patience);
        try
        {
            socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), over.Token);
            await socket.SendAsync(query, over.Token);
            byte[] buffer = new byte[65535];
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer, over.Token);
                if (length > 1 && Message.IdOf(buffer) == Message.IdOf(query))
                {
                    return buffer[..length];
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            return null;
        }
    }

    /// <summary>Asks over a TCP connection of its own.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="query">The query.</param>
    /// <param name="patience">How long to wait; null for <see cref="Patience"/>.</param>
    /// <param name="from">The client's address; null for any.</param>
    /// <param name="network">The namespace; null for the test's own.</param>
    /// <returns>The answer; null when none came.</returns>
    public static async Task<byte[]?> AskStreamAsync(int port, byte[] query, TimeSpan? patience = null, IPAddress? from = null, NetworkNamespace? network = null)
    {
        using CancellationTokenSource over = new(patience ?? Patience);
        using Socket socket = Sockets.Create(SocketType.Stream, network);
        try
        {
            socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), over.Token);
            await socket.SendAsync(Message.Frame(query), over.Token);
            return await ReceiveFrameAsync(socket, over.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            return null;
        }
    }

    /// <summary>The next message of a stream; null at its end.</summary>
    public static async Task<byte[]?> ReceiveFrameAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] prefix = new byte[2];
        if (!await FillAsync(socket, prefix, cancellationToken))
        {
            return null;
        }

        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        return await FillAsync(socket, message, cancellationToken) ? message : null;
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int received = await socket.ReceiveAsync(buffer, cancellationToken);
            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }
}

/// <summary>Makes sockets.</summary>
internal static class Sockets
{
    /// <summary>Makes one for IPv4.</summary>
    /// <param name="type">UDP or TCP.</param>
    /// <param name="network">The namespace; null for the test's own.</param>
    public static Socket Create(SocketType type, NetworkNamespace? network = null)
    {
        return network is null ? Make() : network.Run(Make);

        Socket Make() => new(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
    }
}
