using ClusterDns.Plugins.Tests.Kubernetes.Api.TestKit;
using ClusterDns.Plugins.Tests.TestKit;
using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests.Kubernetes;

/// <summary>What CoreDNS answered for the same cluster under several Corefiles.</summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    /// <summary>
    /// The questions that are answered otherwise on purpose: a name that exists has no NXDOMAIN for any type (docs/differences.md).
    /// </summary>
    private static readonly Dictionary<string, string[]> Deliberate = new(StringComparer.Ordinal)
    {
        ["kubeadm"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. AAAA",
            "dns-version.cluster.local. DS",
            "dns-version.cluster.local. MX",
            "dns-version.cluster.local. PTR",
            "dns-version.cluster.local. SRV",

            // Exists, with addresses.
            "ns.dns.cluster.local. PTR",

            // Exists, with names below it.
            "pod.cluster.local. TXT",
        ],
        ["narrowed"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
        ["noendpoints"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
        ["verified"] =
        [
            // Exists, with a TXT record.
            "dns-version.cluster.local. A",
            "dns-version.cluster.local. SRV",
        ],
        ["zonal"] =
        [
            // Exists, with an SOA.
            "in-addr.arpa. TXT",
        ],
    };

    public static TheoryData<string> Corefiles => new(Deliberate.Keys);

    [Theory]
    [MemberData(nameof(Corefiles))]
    public void Answers_from_manifests_agree_with_the_recorded_ones(string corefile)
    {
        GoldenCorefile golden = new(corefile);
        Compare(corefile, golden, golden.Create("manifests cluster.json", new FakeFiles { ["cluster.json"] = GoldenCorefile.Cluster }));
    }

    [Theory]
    [InlineData("kubeadm", true, 3)]
    [InlineData("kubeadm", false, 3)]
    [InlineData("narrowed", true, 3)]
    [InlineData("noendpoints", true, 2)]
    [InlineData("verified", true, 4)]
    [InlineData("verified", false, 4)]
    [InlineData("zonal", true, 4)]
    public async Task Answers_from_an_API_server_agree_with_the_recorded_ones(string corefile, bool hasWatchList, int watches)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.HasWatchList = hasWatchList;
        server.Put(GoldenCorefile.Cluster);
        GoldenCorefile golden = new(corefile);
        PluginKit kit = golden.Create($"endpoint {server.Url}", new FakeFiles());
        await using ApiKit api = await new ApiKit(server, kit).StartAsync(watches);

        Compare(corefile, golden, kit);
    }

    private void Compare(string corefile, GoldenCorefile golden, PluginKit kit)
        => Assert.Equal(
            Deliberate[corefile].Order(StringComparer.Ordinal),
            golden.FindDisagreements(kit, output).Order(StringComparer.Ordinal));
}
