using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Listeners;

namespace ClusterDns.Tests.Listeners;

public class UdpListenerTests
{
    public static TheoryData<string> Backends => TestListener.Backends;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_query_is_answered_from_where_it_was_asked(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();

        client.Send(ScriptedPipeline.Sync, 7);
        byte[] answer = await client.ReceiveAsync();

        Assert.Equal(7, TestQuery.GetId(answer));
        Assert.Equal(IPAddress.Loopback, TestQuery.GetAskedAddress(answer));
    }

    [IPv6Theory]
    [MemberData(nameof(Backends))]
    public async Task IPv6_is_served_beside_IPv4(string backend)
    {
        await using TestListener server = new(TestListener.With(backend) with { Addresses = [IPAddress.Any, IPAddress.IPv6Any] });
        UdpTestClient client = server.CreateUdpClient(new IPEndPoint(IPAddress.IPv6Loopback, server.Endpoint.Port));
        UdpTestClient client4 = server.CreateUdpClient(new IPEndPoint(IPAddress.Loopback, server.Endpoint.Port));

        client.Send(ScriptedPipeline.Sync, 7);
        client4.Send(ScriptedPipeline.Sync, 8);

        Assert.Equal(IPAddress.IPv6Loopback, TestQuery.GetAskedAddress(await client.ReceiveAsync()));
        Assert.Equal(IPAddress.Loopback, TestQuery.GetAskedAddress(await client4.ReceiveAsync()));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task What_gets_no_answer_disturbs_no_other(string backend)
    {
        await using TestListener server = new(TestListener.With(backend) with { Workers = 1 });
        UdpTestClient client = server.CreateUdpClient();

        client.Send(new byte[11]);
        client.Send([]);
        client.Send(ScriptedPipeline.Drop, 1);
        client.Send(ScriptedPipeline.Throw, 2);
        client.Send(ScriptedPipeline.Sync, 3);

        Assert.Equal(3, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Equal(2, server.Count("clusterdns_udp_dropped_total", "short"));
        Assert.Equal(1, server.Count("clusterdns_udp_dropped_total", "failure"));
        Assert.Equal(3, server.Pipeline.Handled);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_datagram_over_the_buffer_is_a_format_error_and_counted(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();

        client.Send(ScriptedPipeline.Sync, 9, padding: 5000);
        byte[] answer = await client.ReceiveAsync();

        Assert.Equal(9, TestQuery.GetId(answer));
        Assert.Equal(ResponseCode.FormErr, TestQuery.GetCode(answer));
        Assert.Equal(1, server.Count("clusterdns_udp_oversized_total"));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task An_answer_that_cannot_be_sent_takes_none_of_its_batch_with_it(string backend)
    {
        await using TestListener server = new(TestListener.With(backend) with { Workers = 1 }, start: false);
        UdpTestClient client = server.CreateUdpClient();
        string[] batch = [ScriptedPipeline.TooLarge, ScriptedPipeline.Sync, ScriptedPipeline.TooLarge, ScriptedPipeline.TooLarge,
            ScriptedPipeline.Sync, ScriptedPipeline.TooLarge];
        for (ushort id = 0; id < batch.Length; id++)
        {
            client.Send(batch[id], id);
        }

        server.Listener.Start(server.Pipeline);

        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
        Assert.Equal(4, TestQuery.GetId(await client.ReceiveAsync()));
        await TestListener.UntilAsync(() => server.Count("clusterdns_udp_dropped_total", "too_large") == 4);
        client.Send(ScriptedPipeline.Sync, 6);
        Assert.Equal(6, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Ten_thousand_datagrams_get_ten_thousand_answers(string backend)
    {
        const int total = 10_000;
        const int window = 50;
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();
        HashSet<ushort> answered = [];

        for (int sent = 0; sent < total; sent += window)
        {
            for (int i = 0; i < window; i++)
            {
                client.Send(ScriptedPipeline.Sync, (ushort)(sent + i));
            }

            for (int i = 0; i < window; i++)
            {
                answered.Add(TestQuery.GetId(await client.ReceiveAsync()));
            }
        }

        Assert.Equal(total, answered.Count);
        Assert.Equal(total, server.Pipeline.Handled);
        Assert.Equal(0, server.Count("clusterdns_udp_dropped_total"));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_pipeline_can_be_replaced_while_it_serves(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();

        client.Send(ScriptedPipeline.Sync, 1);
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));
        server.Listener.Pipeline = new ScriptedPipeline { Code = ResponseCode.NXDomain };
        client.Send(ScriptedPipeline.Sync, 2);
        Assert.Equal(ResponseCode.NXDomain, TestQuery.GetCode(await client.ReceiveAsync()));
    }
}
