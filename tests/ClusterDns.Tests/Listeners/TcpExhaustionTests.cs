using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Tcp;
using ClusterDns.Server.Memory;

namespace ClusterDns.Tests.Listeners;

/// <summary>What happens to stream connections when descriptors or memory are exhausted, and that nothing happens before.</summary>
public class TcpExhaustionTests
{
    private const int MiB = 1024 * 1024;
    private const string Dropped = "clusterdns_tcp_dropped_total";

    // No timeout may close what these tests count.
    private static readonly TimeSpan Never = TimeSpan.FromDays(10_000);

    private static readonly ListenerOptions TcpOnly =
        new() { Port = 0, Udp = false, ReadTimeout = Never, WriteTimeout = Never, IdleTimeout = Never };

    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task Connection_that_rested_longest_makes_room()
    {
        await using TestListener server = new(TcpOnly, descriptors: Places(2));
        TcpTestClient first = await ConnectAsync(server);
        TcpTestClient second = await ConnectAsync(server);
        await AskAsync(first, 7);

        TcpTestClient third = await ConnectAsync(server);

        Assert.True(await second.IsClosedAsync());
        await AskAsync(first, 8);
        await AskAsync(third, 9);
        Assert.Equal(1, server.Count(Dropped, "made_room"));
        Assert.Equal(1, server.Count(Dropped));
    }

    [Fact]
    public async Task Client_that_holds_most_loses_its_connections_first()
    {
        await using TestListener server = new(TcpOnly, descriptors: Places(4));
        TcpTestClient honest = await ConnectAsync(server, Other);
        for (int i = 0; i < 20; i++)
        {
            await ConnectAsync(server);
        }

        await AskAsync(honest, 5);
        Assert.Equal(17, server.Count(Dropped, "made_room"));
    }

    [Fact]
    public async Task One_client_may_have_every_place_that_nobody_else_wants()
    {
        await using TestListener server = new(TcpOnly, descriptors: Places(50));
        List<TcpTestClient> clients = [];
        for (int i = 0; i < 50; i++)
        {
            clients.Add(await ConnectAsync(server));
        }

        foreach (TcpTestClient client in clients)
        {
            await AskAsync(client, 1);
        }

        Assert.Equal(0, server.Count(Dropped));
    }

    [Fact]
    public async Task Connection_with_work_in_progress_makes_room_after_those_that_rest()
    {
        await using TestListener server = new(TcpOnly, descriptors: Places(2));
        TcpTestClient busy = await ConnectAsync(server);
        await busy.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        TcpTestClient resting = await ConnectAsync(server);

        await ConnectAsync(server);

        Assert.True(await resting.IsClosedAsync());
        server.Pipeline.Release();
        Assert.Equal(1, TestQuery.GetId(await busy.ReceiveAsync()));
    }

    [Fact]
    public async Task Memory_bounds_connections_where_descriptors_do_not()
    {
        await using TestListener server = new(TcpOnly, memory: static metrics => Budget(metrics, 2 * MiB));
        int fits = (int)(server.Memory[MemoryTable.StreamConnections].Limit / StreamClients.ConnectionBytes);
        for (int i = 0; i < fits + 5; i++)
        {
            await ConnectAsync(server);
        }

        Assert.Equal(5, server.Count(Dropped, "made_room"));
        Assert.True(server.Memory[MemoryTable.StreamConnections].Used <= server.Memory[MemoryTable.StreamConnections].Limit);
    }

    [Fact]
    public async Task Ended_connections_return_everything()
    {
        await using TestListener server = new(TcpOnly);
        for (ushort i = 0; i < 20; i++)
        {
            TcpTestClient client = await ConnectAsync(server);
            await client.SendAsync(ScriptedPipeline.Large, i, padding: 50_000);
            Assert.NotNull(await client.ReceiveAsync());
            client.Dispose();
        }

        await TestListener.UntilAsync(() => server.Listener.Connections == 0);
        await TestListener.UntilAsync(() => server.Memory[MemoryTable.StreamBuffers].Used == 0);
        Assert.Equal(0, server.Memory[MemoryTable.StreamConnections].Used);
    }

    [Fact]
    public async Task Clients_that_never_read_hold_no_more_than_the_share_and_the_slowest_are_closed()
    {
        await using TestListener server = new(TcpOnly, memory: static metrics => Budget(metrics, 8 * MiB));
        MemoryShare buffers = server.Memory[MemoryTable.StreamBuffers];
        byte[] asked = TestQuery.Frame([.. Enumerable.Range(0, 20).Select(static id => TestQuery.Create(ScriptedPipeline.Large, (ushort)id))]);
        for (int i = 0; i < 60; i++)
        {
            TcpTestClient client = await server.ConnectAsync(receiveBuffer: 4096);
            await client.SendAsync(asked);
            Assert.InRange(buffers.Used, 0, buffers.Limit);
        }

        await TestListener.UntilAsync(() => server.Count(Dropped, "slow_reader") > 10);
        TcpTestClient honest = await ConnectAsync(server);
        for (ushort id = 0; id < 50; id++)
        {
            await honest.SendAsync(ScriptedPipeline.Large, id);
            Assert.Equal(id, TestQuery.GetId(await honest.ReceiveAsync()));
            Assert.InRange(buffers.Used, 0, buffers.Limit);
        }
    }

    [Fact]
    public async Task Requests_that_arrive_in_part_are_counted_and_give_way()
    {
        await using TestListener server = new(TcpOnly, memory: static metrics => Budget(metrics, 4 * MiB));
        MemoryShare buffers = server.Memory[MemoryTable.StreamBuffers];
        byte[] part = TestQuery.Frame(new byte[60_000])[..^1];
        for (int i = 0; i < 20; i++)
        {
            TcpTestClient client = await server.ConnectAsync();
            try
            {
                await client.SendAsync(part);
            }
            catch (SocketException)
            {
                // It was closed for another before it had sent everything.
            }

            Assert.InRange(buffers.Used, 0, buffers.Limit);
        }

        await TestListener.UntilAsync(() => server.Count(Dropped, "slow_reader") > 5);
        await AskAsync(await ConnectAsync(server), 1);
    }

    [Fact]
    public async Task Answers_under_way_are_reckoned_before_more_is_read()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(TestQuery.Frame(
            [.. Enumerable.Range(0, 100).Select(static id => TestQuery.Create(ScriptedPipeline.Wait, (ushort)id))]));
        await TestListener.UntilAsync(() => server.Pipeline.Waiting > 0);
        Assert.InRange(server.Pipeline.Waiting, 1, 8);

        // Small answers show that this client asks for such, so that more of its queries are let in at once.
        int most = 0;
        for (ushort id = 0; id < 100; id++)
        {
            await TestListener.UntilAsync(() => server.Pipeline.Waiting > 0);
            most = Math.Max(most, server.Pipeline.Waiting);
            server.Pipeline.Release();
            Assert.Equal(id, TestQuery.GetId(await client.ReceiveAsync()));
        }

        Assert.True(most > 8);
    }

    [Fact]
    public async Task Cluster_that_grows_closes_connections_that_rest()
    {
        await using TestListener server = new(TcpOnly, memory: static metrics => Budget(metrics, 4 * MiB));
        int fits = (int)(server.Memory[MemoryTable.StreamConnections].Limit / StreamClients.ConnectionBytes);
        for (int i = 0; i < fits; i++)
        {
            await ConnectAsync(server);
        }

        server.Memory[MemoryTable.Cluster].Reserve(100 * MiB);

        MemoryShare places = server.Memory[MemoryTable.StreamConnections];
        Assert.InRange(places.Used, 1, places.Limit);
        Assert.True(server.Count(Dropped, "made_room") > fits / 2);
    }

    private static MemoryBudget Budget(MetricRegistry metrics, long room) => new(MemoryTable.Rules, MemoryTable.BaseBytes + room, metrics);

    private static DescriptorShares Places(int streams) => DescriptorShares.Unlimited with { StreamConnections = streams };

    /// <summary>A connection that the server has taken in: it has answered on it.</summary>
    private static async Task<TcpTestClient> ConnectAsync(TestListener server, IPAddress? from = null)
    {
        TcpTestClient client = await server.ConnectAsync(from: from);
        await AskAsync(client, 1);
        return client;
    }

    private static async Task AskAsync(TcpTestClient client, ushort id)
    {
        await client.SendAsync(ScriptedPipeline.Sync, id);
        Assert.Equal(id, TestQuery.GetId(await client.ReceiveAsync()));
    }
}
