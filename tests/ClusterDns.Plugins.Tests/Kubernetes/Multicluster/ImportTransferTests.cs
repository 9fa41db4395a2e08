using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Tests.Transfer;
using ClusterDns.Plugins.Transfer;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>Transfers of zones that have to do with imports.</summary>
public sealed class ImportTransferTests
{
    private readonly PluginKit _kit = Create("cluster.local clusterset.local in-addr.arpa");

    [Fact]
    public void A_multicluster_zone_has_the_imported_Services_alone()
        => Assert.Equal(
            """
            10-1-0-2.east.db.shop.svc.clusterset.local. 5 A 10.1.0.2
            _dns._udp.web.shop.svc.clusterset.local. 5 SRV 0 50 53 web.shop.svc.clusterset.local.
            _http._tcp.web.shop.svc.clusterset.local. 5 SRV 0 50 80 web.shop.svc.clusterset.local.
            _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 10-1-0-2.east.db.shop.svc.clusterset.local.
            _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 db-0.east.db.shop.svc.clusterset.local.
            _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 db-0.west.db.shop.svc.clusterset.local.
            bare.shop.svc.clusterset.local. 5 A 10.100.0.2
            bare.shop.svc.clusterset.local. 5 SRV 0 100 80 bare.shop.svc.clusterset.local.
            clusterset.local. 5 NS ns.dns.clusterset.local.
            db-0.east.db.shop.svc.clusterset.local. 5 A 10.1.0.1
            db-0.west.db.shop.svc.clusterset.local. 5 A 10.2.0.1
            db-0.west.db.shop.svc.clusterset.local. 5 AAAA fd00:2::1
            db.shop.svc.clusterset.local. 5 A 10.1.0.1
            db.shop.svc.clusterset.local. 5 A 10.1.0.2
            db.shop.svc.clusterset.local. 5 A 10.2.0.1
            db.shop.svc.clusterset.local. 5 AAAA fd00:2::1
            dns-version.clusterset.local. 28800 TXT "1.1.0"
            lost-0.lost.shop.svc.clusterset.local. 5 A 10.3.0.1
            lost.shop.svc.clusterset.local. 5 A 10.3.0.1
            ns.dns.clusterset.local. 5 A 192.0.2.2
            portless.shop.svc.clusterset.local. 5 A 10.100.0.4
            web.shop.svc.clusterset.local. 5 A 10.100.0.1
            web.shop.svc.clusterset.local. 5 AAAA fd00:100::1
            web.shop.svc.clusterset.local. 5 SRV 0 25 53 web.shop.svc.clusterset.local.
            web.shop.svc.clusterset.local. 5 SRV 0 25 80 web.shop.svc.clusterset.local.
            """,
            TransferKit.ReadZone(_kit, "clusterset.local."));

    [Fact]
    public void The_clusters_own_zone_has_none_of_them()
    {
        string zone = TransferKit.ReadZone(_kit, "cluster.local.");

        Assert.Contains("web.shop.svc.cluster.local. 5 A 10.96.0.1", zone, StringComparison.Ordinal);
        Assert.DoesNotContain("10.100.", zone, StringComparison.Ordinal);
        Assert.DoesNotContain(".east.", zone, StringComparison.Ordinal);
        Assert.DoesNotContain("lost", zone, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster.local clusterset.local in-addr.arpa")]
    [InlineData("clusterset.local in-addr.arpa")]
    public void A_reverse_zone_has_what_a_query_gets(string zones)
    {
        PluginKit kit = Create(zones);
        string[] records = [.. TransferKit.ReadZone(kit, "in-addr.arpa.").Split('\n').Where(static record => record.Contains(" PTR ", StringComparison.Ordinal))];

        Assert.Contains("1.0.2.10.in-addr.arpa. 5 PTR db-0.west.db.shop.svc.clusterset.local.", records, StringComparer.Ordinal);
        Assert.Contains("1.0.100.10.in-addr.arpa. 5 PTR web.shop.svc.clusterset.local.", records, StringComparer.Ordinal);
        Assert.Equal(zones[7] == '.', records.Contains("1.0.1.10.in-addr.arpa. 5 PTR db-0.db.shop.svc.cluster.local.", StringComparer.Ordinal));
        foreach (string record in records)
        {
            Assert.Contains("Answer: " + record, kit.Ask(record[..record.IndexOf(' ', StringComparison.Ordinal)], RecordType.PTR), StringComparison.Ordinal);
        }
    }

    private static PluginKit Create(string zones)
    {
        PluginKit kit = new(
            [new TransferPlugin(), new KubernetesPlugin(static () => [System.Net.IPAddress.Parse("192.0.2.2")])],
            $"transfer {{\n to *\n}}\nkubernetes {zones} {{\nmanifests objects.yaml\nmulticluster clusterset.local\n}}",
            files: new FakeFiles { ["objects.yaml"] = MulticlusterKit.Objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
