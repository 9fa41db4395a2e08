using System.Net;
using System.Net.Sockets;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>A server that is told to stop while clients ask.</summary>
public sealed class StopUnderLoadTests : IDisposable
{
    private static readonly byte[] Local = [5, .. "local"u8, 4, .. "test"u8, 0];
    private static readonly byte[] Forwarded = [1, .. "a"u8, 9, .. "forwarded"u8, 0];

    private readonly HttpClient _client = new();
    private readonly UdpClient _upstream = new(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _client.Dispose();
        _upstream.Dispose();
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Queries_are_answered_until_the_listener_closes_and_none_is_lost(Executable executable)
    {
        int health = FreePort.Find();
        int ready = FreePort.Find();
        int port = ((IPEndPoint)_upstream.Client.LocalEndPoint!).Port;
        _ = ServeUpstreamAsync();
        using RunningServer server = await RunningServer.StartAsync(
            executable,
            $".:0 {{\n bind 127.0.0.1\n health 127.0.0.1:{health} {{\n  lameduck 2s\n }}\n ready 127.0.0.1:{ready}\n"
                + $" forward forwarded 127.0.0.1:{port} {{\n  prefer_udp\n }}\n whoami\n}}\n");
        InFlightClient[] clients =
        [
            new(server.Port, ProtocolType.Udp, Local),
            new(server.Port, ProtocolType.Udp, Local),
            new(server.Port, ProtocolType.Udp, Forwarded),
            new(server.Port, ProtocolType.Tcp, Local),
            new(server.Port, ProtocolType.Tcp, Forwarded),
        ];
        Task[] running = [.. clients.Select(static client => client.RunAsync())];
        await UntilAsync(() => clients.All(static client => client.Answered > 50), running);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(ready, "ready"));

        await server.SignalAsync("TERM");
        await server.WaitForOutputAsync("Going into lameduck mode for 2s");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(ready, "ready"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(health, "health"));
        int[] sentBefore = [.. clients.Select(static client => client.Sent)];
        await UntilAsync(() => clients.Zip(sentBefore).All(static client => client.First.Answered > client.Second + 50), running);
        await Task.WhenAll(running);

        Assert.Equal(0, await server.WaitForExitAsync());
        Assert.All(clients, static client => Assert.Equal((0, 0), (client.Lost, client.Failed)));
        Array.ForEach(clients, static client => client.Dispose());
    }

    private static async Task UntilAsync(Func<bool> condition, Task[] running)
    {
        while (!condition())
        {
            // A client that has failed, or whose server has ended, ends the wait too.
            Assert.DoesNotContain(running, static client => client.IsCompleted);
            await Task.Yield();
        }
    }

    private async Task<HttpStatusCode> GetAsync(int port, string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"));
        return response.StatusCode;
    }

    /// <summary>
    /// Answers with one address. A query waits until the next one comes, so that one is always under way; the last one is asked again by
    /// the server when it has waited for long, and is answered then.
    /// </summary>
    private async Task ServeUpstreamAsync()
    {
        try
        {
            UdpReceiveResult waiting = await _upstream.ReceiveAsync();
            while (true)
            {
                UdpReceiveResult next = await _upstream.ReceiveAsync();
                byte[] reply = [.. waiting.Buffer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
                reply[2] |= 0x80;
                reply[7] = 1;
                await _upstream.SendAsync(reply, waiting.RemoteEndPoint);
                waiting = next;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
