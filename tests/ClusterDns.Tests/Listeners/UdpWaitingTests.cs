using ClusterDns.Core.Wire;

namespace ClusterDns.Tests.Listeners;

public class UdpWaitingTests
{
    public static TheoryData<string> Backends => TestListener.Backends;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_query_that_waits_holds_up_no_other_and_is_answered_later(string backend)
    {
        await using TestListener server = new(TestListener.With(backend) with { Workers = 1 });
        UdpTestClient patient = server.CreateUdpClient();
        UdpTestClient other = server.CreateUdpClient();

        patient.Send(ScriptedPipeline.Wait, 1);
        other.Send(ScriptedPipeline.Sync, 2);
        Assert.Equal(2, TestQuery.GetId(await other.ReceiveAsync()));
        Assert.Equal(1, server.Listener.WaitingQueries);

        server.Pipeline.Release();
        Assert.Equal(1, TestQuery.GetId(await patient.ReceiveAsync()));
        await TestListener.UntilAsync(() => server.Listener.WaitingQueries == 0 && server.WaitBound.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task More_than_the_bound_may_not_wait_and_each_refusal_is_counted(string backend)
    {
        await using TestListener server = new(TestListener.With(backend), waitLimit: 3);
        UdpTestClient client = server.CreateUdpClient();

        for (ushort id = 0; id < 3; id++)
        {
            client.Send(ScriptedPipeline.Wait, id);
        }

        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 3);
        client.Send(ScriptedPipeline.Wait, 10);
        client.Send(ScriptedPipeline.Wait, 11);
        Assert.Equal(ResponseCode.Refused, TestQuery.GetCode(await client.ReceiveAsync()));
        Assert.Equal(ResponseCode.Refused, TestQuery.GetCode(await client.ReceiveAsync()));
        Assert.Equal(2, server.Count("clusterdns_waiting_rejected_total"));

        server.Pipeline.ReleaseAll();
        HashSet<ushort> answered = [];
        for (int i = 0; i < 3; i++)
        {
            answered.Add(TestQuery.GetId(await client.ReceiveAsync()));
        }

        Assert.Equal((ushort[])[0, 1, 2], answered.Order().ToArray());
        await TestListener.UntilAsync(() => server.WaitBound.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_place_is_one_for_a_query_and_comes_back_when_it_did_not_wait(string backend)
    {
        await using TestListener server = new(TestListener.With(backend), waitLimit: 1);
        UdpTestClient client = server.CreateUdpClient();

        for (ushort id = 0; id < 3; id++)
        {
            client.Send(ScriptedPipeline.EnterOnly, id);
            Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(await client.ReceiveAsync()));
        }

        Assert.Equal(0, server.Count("clusterdns_waiting_rejected_total"));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_query_that_waits_without_having_asked_is_counted_all_the_same(string backend)
    {
        await using TestListener server = new(TestListener.With(backend), waitLimit: 1);
        UdpTestClient client = server.CreateUdpClient();

        client.Send(ScriptedPipeline.WaitUnasked, 1);
        await TestListener.UntilAsync(() => server.WaitBound.Count == 1);
        client.Send(ScriptedPipeline.Wait, 2);
        Assert.Equal(ResponseCode.Refused, TestQuery.GetCode(await client.ReceiveAsync()));

        server.Pipeline.Release();
        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_pipeline_that_throws_late_costs_its_query_alone(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();

        client.Send(ScriptedPipeline.ThrowLate, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);
        server.Pipeline.Release();
        await TestListener.UntilAsync(() => server.Count("clusterdns_udp_dropped_total", "failure") == 1);
        client.Send(ScriptedPipeline.Sync, 2);

        Assert.Equal(2, TestQuery.GetId(await client.ReceiveAsync()));
        await TestListener.UntilAsync(() => server.WaitBound.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_thousand_that_wait_are_each_answered_with_their_own_id(string backend)
    {
        const int total = 1000;
        const int window = 100;
        await using TestListener server = new(TestListener.With(backend), waitLimit: total);
        UdpTestClient client = server.CreateUdpClient();
        HashSet<ushort> answered = [];

        for (int sent = 0; sent < total; sent += window)
        {
            for (int i = 0; i < window; i++)
            {
                client.Send(ScriptedPipeline.Wait, (ushort)(sent + i));
            }

            await TestListener.UntilAsync(() => server.Pipeline.Waiting == window);
            server.Pipeline.ReleaseAll();
            for (int i = 0; i < window; i++)
            {
                answered.Add(TestQuery.GetId(await client.ReceiveAsync()));
            }
        }

        Assert.Equal(total, answered.Count);
    }
}
