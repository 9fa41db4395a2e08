using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Memory;
using ClusterDns.Soak;

namespace ClusterDns.Attack;

/// <summary>What docs/memory.md says of the runtime's heap, of the executable in a memory cgroup.</summary>
public sealed class HeapTests
{
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [AttackTheory(Needs.MemoryGroup)]
    [InlineData(64)]
    [InlineData(170)]
    public async Task Heap_limit_is_three_quarters_of_the_cgroups_memory(int mebibytes)
    {
        int metrics = FreePort.Find();
        using AttackedServer server = await AttackedServer.StartAsync(Corefile(metrics), Limits.Deployed with { Memory = mebibytes });
        using HttpClient client = new();

        Scrape scrape = await Scrape.ReadAsync(client, metrics);

        Assert.Equal(mebibytes * MiB, scrape.Sum("clusterdns_memory_limit_bytes"));
        Assert.Equal(mebibytes * MiB * MemoryTable.HeapFraction, scrape.Sum("clusterdns_heap_limit_bytes"));
    }

    [AttackFact(Needs.MemoryGroup)]
    public async Task Heap_limit_follows_a_pod_that_is_resized()
    {
        int metrics = FreePort.Find();
        using AttackedServer server = await AttackedServer.StartAsync(Corefile(metrics), Limits.Deployed with { Memory = 128 });
        using HttpClient client = new();

        server.Group!.SetLimit(256 * MiB);

        await server.UntilAsync(
            async () => (long)(await Scrape.ReadAsync(client, metrics)).Sum("clusterdns_heap_limit_bytes") == 192 * MiB, "the heap's limit has followed", Patience);
        Assert.Equal(256 * MiB, (await Scrape.ReadAsync(client, metrics)).Sum("clusterdns_memory_limit_bytes"));
    }

    /// <summary>The objects of this cluster take 4 MiB; reading them left twice as much between them before the heap was compacted.</summary>
    [AttackFact(Needs.MemoryGroup)]
    public async Task Reading_a_cluster_leaves_little_behind()
    {
        using AttackedServer server = await AttackedServer.StartAsync(
            ".:0 {\n bind 127.0.0.1\n kubernetes cluster.local {\n  manifests FOLDER/cluster.yaml\n }\n}\n",
            Limits.Deployed,
            ("cluster.yaml", Manifests.Cluster(services: 5000, endpointsOfEach: 10)));

        Assert.Equal("NOERROR 10.96.0.1", await server.AskAsync("svc-0.shop.svc.cluster.local."));
        Assert.True(server.Resident <= server.ResidentPeak - 8, $"{server.Resident} MiB resident, {server.ResidentPeak} at the peak");
    }

    private static string Corefile(int metrics) => $".:0 {{\n bind 127.0.0.1\n prometheus 127.0.0.1:{metrics}\n whoami\n}}\n";
}
