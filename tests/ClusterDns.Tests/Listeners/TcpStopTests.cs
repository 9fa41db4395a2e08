using ClusterDns.Server.Listeners;

namespace ClusterDns.Tests.Listeners;

public class TcpStopTests
{
    private static readonly ListenerOptions TcpOnly = new() { Port = 0, Udp = false };

    [Fact]
    public async Task Connections_end_once_their_queries_are_answered()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient idle = await server.ConnectAsync();
        TcpTestClient busy = await server.ConnectAsync();
        await busy.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);

        Task stopped = server.Listener.StopAsync(CancellationToken.None);
        Assert.True(await idle.IsClosedAsync());
        Assert.False(stopped.IsCompleted);
        server.Pipeline.Release();

        // The connection may end by RST: what the client has received it keeps.
        Assert.Equal(1, TestQuery.GetId(await busy.ReceiveAsync()));
        Assert.True(await busy.IsClosedAsync());
        await stopped.WaitAsync(TestListener.Patience);
        Assert.Equal(0, server.Count("clusterdns_tcp_dropped_total"));
    }

    [Fact]
    public async Task Who_had_connected_and_asked_before_the_start_is_served_before_the_stop()
    {
        await using TestListener server = new(TcpOnly, start: false);
        List<TcpTestClient> clients = [];
        for (ushort id = 0; id < 20; id++)
        {
            TcpTestClient client = await server.ConnectAsync();
            await client.SendAsync(ScriptedPipeline.Sync, id);
            clients.Add(client);
        }

        server.Listener.Start(server.Pipeline);
        await server.Listener.StopAsync(CancellationToken.None).WaitAsync(TestListener.Patience);

        for (ushort id = 0; id < 20; id++)
        {
            Assert.Equal(id, TestQuery.GetId(await clients[id].ReceiveAsync()));
        }
    }

    [Fact]
    public async Task The_deadline_cuts_off_what_is_still_open()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        using CancellationTokenSource deadline = new();

        Task stopped = server.Listener.StopAsync(deadline.Token);
        await deadline.CancelAsync();
        await stopped.WaitAsync(TestListener.Patience);

        Assert.True(await client.IsClosedAsync());
        Assert.Equal(1, server.Count("clusterdns_tcp_dropped_total", "drain_timeout"));
    }
}
