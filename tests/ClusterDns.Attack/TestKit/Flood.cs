using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Attack.TestKit;

/// <summary>Queries whose answers nobody waits for.</summary>
internal static class Flood
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <summary>Sends queries over UDP at a rate, until it is over.</summary>
    /// <param name="port">The server's port.</param>
    /// <param name="perSecond">How many a second.</param>
    /// <param name="create">Makes each, given its number.</param>
    /// <param name="over">Ends it.</param>
    /// <param name="from">The client's address; null for the usual one.</param>
    public static Task RunAsync(int port, int perSecond, Func<int, byte[]> create, CancellationToken over, IPAddress? from = null) => Task.Run(async () =>
    {
        using Socket socket = Sockets.Create(SocketType.Dgram);
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        socket.Connect(IPAddress.Loopback, port);
        Stopwatch watch = Stopwatch.StartNew();
        int sent = 0;
        byte[] buffer = new byte[4096];
        while (!over.IsCancellationRequested)
        {
            try
            {
                while (sent < watch.Elapsed.TotalSeconds * perSecond)
                {
                    socket.Send(create(sent++));
                }

                while (socket.Available > 0)
                {
                    socket.Receive(buffer);
                }
            }
            catch (SocketException)
            {
                // A full buffer, or a server that has ended; the test looks whether it lives.
            }

            await Task.Delay(Step, CancellationToken.None);
        }
    });
}
