using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Listeners;

namespace ClusterDns.Tests.Listeners;

public class TcpListenerTests
{
    private static readonly ListenerOptions TcpOnly = new() { Port = 0, Udp = false };

    [Fact]
    public async Task A_connection_takes_many_queries_sent_at_once()
    {
        const int total = 300;
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(TestQuery.Frame(
            [.. Enumerable.Range(0, total).Select(static id => TestQuery.Create(ScriptedPipeline.Sync, (ushort)id))]));

        for (ushort id = 0; id < total; id++)
        {
            byte[]? answer = await client.ReceiveAsync();
            Assert.Equal(id, TestQuery.GetId(answer));
            Assert.Equal(IPAddress.Loopback, TestQuery.GetAskedAddress(answer!));
        }

        Assert.Equal(1, server.Count("clusterdns_tcp_connections_total"));
    }

    [Fact]
    public async Task Queries_are_answered_as_they_are_ready()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(TestQuery.Frame(
            TestQuery.Create(ScriptedPipeline.Wait, 1), TestQuery.Create(ScriptedPipeline.Sync, 2)));
        Assert.Equal(2, TestQuery.GetId(await client.ReceiveAsync()));
        server.Pipeline.Release();
        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        await TestListener.UntilAsync(() => server.WaitBound.Count == 0);
    }

    [Fact]
    public async Task A_query_may_come_byte_by_byte()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        foreach (byte part in TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Sync, 3)))
        {
            await client.SendAsync([part]);
        }

        Assert.Equal(3, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Fact]
    public async Task Messages_may_be_as_long_as_the_prefix_allows()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.Large, 4, padding: 60_000);
        byte[]? answer = await client.ReceiveAsync();

        Assert.Equal(4, TestQuery.GetId(answer));
        Assert.True(answer!.Length > 150 * 256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task A_frame_too_short_for_a_message_ends_the_connection_after_what_came_before(int length)
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Sync, 1), new byte[length]));

        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(1, server.Count("clusterdns_tcp_dropped_total", "bad_frame"));
    }

    [Fact]
    public async Task A_client_that_has_asked_all_still_gets_its_answers()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.Wait, 1);
        client.Socket.Shutdown(SocketShutdown.Send);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        server.Pipeline.Release();

        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Null(await client.ReceiveAsync());
        await TestListener.UntilAsync(() => server.Listener.Connections == 0);
    }

    [Fact]
    public async Task A_connection_that_is_reset_gives_everything_back()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();
        await TestListener.UntilAsync(() => server.Listener.Connections == 0);
        server.Pipeline.Release();

        await TestListener.UntilAsync(() => server.WaitBound.Count == 0 && server.Listener.WaitingQueries == 0);
    }

    [Fact]
    public async Task A_pipeline_that_throws_costs_its_query_alone()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.Throw, 1);
        await client.SendAsync(ScriptedPipeline.Drop, 2);
        await client.SendAsync(ScriptedPipeline.Sync, 3);

        Assert.Equal(3, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Equal(1, server.Count("clusterdns_tcp_dropped_total", "failure"));
    }

    [Fact]
    public async Task Only_so_many_queries_of_a_connection_are_in_flight()
    {
        const int limit = 4;
        await using TestListener server = new(TcpOnly with { MaxQueriesPerConnection = limit });
        TcpTestClient client = await server.ConnectAsync();
        TcpTestClient other = await server.ConnectAsync();

        await client.SendAsync(TestQuery.Frame(
            [.. Enumerable.Range(0, 6).Select(static id => TestQuery.Create(ScriptedPipeline.Wait, (ushort)id))]));
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == limit);
        await other.SendAsync(ScriptedPipeline.Sync, 100);
        Assert.Equal(100, TestQuery.GetId(await other.ReceiveAsync()));
        Assert.Equal(limit, server.Pipeline.Waiting);

        for (ushort id = 0; id < 6; id++)
        {
            await TestListener.UntilAsync(() => server.Pipeline.Waiting > 0);
            server.Pipeline.Release();
            Assert.Equal(id, TestQuery.GetId(await client.ReceiveAsync()));
        }
    }

    [Fact]
    public async Task The_bound_on_waiting_queries_holds_for_streams_too()
    {
        await using TestListener server = new(TcpOnly, waitLimit: 1);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.Wait, 1);
        await client.SendAsync(ScriptedPipeline.Wait, 2);
        byte[]? answer = await client.ReceiveAsync();

        Assert.Equal(2, TestQuery.GetId(answer));
        Assert.Equal(ResponseCode.Refused, TestQuery.GetCode(answer));
    }
}
