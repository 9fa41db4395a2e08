using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Udp;

namespace ClusterDns.Tests.Listeners;

/// <summary>What only the Linux backend promises.</summary>
public class NativeUdpTests
{
    [LinuxFact]
    public unsafe void Structures_are_as_the_kernel_lays_them_out()
    {
        Assert.Equal(16, sizeof(IoVector));
        Assert.Equal(56, sizeof(MessageHeader));
        Assert.Equal(64, sizeof(BatchedMessage));
        Assert.Equal(16, sizeof(ControlHeader));
        PacketInfoV4 v4 = default;
        Assert.Equal(16, (byte*)&v4.InterfaceIndex - (byte*)&v4);
        Assert.Equal(24, v4.Destination - (byte*)&v4);
        PacketInfoV6 v6 = default;
        Assert.Equal(16, v6.Destination - (byte*)&v6);
        Assert.Equal(32, (byte*)&v6.InterfaceIndex - (byte*)&v6);
        BatchedMessage message = default;
        byte* start = (byte*)&message;
        Assert.Equal(8, (byte*)&message.Header.NameLength - start);
        Assert.Equal(16, (byte*)&message.Header.Vectors - start);
        Assert.Equal(24, (byte*)&message.Header.VectorCount - start);
        Assert.Equal(32, (byte*)&message.Header.Control - start);
        Assert.Equal(40, (byte*)&message.Header.ControlLength - start);
        Assert.Equal(48, (byte*)&message.Header.Flags - start);
        Assert.Equal(56, (byte*)&message.Length - start);
    }

    [LinuxFact]
    public async Task A_wildcard_listener_answers_from_the_address_that_was_asked()
    {
        await using TestListener server = new(
            TestListener.With(nameof(UdpBackendKind.Native)) with { Addresses = [IPAddress.Any] });
        IPAddress second = IPAddress.Parse("127.0.0.2");
        UdpTestClient client = server.CreateUdpClient(new IPEndPoint(second, server.Endpoint.Port));

        client.Send(ScriptedPipeline.Sync, 1);
        Assert.Equal(second, TestQuery.GetAskedAddress(await client.ReceiveAsync()));

        client.Send(ScriptedPipeline.Wait, 2);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        server.Pipeline.Release();
        byte[] late = await client.ReceiveAsync();
        Assert.Equal(2, TestQuery.GetId(late));
        Assert.Equal(second, TestQuery.GetAskedAddress(late));
    }

    [LinuxFact]
    public async Task A_socket_that_has_left_its_group_still_answers_from_the_address_that_was_asked()
    {
        await using TestListener server = new(
            TestListener.With(nameof(UdpBackendKind.Native)) with { Addresses = [IPAddress.Any], Tcp = false });
        UdpTestClient client = server.CreateUdpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), server.Endpoint.Port));
        client.Send(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);

        Task stopped = server.Listener.StopAsync(CancellationToken.None);

        await TestListener.UntilAsync(() => !HasOwner(server.Endpoint));
        server.Pipeline.Release();

        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        await stopped.WaitAsync(TestListener.Patience);
    }

    [LinuxFact]
    public void A_socket_leaves_its_group_without_losing_a_datagram()
    {
        const int clients = 64;
        using TestGroup group = new(sockets: 2);

        for (ushort id = 0; id < clients; id++)
        {
            group.Send(id);
        }

        group.Sockets[0].LeaveGroup();
        for (ushort id = clients; id < 2 * clients; id++)
        {
            group.Send(id);
        }

        int fromLeaver = group.Drain(group.Sockets[0]);
        int fromOther = group.Drain(group.Sockets[1]);

        Assert.Equal(2 * clients, fromLeaver + fromOther);
        Assert.InRange(fromLeaver, 1, clients);
        Assert.InRange(fromOther, clients, (2 * clients) - 1);
    }

    [LinuxFact]
    public async Task The_loop_allocates_nothing()
    {
        const int round = 2_000;
        const int total = 12_000;
        int queries = 0;
        long before = 0;
        long fewest = long.MaxValue;

        // The pipeline runs on the worker's thread, so it can ask what that thread has allocated.
        ScriptedPipeline pipeline = new()
        {
            OnQuery = () =>
            {
                // The first round warms up. A collection that another test causes may cost a round something.
                if (++queries % round == 0)
                {
                    long now = GC.GetAllocatedBytesForCurrentThread();
                    fewest = queries > round ? Math.Min(fewest, now - before) : fewest;
                    before = now;
                }
            },
        };
        await using TestListener server = new(
            TestListener.With(nameof(UdpBackendKind.Native)) with { Addresses = [IPAddress.Any], Workers = 1 }, start: false);
        server.Listener.Start(pipeline);
        UdpTestClient client = server.CreateUdpClient(new IPEndPoint(IPAddress.Loopback, server.Endpoint.Port));

        for (int sent = 0; sent < total; sent += 50)
        {
            for (int i = 0; i < 50; i++)
            {
                client.Send(ScriptedPipeline.Sync, (ushort)i);
            }

            for (int i = 0; i < 50; i++)
            {
                await client.ReceiveAsync();
            }
        }

        Assert.Equal(0, fewest);
    }

    [LinuxFact]
    public async Task A_burst_over_the_receive_buffer_is_served_or_counted_to_the_last_datagram()
    {
        const int total = 40_000;
        using ManualResetEventSlim burstIsOver = new();
        ScriptedPipeline pipeline = new() { OnQuery = () => burstIsOver.Wait() };
        await using TestListener server = new(
            TestListener.With(nameof(UdpBackendKind.Native)) with { Workers = 1, Tcp = false }, start: false);
        server.Listener.Start(pipeline);
        UdpTestClient client = server.CreateUdpClient();

        for (int i = 0; i < total; i++)
        {
            client.Send(ScriptedPipeline.Drop, (ushort)i);
        }

        burstIsOver.Set();
        await server.Listener.StopAsync(CancellationToken.None);

        Assert.Equal(total, pipeline.Handled + server.Count("clusterdns_udp_dropped_total", "receive_buffer"));
        Assert.NotEqual(0, server.Count("clusterdns_udp_dropped_total", "receive_buffer"));
    }

    /// <summary>Whether a socket is bound to an endpoint that a datagram to its port would reach, by the kernel's own table.</summary>
    private static bool HasOwner(IPEndPoint endpoint)
    {
        string unconnected = $"00000000:{endpoint.Port:X4} 00000000:0000";
        return File.ReadLines("/proc/net/udp").Any(line => line.Contains(unconnected, StringComparison.Ordinal));
    }

    [LinuxFact]
    public void Every_reason_that_an_answer_is_lost_has_its_counter()
    {
        ListenerMetrics metrics = new(new MetricRegistry());

        foreach (int error in (int[])[ErrorNumbers.WouldBlock, ErrorNumbers.NoBuffers, ErrorNumbers.NotPermitted,
            ErrorNumbers.MessageTooLong, ErrorNumbers.NetworkUnreachable, ErrorNumbers.InvalidArgument])
        {
            SendErrors.Count(metrics, error);
        }

        Assert.Equal(1, metrics.SendBlocked.Value);
        Assert.Equal(1, metrics.SendNoBuffers.Value);
        Assert.Equal(1, metrics.SendNotPermitted.Value);
        Assert.Equal(1, metrics.SendTooLarge.Value);
        Assert.Equal(1, metrics.SendUnreachable.Value);
        Assert.Equal(1, metrics.SendFailed.Value);
    }
}

/// <summary>A fact about Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!LinuxUdpBackend.IsSupported)
        {
            Skip = "this is not 64-bit Linux";
        }
    }
}
