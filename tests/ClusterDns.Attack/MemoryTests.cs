using System.Globalization;
using System.Text;
using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack;

/// <summary>Memory that others can make the server use (170 MiB is what deploy/ asks for).</summary>
public sealed class MemoryTests
{
    private const int Pipelined = 128;
    private const int LargestText = 238;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    [AttackTheory(Needs.MemoryGroup)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(600)]
    public async Task Clients_that_never_read_large_upstream_answers_do_not_exhaust_memory(int clients)
    {
        using ScriptedPeer upstream = new() { OnConnection = static connection => connection.AnswerAllAsync(LargeOrAddress), OnDatagram = static (query, _) => [LargeOrTruncated(query)] };
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n cache 30\n forward . {upstream.Address}\n}}\n", Limits.Deployed);
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("before.test."));
        using ReluctantReaders readers = new();

        await readers.ConnectAsync(server.Port, clients, Pipeline("big{0}.test.", RecordType.TXT));
        await WatchAsync(server);

        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("before.test."));
        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("after.test."));
    }

    [AttackTheory(Needs.MemoryGroup)]
    [InlineData(100)]
    [InlineData(900)]
    public async Task Clients_that_never_read_large_headless_answers_do_not_exhaust_memory(int clients)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n",
            Limits.Deployed,
            ("cluster.yaml", Manifests.Headless(endpoints: 900)));
        using ReluctantReaders readers = new();

        await readers.ConnectAsync(server.Port, clients, Pipeline("peers.shop.svc.cluster.local.", RecordType.SRV));
        await WatchAsync(server);

        Assert.Equal("NOERROR 10.96.0.7", await server.AskAsync("web.shop.svc.cluster.local."));
    }

    [AttackFact(Needs.MemoryGroup)]
    public async Task Secondaries_that_never_read_a_transfer_do_not_exhaust_memory()
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            "cluster.local:0 {\n bind 127.0.0.1\n transfer {\n  to *\n }\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n",
            Limits.Deployed,
            ("cluster.yaml", Manifests.Cluster(services: 2000, endpointsOfEach: 10)));
        using ReluctantReaders readers = new();

        await readers.ConnectAsync(server.Port, 300, Message.Frame([.. Enumerable.Range(0, 16).Select(static i => Message.Query("cluster.local.", RecordType.AXFR, i))]));
        await WatchAsync(server);

        Assert.Equal("NOERROR 10.96.0.1", await server.AskAsync("svc-0.shop.svc.cluster.local."));
    }

    [AttackFact(Needs.MemoryGroup)]
    public async Task Scrapers_that_never_read_do_not_exhaust_memory()
    {
        int metrics = FreePort.Find();
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n prometheus 127.0.0.1:{metrics}\n template IN A . {{\n  answer \"{{{{ .Name }}}} 60 IN A 192.0.2.1\"\n }}\n}}\n", Limits.Deployed);
        using ReluctantReaders scrapers = new();

        await scrapers.ConnectAsync(metrics, 200, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 100))));
        await WatchAsync(server);

        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("www.test."));
    }

    /// <summary>Files whose length is 0 by their metadata, and which have no end, or another end.</summary>
    [AttackTheory(Needs.MemoryGroup)]
    [InlineData("hosts FOLDER/watched {\n  reload 100ms\n  fallthrough\n }", "10.0.0.1 one.test\n", "/dev/zero")]
    [InlineData("hosts FOLDER/watched {\n  reload 100ms\n  fallthrough\n }", "10.0.0.1 one.test\n", "FOLDER/fifo")]
    [InlineData("hosts FOLDER/watched {\n  reload 100ms\n  fallthrough\n }", "10.0.0.1 one.test\n", "/proc/self/pagemap")]
    [InlineData("kubernetes cluster.local {\n  manifests FOLDER/watched\n }", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", "/dev/zero")]
    [InlineData("kubernetes cluster.local {\n  manifests FOLDER/watched\n }", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", "FOLDER/fifo")]
    [InlineData("loadbalance weighted FOLDER/watched {\n  reload 100ms\n }", "one.test\n10.0.0.1 3\n", "/dev/zero")]
    [InlineData("loadbalance weighted FOLDER/watched {\n  reload 100ms\n }", "one.test\n10.0.0.1 3\n", "/proc/kmsg")]
    public async Task A_watched_file_that_becomes_a_device_is_refused_and_the_old_content_stays(string directive, string content, string target)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n errors\n reload 2s 1s\n {directive}\n whoami\n}}\n", Limits.Deployed, ("watched", content));
        string before = await server.AskAsync("one.test.");
        string fifo = server.PathOf("fifo");
        await Shell.RunAsync("mkfifo", fifo);

        server.Link("watched", target.Replace("FOLDER", server.PathOf(""), StringComparison.Ordinal).Replace("//", "/", StringComparison.Ordinal));
        await WatchAsync(server);

        Assert.Equal(before, await server.AskAsync("one.test."));
        Assert.InRange(server.ResidentPeak, 0, 150);
    }

    [AttackTheory(Needs.MemoryGroup)]
    [InlineData("/dev/zero")]
    [InlineData("FOLDER/fifo")]
    public async Task A_Corefile_that_becomes_a_device_is_refused_and_the_old_configuration_stays(string target)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n errors\n reload 2s 1s\n hosts {\n  10.0.0.1 one.test\n }\n}\n", Limits.Deployed);
        await Shell.RunAsync("mkfifo", server.PathOf("fifo"));

        server.Link("Corefile", target.Replace("FOLDER", Path.GetDirectoryName(server.PathOf("x")), StringComparison.Ordinal));
        await server.SignalAsync("USR1");
        await WatchAsync(server);

        Assert.Equal("NOERROR 10.0.0.1", await server.AskAsync("one.test."));
    }

    /// <summary>18 MB: within the stated bound, and more than fits beside what is served.</summary>
    [AttackTheory(Needs.MemoryGroup)]
    [InlineData(300_000)]
    [InlineData(600_000)]
    [InlineData(1_500_000)]
    public async Task A_hosts_file_that_does_not_fit_keeps_the_old_entries_and_the_server(int names)
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n errors\n hosts FOLDER/hosts {\n  reload 100ms\n  fallthrough\n }\n whoami\n}\n",
            Limits.Deployed,
            ("hosts", "10.0.0.1 one.test\n"));
        StringBuilder large = new("10.0.0.1 one.test\n");
        for (int i = 0; i < names; i++)
        {
            large.Append(CultureInfo.InvariantCulture, $"0.0.0.0 ad{i}.block.example\n");
        }

        server.Write("hosts", large.ToString());
        await WatchAsync(server);

        Assert.Equal("NOERROR 10.0.0.1", await server.AskAsync("one.test."));
    }

    [AttackFact(Needs.MemoryGroup)]
    public async Task Memory_of_reloads_is_given_back()
    {
        string cluster = Manifests.Cluster(services: 2000, endpointsOfEach: 5);
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n errors\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n", Limits.Deployed, ("cluster.yaml", cluster));
        List<long> resident = [];
        for (int i = 0; i < 6; i++)
        {
            string address = string.Create(CultureInfo.InvariantCulture, $"10.97.0.{i + 1}");
            server.Write("cluster.yaml", cluster + Manifests.Service("marker", address));
            await server.UntilAsync(
                async () => string.Equals(await server.AskAsync("marker.shop.svc.cluster.local."), $"NOERROR {address}", StringComparison.Ordinal), "reloaded");
            await Task.Delay(500);
            resident.Add(server.Resident);
        }

        server.AssertAlive();
        Assert.True(resident[^1] <= resident[1] + 24, $"resident MiB after each reload: {string.Join(' ', resident)}");
    }

    /// <summary>Lets an attack work for a while; the server has to survive it within its limit.</summary>
    private static async Task WatchAsync(AttackedServer server)
    {
        await Task.Delay(Settling);
        server.AssertAlive();
        Assert.True(server.ResidentPeak <= 170, $"{server.ResidentPeak} MiB resident at the peak");
    }

    private static byte[] Pipeline(string name, RecordType type)
        => Message.Frame([.. Enumerable.Range(0, Pipelined).Select(i => Message.Query(string.Format(CultureInfo.InvariantCulture, name, i), type, i))]);

    private static byte[] LargeOrAddress(byte[] query) => Message.TypeOf(query) == RecordType.TXT ? Message.Texts(query, LargestText) : Message.Address(query);

    private static byte[] LargeOrTruncated(byte[] query) => Message.TypeOf(query) == RecordType.TXT ? Message.Truncated(query) : Message.Address(query);
}
