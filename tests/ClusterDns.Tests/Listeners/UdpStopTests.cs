namespace ClusterDns.Tests.Listeners;

public class UdpStopTests
{
    public static TheoryData<string> Backends => TestListener.Backends;

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task What_had_arrived_is_answered_before_the_listener_closes(string backend)
    {
        const int total = 100;
        await using TestListener server = new(TestListener.With(backend) with { Tcp = false }, start: false);
        List<UdpTestClient> clients = [];
        for (ushort id = 0; id < total; id++)
        {
            UdpTestClient client = server.CreateUdpClient();
            client.Send(ScriptedPipeline.Sync, id);
            clients.Add(client);
        }

        server.Listener.Start(server.Pipeline);
        await server.Listener.StopAsync(CancellationToken.None);

        Assert.Equal(total, server.Pipeline.Handled);
        for (ushort id = 0; id < total; id++)
        {
            Assert.Equal(id, TestQuery.GetId(await clients[id].ReceiveAsync()));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Queries_that_wait_are_answered_before_the_listener_closes(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();
        client.Send(ScriptedPipeline.Wait, 5);
        await TestListener.UntilAsync(() => server.Listener.WaitingQueries == 1);

        Task stopped = server.Listener.StopAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        server.Pipeline.Release();

        Assert.Equal(5, TestQuery.GetId(await client.ReceiveAsync()));
        await stopped.WaitAsync(TestListener.Patience);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_deadline_ends_the_wait_and_a_late_answer_harms_nobody(string backend)
    {
        await using TestListener server = new(TestListener.With(backend));
        UdpTestClient client = server.CreateUdpClient();
        client.Send(ScriptedPipeline.Wait, 5);
        await TestListener.UntilAsync(() => server.Listener.WaitingQueries == 1);
        using CancellationTokenSource deadline = new();

        Task stopped = server.Listener.StopAsync(deadline.Token);
        await deadline.CancelAsync();
        await stopped.WaitAsync(TestListener.Patience);

        server.Pipeline.Release();
        await TestListener.UntilAsync(() => server.Listener.WaitingQueries == 0 && server.WaitBound.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_listener_that_never_started_closes_and_leaves_its_port(string backend)
    {
        TestListener first = new(TestListener.With(backend), start: false);
        await first.Listener.DisposeAsync();

        await using TestListener second = new(TestListener.With(backend) with { Port = first.Endpoint.Port });
        UdpTestClient client = second.CreateUdpClient();
        client.Send(ScriptedPipeline.Sync, 1);
        Assert.Equal(1, TestQuery.GetId(await client.ReceiveAsync()));
    }
}
