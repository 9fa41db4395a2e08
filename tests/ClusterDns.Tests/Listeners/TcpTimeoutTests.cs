using ClusterDns.Server.Listeners;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners;

public class TcpTimeoutTests
{
    private static readonly ListenerOptions TcpOnly = new() { Port = 0, Udp = false };

    // The fake clock may leap while a thread is between two lines, so each test turns off the timeouts that it is not about.
    private static readonly TimeSpan Never = TimeSpan.FromDays(10_000);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_connection_at_rest_is_closed_after_the_idle_timeout_and_not_before()
    {
        await using TestListener server = new(TcpOnly with { ReadTimeout = Never, WriteTimeout = Never }, _time);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(ScriptedPipeline.Sync, 1);
        Assert.NotNull(await client.ReceiveAsync());

        _time.Advance(TimeSpan.FromSeconds(9));
        await client.SendAsync(ScriptedPipeline.Sync, 2);
        Assert.NotNull(await client.ReceiveAsync());
        _time.Advance(TimeSpan.FromSeconds(9));
        await client.SendAsync(ScriptedPipeline.Sync, 3);
        Assert.NotNull(await client.ReceiveAsync());

        await AdvanceUntilAsync(() => server.Listener.Connections == 0);
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(0, server.Count("clusterdns_tcp_dropped_total"));
    }

    [Fact]
    public async Task A_message_that_was_begun_must_come_within_the_read_timeout()
    {
        await using TestListener server = new(TcpOnly with { WriteTimeout = Never, IdleTimeout = Never }, _time);
        TcpTestClient client = await server.ConnectAsync();
        byte[] frame = TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Sync, 1));

        // The answer to the first says that the beginning of the second is there too.
        await client.SendAsync([.. frame, .. frame[..5]]);
        Assert.NotNull(await client.ReceiveAsync());

        await AdvanceUntilAsync(() => server.Count("clusterdns_tcp_dropped_total", "read_timeout") == 1);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_message_that_comes_byte_by_byte_must_be_whole_within_the_read_timeout()
    {
        await using TestListener server = new(TcpOnly with { WriteTimeout = Never, IdleTimeout = Never, ReadTimeout = TimeSpan.FromSeconds(5) }, _time);
        TcpTestClient client = await server.ConnectAsync();
        byte[] frame = TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Sync, 1));
        int sent = 0;
        while (server.Count("clusterdns_tcp_dropped_total", "read_timeout") == 0)
        {
            // Each byte comes in time, and the server has taken it before the clock goes on; all together come too late.
            Assert.True(sent < 5, "the client keeps the connection by a byte every 3 s");
            await client.SendBytesAsync(frame.AsMemory(sent++, 1));
            await TestListener.UntilAsync(() => client.CountUnreadByServer() == 0);
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.InRange(sent, 2, 4);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_query_that_waits_keeps_its_connection_open()
    {
        await using TestListener server = new(TcpOnly with { IdleTimeout = TimeSpan.FromSeconds(10) }, _time);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        await client.SendAsync(ScriptedPipeline.Sync, 2);
        Assert.Equal(2, TestQuery.GetId(await client.ReceiveAsync()));

        // Nothing shows when the connection has begun to receive again, which is what a timeout needs: so the time passes in many steps.
        for (int step = 0; step < 500; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        server.Pipeline.Release();

        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off()
    {
        await using TestListener server = new(TcpOnly with { ReadTimeout = Never, IdleTimeout = Never }, _time);
        TcpTestClient client = await server.ConnectAsync(receiveBuffer: 4096);
        byte[] frame = TestQuery.Frame(TestQuery.Create(ScriptedPipeline.Large, 1));

        // 1,000 answers of 38 kB are more than any socket buffers: the server must stop sending, and with it reading.
        for (int i = 0; i < 1000; i++)
        {
            await client.SendAsync(frame);
        }

        await AdvanceUntilAsync(() => server.Count("clusterdns_tcp_dropped_total", "write_timeout") == 1);
        await TestListener.UntilAsync(() => server.Listener.Connections == 0);
        Assert.True(server.Pipeline.Handled < 1000);
    }

    [Fact]
    public async Task A_connection_is_closed_after_its_last_query_and_loses_no_answer()
    {
        await using TestListener server = new(TcpOnly with { WriteTimeout = Never, IdleTimeout = Never, MaxConnectionQueries = 3 }, _time);
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(ScriptedPipeline.Wait, 1);
        for (ushort id = 2; id <= 5; id++)
        {
            await client.SendAsync(ScriptedPipeline.Sync, id);
        }

        Assert.Equal(2, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Equal(3, TestQuery.GetId(await client.ReceiveAsync()));
        server.Pipeline.Release();
        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(3, server.Pipeline.Handled);

        // The client may take its time to read, but not for ever.
        Assert.Equal(1, server.Listener.Connections);
        await AdvanceUntilAsync(() => server.Listener.Connections == 0);
        Assert.Equal(0, server.Count("clusterdns_tcp_dropped_total"));
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => TestListener.UntilAsync(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    });
}
