using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Siege;

/// <summary>Clients over TCP that send, never read, and come again when they are sent away: a number of connections stays open if the server lets it.</summary>
/// <param name="port">The server's port.</param>
/// <param name="count">How many.</param>
/// <param name="sends">What each sends.</param>
internal sealed class StubbornClients(int port, int count, byte[] sends)
{
    private const int SmallestBuffer = 2048;
    private const int RepairsInARound = 100;

    private static readonly IPAddress Address = IPAddress.Parse("127.0.0.66");
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    private readonly Socket?[] _sockets = new Socket?[count];
    private int _connected;

    /// <summary>How many are connected, as far as they know.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>How many connections were made.</summary>
    public long Made { get; private set; }

    /// <summary>Connects, and connects again, until it is over.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        try
        {
            for (int next = 0; !over.IsCancellationRequested; next = (next + RepairsInARound) % count)
            {
                // A round of some: all at once would be another attack, on the driver.
                for (int i = next; i < Math.Min(count, next + RepairsInARound); i++)
                {
                    if (_sockets[i] is not { } socket || HasEnded(socket))
                    {
                        _sockets[i]?.Dispose();
                        _sockets[i] = TryConnect();
                    }
                }

                Volatile.Write(ref _connected, _sockets.Count(static socket => socket is not null));
                await Task.Delay(Round, CancellationToken.None);
            }
        }
        finally
        {
            Array.ForEach(_sockets, static socket => socket?.Dispose());
        }
    }

    private Socket? TryConnect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SmallestBuffer };
        try
        {
            socket.Bind(new IPEndPoint(Address, 0));
            socket.Connect(IPAddress.Loopback, port);
            socket.Blocking = false;
            socket.Send(sends, SocketFlags.None, out _);
            Made++;
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    // What has arrived is never taken, so the end of the stream cannot be read; a send tells it.
    private static bool HasEnded(Socket socket)
    {
        socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None, out SocketError error);
        return error is not (SocketError.Success or SocketError.WouldBlock) || socket.Poll(0, SelectMode.SelectError);
    }
}
