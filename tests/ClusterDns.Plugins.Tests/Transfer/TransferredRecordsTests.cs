using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Transfer;

/// <summary>A secondary answers what the server itself answers.</summary>
public sealed class TransferredRecordsTests
{
    private const string Everybody = "transfer {\n to *\n}";

    private const string NobodysAddress = "192.0.2.2";
    private const string AddressBehindService = "10.1.1.1";
    private const string AddressBehindHeadlessService = "10.1.0.2";
    private const string AddressBehindNoService = "10.1.0.9";

    private const string Objects = """
        {kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.96.0.10, clusterIPs: [10.96.0.10, 'fd00::a'], externalIPs: [203.0.113.53], ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}, {name: metrics, port: 9153}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: bare, namespace: shop}, spec: {clusterIP: 10.96.0.3}}
        ---
        {kind: Service, metadata: {name: lb, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.2, ports: [{name: http, port: 80}, {name: alt, port: 80}]}, status: {loadBalancer: {ingress: [{hostname: lb.example.net}, {hostname: lb2.example.net}]}}}
        ---
        {kind: Service, metadata: {name: mixed, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.5, ports: [{name: http, port: 80}]}, status: {loadBalancer: {ingress: [{hostname: lb.example.net}, {ip: 203.0.113.5}, {ip: '2001:db8::5'}]}}}
        ---
        {kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: www.example.com}}
        ---
        kind: EndpointSlice
        metadata: {name: dns-1, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
        ports: [{name: dns, port: 53, protocol: UDP}]
        endpoints: [{addresses: [10.1.1.1]}, {addresses: [10.1.1.2]}]
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}, {name: admin, port: 5433}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}, {addresses: [10.1.0.2]}, {addresses: [10.1.0.3]}]
        ---
        kind: EndpointSlice
        metadata: {name: db-2, namespace: shop, labels: {kubernetes.io/service-name: db}}
        addressType: IPv6
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: ['fd00:1::1'], hostname: db-0}]
        ---
        kind: EndpointSlice
        metadata: {name: db-3, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}]
        ---
        kind: EndpointSlice
        metadata: {name: orphan, namespace: shop, labels: {kubernetes.io/service-name: nosuch}}
        endpoints: [{addresses: [10.1.0.9]}]
        """;

    public static TheoryData<string, string, string> Zones
    {
        get
        {
            TheoryData<string, string, string> zones = [];
            foreach (string address in (string[])[NobodysAddress, AddressBehindService, AddressBehindHeadlessService, AddressBehindNoService])
            {
                zones.Add("cluster.local.", "ns.dns.cluster.local.", address);
                zones.Add("in-addr.arpa.", "ns.dns.in-addr.arpa.", address);
                zones.Add("ip6.arpa.", "ns.dns.ip6.arpa.", address);
                zones.Add("example.org.", "ns1.dns.example.org.", address);
            }

            return zones;
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Each_is_what_a_query_gets_and_those_of_the_zone_are_all_there(string zone, string nameServer, string localAddress)
    {
        PluginKit kit = Create(localAddress);
        string[] records = TransferKit.ReadZone(kit, zone).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Distinct(records, StringComparer.Ordinal);
        Assert.All(records, record =>
        {
            string[] fields = record.Split(' ');
            Assert.True(RecordTypes.TryParse(fields[2], out RecordType type));
            Assert.Contains(record, Answers(kit, fields[0], type), StringComparer.Ordinal);
        });
        foreach (string record in (IEnumerable<string>)[.. Answers(kit, zone, RecordType.NS), .. Answers(kit, nameServer, RecordType.A), .. Answers(kit, nameServer, RecordType.AAAA)])
        {
            Assert.Contains(record, records, StringComparer.Ordinal);
        }

        // An RRset is whole or not there at all.
        Assert.All(records.GroupBy(static record => $"{record.Split(' ')[0]} {record.Split(' ')[2]}", StringComparer.Ordinal), set =>
        {
            Assert.True(RecordTypes.TryParse(set.Key.Split(' ')[1], out RecordType type));
            Assert.Equal(Answers(kit, set.Key.Split(' ')[0], type).Length, set.Count());
        });
    }

    [Theory]
    [InlineData(AddressBehindService, "cluster.local.", "cluster.local. 5 NS kube-dns.kube-system.svc.cluster.local.|kube-dns.kube-system.svc.cluster.local. 5 A 10.96.0.10|ns.dns.cluster.local. 5 A 10.96.0.10|ns.dns.cluster.local. 5 AAAA fd00::a")]
    [InlineData(AddressBehindService, "in-addr.arpa.", "in-addr.arpa. 5 NS kube-dns.kube-system.svc.cluster.local.|ns.dns.in-addr.arpa. 5 A 10.96.0.10")]
    [InlineData(AddressBehindService, "example.org.", "example.org. 5 NS ns1.dns.example.org.|ns1.dns.example.org. 5 A 203.0.113.53")]
    [InlineData(AddressBehindHeadlessService, "cluster.local.", "cluster.local. 5 NS db-0.db.shop.svc.cluster.local.|cluster.local. 5 NS 10-1-0-2.db.shop.svc.cluster.local.|ns.dns.cluster.local. 5 A 10.1.0.3")]
    [InlineData(NobodysAddress, "in-addr.arpa.", "in-addr.arpa. 5 NS ns.dns.in-addr.arpa.|ns.dns.in-addr.arpa. 5 A 192.0.2.2")]
    public void The_zones_name_server_is_the_Service_in_front_of_the_server(string localAddress, string zone, string expected)
    {
        string[] records = TransferKit.ReadZone(Create(localAddress), zone).Split('\n');

        Assert.All(expected.Split('|'), record => Assert.Contains(record, records, StringComparer.Ordinal));
    }

    [Fact]
    public void Name_servers_of_reverse_zones_have_addresses()
    {
        PluginKit kit = Create(AddressBehindService);

        Assert.Equal(
            "NOERROR|Answer: In-addr.arpa. 5 NS kube-dns.kube-system.svc.cluster.local."
                + "|Additional: kube-dns.kube-system.svc.cluster.local. 5 A 10.96.0.10|Additional: kube-dns.kube-system.svc.cluster.local. 5 AAAA fd00::a",
            kit.Ask("In-addr.arpa.", RecordType.NS).Replace('\n', '|'));
    }

    [Theory]
    [InlineData("dns")]
    [InlineData("Names")]
    public void A_namespace_that_is_called_like_the_apex_is_left_out_as_queries_deny_it(string apex)
    {
        string objects = $$$"""
            {kind: Service, metadata: {name: ns1, namespace: {{{apex}}}}, spec: {clusterIP: 10.96.0.1, externalIPs: [203.0.113.1]}}
            ---
            {kind: Service, metadata: {name: web, namespace: {{{apex}}}}, spec: {clusterIP: 10.96.0.2, externalIPs: [203.0.113.2], ports: [{name: http, port: 80}]}}
            ---
            {kind: Service, metadata: {name: web, namespace: other}, spec: {clusterIP: 10.96.0.3, externalIPs: [203.0.113.3]}}
            """;
        PluginKit kit = TransferKit.Create(Everybody, objects, $"k8s_external example.org {{\n apex {apex}\n}}");
        string name = apex.ToLowerInvariant();

        Assert.StartsWith("NXDOMAIN", kit.Ask($"web.{name}.example.org."), StringComparison.Ordinal);
        Assert.Equal(
            $"example.org. 5 NS ns1.{name}.example.org.\nns1.{name}.example.org. 5 A 192.0.2.2\nweb.other.example.org. 5 A 203.0.113.3",
            TransferKit.ReadZone(kit, "example.org."));
    }

    [Fact]
    public void Services_that_are_empty_are_left_out_where_queries_deny_them()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects, options: "ignore empty_service");
        string zone = TransferKit.ReadZone(kit, "cluster.local.");

        Assert.StartsWith("NXDOMAIN", kit.Ask("bare.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.DoesNotContain("bare.shop", zone, StringComparison.Ordinal);
        Assert.Contains("kube-dns.kube-system.svc.cluster.local. 5 A 10.96.0.10", zone, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("namespace_labels dns=yes")]
    [InlineData("namespaces kube-system")]
    public void Namespaces_that_are_not_exposed_are_left_out(string option)
    {
        const string namespaces = """

            ---
            {kind: Namespace, metadata: {name: kube-system, labels: {dns: yes}}}
            ---
            {kind: Namespace, metadata: {name: shop}}

            """;
        PluginKit kit = TransferKit.Create(Everybody, Objects + namespaces, "k8s_external example.org {\n headless\n}", options: option);
        Assert.Equal("", kit.Errors);

        Assert.All(["mixed.shop.example.org.", "db.shop.example.org.", "db-0.db.shop.example.org.", "shop.example.org.", "mixed.shop.svc.cluster.local."], name =>
            Assert.StartsWith("NXDOMAIN", kit.Ask(name), StringComparison.Ordinal));
        Assert.StartsWith("NOERROR\nAnswer: ", kit.Ask("kube-dns.kube-system.example.org."), StringComparison.Ordinal);
        foreach (string zone in (string[])["cluster.local.", "example.org."])
        {
            string records = TransferKit.ReadZone(kit, zone);
            Assert.DoesNotContain(".shop.", records, StringComparison.Ordinal);
            Assert.Contains("kube-dns.kube-system.", records, StringComparison.Ordinal);
        }
    }

    private static PluginKit Create(string localAddress)
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects, "k8s_external example.org {\n headless\n}", localAddress: localAddress);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    /// <summary>The answers to a query; k8s_external answers an alias where an address is asked for, and not by its own type, as CoreDNS does.</summary>
    private static string[] Answers(PluginKit kit, string name, RecordType type)
        => [.. kit.Ask(name, type == RecordType.CNAME ? RecordType.A : type).Split('\n').Where(static line => line.StartsWith("Answer: ", StringComparison.Ordinal)).Select(static line => line["Answer: ".Length..])];
}
