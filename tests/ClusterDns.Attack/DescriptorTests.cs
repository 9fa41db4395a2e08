using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack;

/// <summary>Descriptors that others can make the server use.</summary>
public sealed class DescriptorTests
{
    /// <summary>Clients hold every connection that they may: probes, metrics and forwarding work on.</summary>
    [AttackTheory]
    [InlineData(1024, 20000, 1400)]
    [InlineData(1024, 1024, 2000)]
    [InlineData(256, 256, 1000)]
    [InlineData(128, 128, 500)]
    public async Task Probes_and_forwarding_work_while_clients_hold_every_connection(int soft, int hard, int clients)
    {
        int health = FreePort.Find();
        int ready = FreePort.Find();
        int metrics = FreePort.Find();
        using ScriptedPeer upstream = new();
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n health 127.0.0.1:{health}\n ready 127.0.0.1:{ready}\n prometheus 127.0.0.1:{metrics}\n cache 30\n forward . {upstream.Address}\n}}\n",
            new Limits { SoftDescriptors = soft, HardDescriptors = hard });
        using ReluctantReaders idle = new();
        await idle.ConnectAsync(server.Port, clients, []);
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };

        foreach ((int port, string path) in ((int, string)[])[(health, "health"), (ready, "ready"), (metrics, "metrics")])
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"));
            Assert.True(response.IsSuccessStatusCode, path);
        }

        for (int i = 0; i < 40; i++)
        {
            Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync($"n{i}.test."));
        }

        server.AssertAlive();
    }

    [AttackFact]
    public async Task The_soft_limit_is_raised_to_the_hard_one()
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n whoami\n}\n", new Limits { SoftDescriptors = 100, HardDescriptors = 4000 });

        string limit = File.ReadLines($"/proc/{server.ProcessId}/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));

        Assert.Equal(["4000", "4000", "files"], limit[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [AttackFact]
    public async Task Names_below_a_silent_upstream_leave_descriptors_bounded()
    {
        using ScriptedPeer upstream = new() { OnDatagram = static (_, _) => [], OnConnection = static connection => connection.StaySilentAsync() };
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address} {{\n  force_tcp\n }}\n}}\n", new Limits { SoftDescriptors = 256 });
        int before = server.Descriptors;

        Task<byte[]?>[] asked = [.. Enumerable.Range(0, 1000).Select(i => Client.AskAsync(server.Port, Message.Query($"n{i}.test.", RecordType.A, i), TimeSpan.FromSeconds(3)))];
        await Task.WhenAll(asked);

        server.AssertAlive();
        Assert.InRange(server.Descriptors, before, before + 32);
    }
}
