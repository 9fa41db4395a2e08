using System.Buffers.Binary;
using System.Net.Sockets;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Listeners;

namespace ClusterDns.Tests.Listeners;

/// <summary>Answers of many messages.</summary>
public class TcpStreamTests
{
    private static readonly ListenerOptions TcpOnly = new() { Port = 0, Udp = false };

    [Theory]
    [InlineData(ScriptedPipeline.Stream)]
    [InlineData(ScriptedPipeline.StreamLate)]
    public async Task All_messages_come_in_order(string script)
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(script, 5);
        if (script is ScriptedPipeline.StreamLate)
        {
            await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
            server.Pipeline.Release();
        }

        for (int number = 0; number < ScriptedPipeline.StreamLength; number++)
        {
            Assert.Equal((5, number), Read(await client.ReceiveAsync()));
        }

        await TestListener.UntilAsync(() => server.Listener.LentTcpQueries == 0 && server.WaitBound.Count == 0);
        await client.SendAsync(ScriptedPipeline.Sync, 6);
        Assert.Equal(6, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Fact]
    public async Task No_more_is_made_than_the_client_takes()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync(receiveBuffer: 8192);
        await client.SendAsync(ScriptedPipeline.Stream, 5);
        Assert.Equal((5, 0), Read(await client.ReceiveAsync()));

        // Other clients are served meanwhile; none of this takes what the stream would need to be whole.
        TcpTestClient other = await server.ConnectAsync();
        for (ushort id = 0; id < 100; id++)
        {
            await other.SendAsync(ScriptedPipeline.Sync, id);
            Assert.Equal(id, TestQuery.GetId(await other.ReceiveAsync()));
        }

        Assert.InRange(server.Pipeline.Streamed, 1, ScriptedPipeline.StreamLength - 1);
        for (int number = 1; number < ScriptedPipeline.StreamLength; number++)
        {
            Assert.Equal((5, number), Read(await client.ReceiveAsync()));
        }
    }

    [Fact]
    public async Task Queries_on_the_same_connection_are_answered_meanwhile()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Stream, 5), TestQuery.Create(ScriptedPipeline.Sync, 6)));

        int next = 0;
        bool isOtherAnswered = false;
        while (next < ScriptedPipeline.StreamLength)
        {
            byte[]? message = await client.ReceiveAsync();
            if (TestQuery.GetId(message) == 6)
            {
                isOtherAnswered = true;
                continue;
            }

            Assert.Equal((5, next++), Read(message));
        }

        Assert.True(isOtherAnswered);
    }

    [Fact]
    public async Task A_stream_that_breaks_ends_the_connection()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync();

        await client.SendAsync(ScriptedPipeline.StreamBroken, 5);
        while (!await client.IsClosedAsync())
        {
        }

        Assert.Equal(1, server.Count("clusterdns_tcp_dropped_total", "failure"));
        await TestListener.UntilAsync(() => server.Listener.LentTcpQueries == 0 && server.Listener.Connections == 0);
    }

    [Fact]
    public async Task A_client_that_leaves_gives_everything_back()
    {
        await using TestListener server = new(TcpOnly);
        TcpTestClient client = await server.ConnectAsync(receiveBuffer: 8192);
        await client.SendAsync(ScriptedPipeline.Stream, 5);
        Assert.NotNull(await client.ReceiveAsync());

        client.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();

        await TestListener.UntilAsync(() => server.Listener.LentTcpQueries == 0 && server.Listener.Connections == 0);
        Assert.Equal(1, server.Pipeline.Disposed);
        Assert.InRange(server.Pipeline.Streamed, 1, ScriptedPipeline.StreamLength - 1);
    }

    /// <summary>A message's ID, and its number in the stream.</summary>
    private static (int Id, int Number) Read(byte[]? message)
    {
        WireReader reader = new(message);
        Assert.True(reader.TryReadHeader(out DnsHeader header));
        Assert.True(reader.TrySkipName() && reader.TryReadUInt32(out _));
        Assert.True(reader.TryReadRecord(out RecordView record));
        return (header.Id, BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(record.RdataOffset + 2)));
    }
}
