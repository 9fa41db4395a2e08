using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>The names of imported Services, by the specification of multicluster DNS; section numbers are its.</summary>
public sealed class ImportedNamesTests
{
    private const string Options = "pods insecure\nzonal";

    private readonly PluginKit _kit = MulticlusterKit.Create(Options);

    [Theory]

    // 2.3.1: a Service with addresses of the set.
    [InlineData("web.shop.svc.clusterset.local.", RecordType.A, "Answer: web.shop.svc.clusterset.local. 5 A 10.100.0.1")]
    [InlineData("web.shop.svc.clusterset.local.", RecordType.AAAA, "Answer: web.shop.svc.clusterset.local. 5 AAAA fd00:100::1")]
    [InlineData("Web.Shop.Svc.ClusterSet.Local.", RecordType.A, "Answer: Web.Shop.Svc.ClusterSet.Local. 5 A 10.100.0.1")]
    [InlineData("bare.shop.svc.clusterset.local.", RecordType.A, "Answer: bare.shop.svc.clusterset.local. 5 A 10.100.0.2")]
    [InlineData("portless.shop.svc.clusterset.local.", RecordType.A, "Answer: portless.shop.svc.clusterset.local. 5 A 10.100.0.4")]

    // 2.3.2: its ports.
    [InlineData("_http._tcp.web.shop.svc.clusterset.local.", RecordType.SRV, "Answer: _http._tcp.web.shop.svc.clusterset.local. 5 SRV 0 50 80 web.shop.svc.clusterset.local.|Additional: web.shop.svc.clusterset.local. 5 A 10.100.0.1|Additional: web.shop.svc.clusterset.local. 5 AAAA fd00:100::1")]
    [InlineData("_dns._udp.web.shop.svc.clusterset.local.", RecordType.SRV, "Answer: _dns._udp.web.shop.svc.clusterset.local. 5 SRV 0 50 53 web.shop.svc.clusterset.local.|Additional: web.shop.svc.clusterset.local. 5 A 10.100.0.1|Additional: web.shop.svc.clusterset.local. 5 AAAA fd00:100::1")]

    // 2.4.1: a headless Service, the endpoints of all clusters together.
    [InlineData("db.shop.svc.clusterset.local.", RecordType.A, "Answer: db.shop.svc.clusterset.local. 5 A 10.1.0.1|Answer: db.shop.svc.clusterset.local. 5 A 10.1.0.2|Answer: db.shop.svc.clusterset.local. 5 A 10.2.0.1")]
    [InlineData("db.shop.svc.clusterset.local.", RecordType.AAAA, "Answer: db.shop.svc.clusterset.local. 5 AAAA fd00:2::1")]

    // 2.4.1: one endpoint of one cluster.
    [InlineData("db-0.east.db.shop.svc.clusterset.local.", RecordType.A, "Answer: db-0.east.db.shop.svc.clusterset.local. 5 A 10.1.0.1")]
    [InlineData("db-0.west.db.shop.svc.clusterset.local.", RecordType.A, "Answer: db-0.west.db.shop.svc.clusterset.local. 5 A 10.2.0.1")]
    [InlineData("DB-0.West.db.shop.svc.clusterset.local.", RecordType.AAAA, "Answer: DB-0.West.db.shop.svc.clusterset.local. 5 AAAA fd00:2::1")]
    [InlineData("10-1-0-2.east.db.shop.svc.clusterset.local.", RecordType.A, "Answer: 10-1-0-2.east.db.shop.svc.clusterset.local. 5 A 10.1.0.2")]
    [InlineData("db-0.west.db.shop.svc.clusterset.local.", RecordType.SRV, "Answer: db-0.west.db.shop.svc.clusterset.local. 5 SRV 0 50 5432 db-0.west.db.shop.svc.clusterset.local.|Additional: db-0.west.db.shop.svc.clusterset.local. 5 A 10.2.0.1|Additional: db-0.west.db.shop.svc.clusterset.local. 5 AAAA fd00:2::1")]

    // 2.4.2: ports of all endpoints, each by its own cluster's name.
    [InlineData("_sql._tcp.db.shop.svc.clusterset.local.", RecordType.SRV, "Answer: _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 db-0.east.db.shop.svc.clusterset.local.|Answer: _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 10-1-0-2.east.db.shop.svc.clusterset.local.|Answer: _sql._tcp.db.shop.svc.clusterset.local. 5 SRV 0 25 5432 db-0.west.db.shop.svc.clusterset.local.|Additional: db-0.east.db.shop.svc.clusterset.local. 5 A 10.1.0.1|Additional: 10-1-0-2.east.db.shop.svc.clusterset.local. 5 A 10.1.0.2|Additional: db-0.west.db.shop.svc.clusterset.local. 5 A 10.2.0.1|Additional: db-0.west.db.shop.svc.clusterset.local. 5 AAAA fd00:2::1")]

    // A slice that does not say of which cluster it is.
    [InlineData("lost.shop.svc.clusterset.local.", RecordType.A, "Answer: lost.shop.svc.clusterset.local. 5 A 10.3.0.1")]
    [InlineData("lost-0.lost.shop.svc.clusterset.local.", RecordType.A, "Answer: lost-0.lost.shop.svc.clusterset.local. 5 A 10.3.0.1")]

    // As in the cluster's own zones.
    [InlineData("web-0.east.web.shop.svc.clusterset.local.", RecordType.A, "Answer: web-0.east.web.shop.svc.clusterset.local. 5 A 10.1.0.9")]
    [InlineData("10-9-8-7.shop.pod.clusterset.local.", RecordType.A, "Answer: 10-9-8-7.shop.pod.clusterset.local. 5 A 10.9.8.7")]
    [InlineData("dns-version.clusterset.local.", RecordType.TXT, "Answer: dns-version.clusterset.local. 28800 TXT \"1.1.0\"")]
    [InlineData("ns.dns.clusterset.local.", RecordType.A, "Answer: ns.dns.clusterset.local. 5 A 192.0.2.2")]
    [InlineData("clusterset.local.", RecordType.NS, "Answer: clusterset.local. 5 NS ns.dns.clusterset.local.|Additional: ns.dns.clusterset.local. 5 A 192.0.2.2")]

    // The cluster's own Services are those of the other zones.
    [InlineData("web.shop.svc.cluster.local.", RecordType.A, "Answer: web.shop.svc.cluster.local. 5 A 10.96.0.1")]
    [InlineData("db.shop.svc.cluster.local.", RecordType.A, "Answer: db.shop.svc.cluster.local. 5 A 10.1.0.1")]
    [InlineData("db-0.db.shop.svc.cluster.local.", RecordType.A, "Answer: db-0.db.shop.svc.cluster.local. 5 A 10.1.0.1")]
    [InlineData("zone-a.pin._zone.db.shop.svc.cluster.local.", RecordType.A, "Answer: zone-a.pin._zone.db.shop.svc.cluster.local. 5 A 10.1.0.1")]
    public void A_name_has_its_records(string name, RecordType type, string records)
        => Assert.Equal("NOERROR|" + records, _kit.Ask(name, type).Replace('\n', '|'));

    [Theory]
    [InlineData("clusterset.local.", RecordType.A)]
    [InlineData("svc.clusterset.local.", RecordType.A)]
    [InlineData("shop.svc.clusterset.local.", RecordType.TXT)]
    [InlineData("web.shop.svc.clusterset.local.", RecordType.TXT)]
    [InlineData("bare.shop.svc.clusterset.local.", RecordType.AAAA)]
    [InlineData("new.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("portless.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("_http._tcp.new.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("db-0.east.db.shop.svc.clusterset.local.", RecordType.AAAA)]
    [InlineData("db-0.east.db.shop.svc.clusterset.local.", RecordType.MX)]
    [InlineData("lost.shop.svc.clusterset.local.", RecordType.SRV)]

    // 2.3.4 and 2.4.4: a cluster's name has no records; but there are names below it.
    [InlineData("east.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("EAST.db.shop.svc.clusterset.local.", RecordType.AAAA)]
    [InlineData("west.db.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("west.db.shop.svc.clusterset.local.", RecordType.TXT)]
    [InlineData("east.web.shop.svc.clusterset.local.", RecordType.A)]
    public void A_name_without_records_of_the_type_is_not_denied(string name, RecordType type)
        => Assert.StartsWith("NOERROR\nAuthority: ", _kit.Ask(name, type), StringComparison.Ordinal);

    [Theory]
    [InlineData("own.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("derived-web.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("to-own.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("to-own.shop.svc.clusterset.local.", RecordType.CNAME)]
    [InlineData("nosuch.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("web.nosuch.svc.clusterset.local.", RecordType.A)]
    [InlineData("idle.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("east.idle.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("north.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("west.web.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("db-0.north.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("db-9.east.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("10-1-0-2.west.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("db-0.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("lost-0.east.lost.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("east.lost.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("_http._tcp.db.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("_http._udp.web.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("http.tcp.web.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("a.db-0.east.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("zone-a.pin._zone.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("new.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("db-0.east.db.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("east.db.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("web-0.web.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("4.0.1.10.in-addr.arpa.", RecordType.PTR)]
    public void Any_other_name_is_denied(string name, RecordType type)
        => Assert.StartsWith("NXDOMAIN\nAuthority: ", _kit.Ask(name, type), StringComparison.Ordinal);

    [Theory]

    // 2.3.3 and 2.4.3: what has a name in the cluster has no other.
    [InlineData("1.0.96.10.in-addr.arpa.", "web.shop.svc.cluster.local.")]
    [InlineData("1.0.1.10.in-addr.arpa.", "db-0.db.shop.svc.cluster.local.")]
    [InlineData("9.0.1.10.in-addr.arpa.", "web-0.derived-web.shop.svc.cluster.local.")]
    [InlineData("1.0.100.10.in-addr.arpa.", "web.shop.svc.clusterset.local.")]
    [InlineData("2.0.1.10.in-addr.arpa.", "10-1-0-2.east.db.shop.svc.clusterset.local.")]
    [InlineData("1.0.2.10.in-addr.arpa.", "db-0.west.db.shop.svc.clusterset.local.")]
    [InlineData("1.0.3.10.in-addr.arpa.", "lost-0.lost.shop.svc.clusterset.local.")]
    [InlineData("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.0.d.f.ip6.arpa.", "db-0.west.db.shop.svc.clusterset.local.")]
    public void An_address_has_the_name_of_an_import_where_it_has_none_in_the_cluster(string name, string target)
        => Assert.Equal($"NOERROR\nAnswer: {name} 5 PTR {target}", _kit.Ask(name, RecordType.PTR));

    [Fact]
    public void The_server_of_a_multicluster_zone_is_named_in_that_zone()
    {
        const string dns = """
            {kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.96.0.10, ports: [{port: 53}]}}
            ---
            {kind: EndpointSlice, metadata: {name: a, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}, endpoints: [{addresses: [10.1.0.53]}]}
            """;
        PluginKit kit = MulticlusterKit.Create(objects: dns, address: "10.1.0.53");

        Assert.Equal(
            "NOERROR\nAnswer: clusterset.local. 5 NS ns.dns.clusterset.local.\nAdditional: ns.dns.clusterset.local. 5 A 10.96.0.10",
            kit.Ask("clusterset.local.", RecordType.NS));
        Assert.Contains("NS kube-dns.kube-system.svc.cluster.local.", kit.Ask("cluster.local.", RecordType.NS), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clusterset.local cluster.local in-addr.arpa", "web.shop.svc.cluster.local.", "web.shop.svc.clusterset.local.")]
    [InlineData("cluster.local sub.clusterset.local clusterset.local in-addr.arpa", "web.shop.svc.cluster.local.", "web.shop.svc.clusterset.local.")]
    [InlineData("clusterset.local in-addr.arpa", "", "web.shop.svc.clusterset.local.")]
    public void Reverse_names_lead_to_zones_that_have_the_Service(string zones, string own, string import)
    {
        PluginKit kit = MulticlusterKit.Create(zones: zones);

        Assert.Equal(
            own.Length > 0 ? $"NOERROR\nAnswer: 1.0.96.10.in-addr.arpa. 5 PTR {own}" : "NXDOMAIN",
            kit.Ask("1.0.96.10.in-addr.arpa.", RecordType.PTR).Split("\nAuthority")[0]);
        Assert.Equal($"NOERROR\nAnswer: 1.0.100.10.in-addr.arpa. 5 PTR {import}", kit.Ask("1.0.100.10.in-addr.arpa.", RecordType.PTR));
    }

    [Fact]
    public void An_address_has_its_other_names_where_one_is_longer_than_names_are()
    {
        string label = new('x', 63);
        string objects = $$$"""
            kind: EndpointSlice
            metadata: {name: long, namespace: {{{label}}}, labels: {multicluster.kubernetes.io/service-name: {{{label}}}, multicluster.kubernetes.io/source-cluster: {{{label}}}}}
            endpoints: [{addresses: [10.1.0.1], hostname: {{{label}}}}]
            ---
            kind: EndpointSlice
            metadata: {name: short, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: east}}
            endpoints: [{addresses: [10.1.0.1], hostname: db-0}]
            """;

        Assert.Equal(
            "NOERROR\nAnswer: 1.0.1.10.in-addr.arpa. 5 PTR db-0.east.db.shop.svc.clusterset.local.",
            MulticlusterKit.Create(objects: objects).Ask("1.0.1.10.in-addr.arpa.", RecordType.PTR));
    }

    [Fact]
    public void A_zone_within_a_multicluster_zone_is_one()
    {
        PluginKit kit = MulticlusterKit.Create(zones: "cluster.local clusterset.local sub.clusterset.local");

        Assert.Contains("10.100.0.1", kit.Ask("web.shop.svc.sub.clusterset.local."), StringComparison.Ordinal);
        Assert.Contains("SRV 0 50 80 web.shop.svc.sub.clusterset.local.", kit.Ask("_http._tcp.web.shop.svc.sub.clusterset.local.", RecordType.SRV), StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_are_named_after_their_pods_where_that_is_asked_for()
    {
        const string objects = """
            {kind: ServiceImport, metadata: {name: db, namespace: shop}, spec: {type: Headless}}
            ---
            kind: EndpointSlice
            metadata: {name: db-1, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: east}}
            endpoints: [{addresses: [10.1.0.1], targetRef: {kind: Pod, name: pod-1}}]
            """;

        Assert.Contains("10.1.0.1", MulticlusterKit.Create("endpoint_pod_names", objects).Ask("pod-1.east.db.shop.svc.clusterset.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", MulticlusterKit.Create("", objects).Ask("pod-1.east.db.shop.svc.clusterset.local."), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_exist_falls_through_in_the_zones_that_do()
    {
        PluginKit kit = MulticlusterKit.Create("fallthrough clusterset.local");

        Assert.StartsWith("REFUSED", kit.Ask("own.shop.svc.clusterset.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR", kit.Ask("east.db.shop.svc.clusterset.local."), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("new.shop.svc.cluster.local."), StringComparison.Ordinal);
    }
}
