using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Attack.TestKit;

/// <summary>Clients over TCP that send and never read.</summary>
internal sealed class ReluctantReaders : IDisposable
{
    private const int SmallestBuffer = 2048;

    private readonly List<Socket> _sockets = [];

    /// <summary>How many are connected.</summary>
    public int Count => _sockets.Count;

    /// <summary>Connects clients until there are so many, or the server refuses.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="count">How many.</param>
    /// <param name="sends">What each sends; empty for nothing.</param>
    /// <param name="from">Their address; null for the usual one.</param>
    public async Task ConnectAsync(int port, int count, byte[] sends, IPAddress? from = null)
    {
        for (int i = 0; i < count; i++)
        {
            Socket socket = Sockets.Create(SocketType.Stream);
            _sockets.Add(socket);
            socket.ReceiveBufferSize = SmallestBuffer;
            using CancellationTokenSource over = new(Client.Patience);
            try
            {
                socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), over.Token);
                socket.Blocking = false;
                if (sends.Length > 0)
                {
                    socket.Send(sends, SocketFlags.None, out _);
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // The server does not want it: that is its right.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());
}
