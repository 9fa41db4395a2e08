using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class KubernetesHandlerTests
{
    private const string Objects = """
        {kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIPs: [10.96.0.1, 'fd00::1'], clusterIP: 10.96.0.1, ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: bare, namespace: shop}, spec: {clusterIP: 10.96.0.9}}
        ---
        {kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: www.example.com}}
        ---
        {kind: Service, metadata: {name: in, namespace: shop}, spec: {type: ExternalName, externalName: Web.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-endpoint, namespace: shop}, spec: {type: ExternalName, externalName: db-0.db.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-pod, namespace: shop}, spec: {type: ExternalName, externalName: 10-1-0-1.shop.pod.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-nothing, namespace: shop}, spec: {type: ExternalName, externalName: nosuch.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-itself, namespace: shop}, spec: {type: ExternalName, externalName: to-itself.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: to-address, namespace: shop}, spec: {type: ExternalName, externalName: 192.0.2.7}}
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}, {addresses: [10.1.0.2]}]
        ---
        kind: EndpointSlice
        metadata: {name: db-2, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}]
        """;

    private const string Denial = "Authority: cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 946684800 7200 1800 86400 5";

    [Theory]
    [InlineData("web.shop.svc.cluster.local.", RecordType.A, "Answer: web.shop.svc.cluster.local. 5 A 10.96.0.1")]
    [InlineData("web.shop.svc.cluster.local.", RecordType.AAAA, "Answer: web.shop.svc.cluster.local. 5 AAAA fd00::1")]
    [InlineData("_dns._udp.web.shop.svc.cluster.local.", RecordType.SRV, "Answer: _dns._udp.web.shop.svc.cluster.local. 5 SRV 0 50 53 web.shop.svc.cluster.local.|Additional: web.shop.svc.cluster.local. 5 A 10.96.0.1|Additional: web.shop.svc.cluster.local. 5 AAAA fd00::1")]
    [InlineData("db.shop.svc.cluster.local.", RecordType.A, "Answer: db.shop.svc.cluster.local. 5 A 10.1.0.1|Answer: db.shop.svc.cluster.local. 5 A 10.1.0.2")]
    [InlineData("db-0.db.shop.svc.cluster.local.", RecordType.A, "Answer: db-0.db.shop.svc.cluster.local. 5 A 10.1.0.1")]
    [InlineData("10-1-0-2.db.shop.svc.cluster.local.", RecordType.A, "Answer: 10-1-0-2.db.shop.svc.cluster.local. 5 A 10.1.0.2")]
    [InlineData("bare.shop.svc.cluster.local.", RecordType.A, "Answer: bare.shop.svc.cluster.local. 5 A 10.96.0.9")]
    [InlineData("dns-version.cluster.local.", RecordType.TXT, "Answer: dns-version.cluster.local. 28800 TXT \"1.1.0\"")]
    [InlineData("ns.dns.cluster.local.", RecordType.A, "Answer: ns.dns.cluster.local. 5 A 192.0.2.2")]
    [InlineData("cluster.local.", RecordType.NS, "Answer: cluster.local. 5 NS ns.dns.cluster.local.|Additional: ns.dns.cluster.local. 5 A 192.0.2.2")]
    [InlineData("cluster.local.", RecordType.SOA, "Answer: cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 946684800 7200 1800 86400 5")]
    [InlineData("1.0.96.10.in-addr.arpa.", RecordType.PTR, "Answer: 1.0.96.10.in-addr.arpa. 5 PTR web.shop.svc.cluster.local.")]
    [InlineData("1.0.1.10.in-addr.arpa.", RecordType.PTR, "Answer: 1.0.1.10.in-addr.arpa. 5 PTR db-0.db.shop.svc.cluster.local.")]
    [InlineData("out.shop.svc.cluster.local.", RecordType.A, "Answer: out.shop.svc.cluster.local. 5 CNAME www.example.com.")]
    [InlineData("out.shop.svc.cluster.local.", RecordType.CNAME, "Answer: out.shop.svc.cluster.local. 5 CNAME www.example.com.")]
    [InlineData("in.shop.svc.cluster.local.", RecordType.A, "Answer: in.shop.svc.cluster.local. 5 CNAME Web.shop.svc.cluster.local.|Answer: Web.shop.svc.cluster.local. 5 A 10.96.0.1")]
    [InlineData("to-endpoint.shop.svc.cluster.local.", RecordType.A, "Answer: to-endpoint.shop.svc.cluster.local. 5 CNAME db-0.db.shop.svc.cluster.local.|Answer: db-0.db.shop.svc.cluster.local. 5 A 10.1.0.1")]
    [InlineData("to-pod.shop.svc.cluster.local.", RecordType.A, "Answer: to-pod.shop.svc.cluster.local. 5 CNAME 10-1-0-1.shop.pod.cluster.local.|Answer: 10-1-0-1.shop.pod.cluster.local. 5 A 10.1.0.1")]
    [InlineData("fd00--7.shop.pod.cluster.local.", RecordType.AAAA, "Answer: fd00--7.shop.pod.cluster.local. 5 AAAA fd00::7")]
    public void It_answers(string name, RecordType type, string records)
        => Assert.Equal("NOERROR|" + records, Create().Ask(name, type).Replace('\n', '|'));

    [Theory]
    [InlineData("cluster.local.", RecordType.A)]
    [InlineData("svc.cluster.local.", RecordType.A)]
    [InlineData("shop.svc.cluster.local.", RecordType.A)]
    [InlineData("shop.pod.cluster.local.", RecordType.A)]
    [InlineData("db.shop.svc.cluster.local.", RecordType.AAAA)]
    [InlineData("web.shop.svc.cluster.local.", RecordType.TXT)]
    [InlineData("web.shop.svc.cluster.local.", RecordType.HTTPS)]
    [InlineData("bare.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("out.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("to-nothing.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("to-itself.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-1.shop.pod.cluster.local.", RecordType.AAAA)]
    public void It_says_of_names_without_records_of_the_type_that_they_exist(string name, RecordType type)
        => Assert.Equal("NOERROR\n" + Denial, Create().Ask(name, type));

    [Theory]
    [InlineData("nosuch.cluster.local.")]
    [InlineData("nosuch.svc.cluster.local.")]
    [InlineData("nosuch.shop.svc.cluster.local.")]
    [InlineData("web.nosuch.svc.cluster.local.")]
    [InlineData("nosuch.db.shop.svc.cluster.local.")]
    [InlineData("db-0.web.shop.svc.cluster.local.")]
    [InlineData("_nosuch._tcp.web.shop.svc.cluster.local.")]
    [InlineData("_http._udp.web.shop.svc.cluster.local.")]
    [InlineData("a.b.c.web.shop.svc.cluster.local.")]
    [InlineData("*.shop.svc.cluster.local.")]
    [InlineData("_http._tcp.out.shop.svc.cluster.local.")]
    [InlineData("to-address.shop.svc.cluster.local.")]
    [InlineData("10-1-0.shop.pod.cluster.local.")]
    [InlineData("10-1-0-1.nosuch.pod.cluster.local.")]
    public void It_denies_what_is_not_there(string name) => Assert.Equal("NXDOMAIN\n" + Denial, Create().Ask(name));

    [Fact]
    public void The_case_of_the_question_is_kept_where_its_zone_is_repeated()
        => Assert.Equal(
            "NOERROR\nAnswer: _SQL._tcp.DB.Shop.SVC.Cluster.LOCAL. 5 SRV 0 33 5432 db-0.db.shop.svc.Cluster.LOCAL.\n"
                + "Answer: _SQL._tcp.DB.Shop.SVC.Cluster.LOCAL. 5 SRV 0 33 5432 10-1-0-2.db.shop.svc.Cluster.LOCAL.\n"
                + "Additional: db-0.db.shop.svc.Cluster.LOCAL. 5 A 10.1.0.1\nAdditional: 10-1-0-2.db.shop.svc.Cluster.LOCAL. 5 A 10.1.0.2",
            Create().Ask("_SQL._tcp.DB.Shop.SVC.Cluster.LOCAL.", RecordType.SRV));

    [Fact]
    public void Several_zones_are_served_from_one_cluster_and_reverse_names_lead_into_the_first()
    {
        PluginKit kit = Create("in-addr.arpa other.test cluster.local");

        Assert.Contains("SRV 0 50 80 web.shop.svc.cluster.local.", kit.Ask("_http._tcp.web.shop.svc.cluster.local.", RecordType.SRV), StringComparison.Ordinal);
        Assert.Contains("SRV 0 50 80 web.shop.svc.other.test.", kit.Ask("_http._tcp.web.shop.svc.other.test.", RecordType.SRV), StringComparison.Ordinal);
        Assert.Contains("PTR web.shop.svc.other.test.", kit.Ask("1.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
        Assert.Contains("other.test. 5 SOA ns.dns.other.test.", kit.Ask("nosuch.other.test."), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web.shop.svc.in-addr.arpa.")]
    [InlineData("shop.svc.in-addr.arpa.")]
    [InlineData("10-1-0-1.shop.pod.in-addr.arpa.")]
    public void Reverse_zones_hold_no_services_and_pods(string name)
        => Assert.StartsWith("NXDOMAIN", Create("cluster.local in-addr.arpa").Ask(name), StringComparison.Ordinal);

    [Theory]
    [InlineData("fallthrough", "nosuch.shop.svc.cluster.local.", RecordType.A, "REFUSED")]
    [InlineData("fallthrough", "9.9.9.10.in-addr.arpa.", RecordType.PTR, "REFUSED")]
    [InlineData("fallthrough", "web.shop.svc.cluster.local.", RecordType.MX, "NOERROR\n" + Denial)]
    [InlineData("fallthrough in-addr.arpa", "9.9.9.10.in-addr.arpa.", RecordType.PTR, "REFUSED")]
    [InlineData("fallthrough in-addr.arpa", "nosuch.shop.svc.cluster.local.", RecordType.A, "NXDOMAIN\n" + Denial)]
    [InlineData("fallthrough nosuch.shop.svc.cluster.local", "nosuch.shop.svc.cluster.local.", RecordType.A, "REFUSED")]
    public void What_does_not_exist_falls_through_in_the_zones_that_say_so(string option, string name, RecordType type, string answer)
        => Assert.Equal(answer, Create(option: option).Ask(name, type));

    [Theory]
    [InlineData("www.example.com.", RecordType.A, RecordClass.IN)]
    [InlineData("web.shop.svc.cluster.local.", RecordType.A, RecordClass.CH)]
    public void What_is_not_the_clusters_is_passed_on(string name, RecordType type, RecordClass recordClass)
        => Assert.Equal("next", Create().Serve(name, type, recordClass).Response.Plugin);

    [Theory]
    [InlineData(RecordType.AXFR)]
    [InlineData(RecordType.IXFR)]
    public void Zones_are_not_transferred(RecordType type)
        => Assert.Equal("REFUSED", Create().Ask("cluster.local.", type, transport: TransportProtocol.Tcp));

    [Theory]
    [InlineData("", "10-1-0-1.shop.pod.cluster.local.")]
    [InlineData("pods disabled", "10-1-0-1.shop.pod.cluster.local.")]
    [InlineData("pods disabled", "shop.pod.cluster.local.")]
    public void Without_pods_no_pod_has_a_name(string option, string name)
        => Assert.Equal("NXDOMAIN\n" + Denial, Create(option: option, pods: "").Ask(name));

    [Fact]
    public void The_time_to_live_is_what_the_option_says_and_of_a_denial_at_most_300_seconds()
    {
        PluginKit kit = Create(option: "ttl 3600");

        Assert.Equal("NOERROR\nAnswer: web.shop.svc.cluster.local. 3600 A 10.96.0.1", kit.Ask("web.shop.svc.cluster.local."));
        Assert.Contains("cluster.local. 300 SOA", kit.Ask("nosuch.cluster.local."), StringComparison.Ordinal);
        Assert.Contains(" 86400 3600", kit.Ask("nosuch.cluster.local."), StringComparison.Ordinal);
    }

    private static PluginKit Create(string zones = "cluster.local in-addr.arpa ip6.arpa", string option = "", string pods = "pods insecure")
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Loopback, IPAddress.Parse("192.0.2.2")]),
            $"kubernetes {zones} {{\n manifests objects.yaml\n {pods}\n {option}\n}}",
            files: new FakeFiles { ["objects.yaml"] = Objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
