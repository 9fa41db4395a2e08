using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Tests.Transfer;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

/// <summary>Headless Services of hosts that are known by name: EndpointSlices of address type FQDN.</summary>
public sealed class NamedEndpointsTests
{
    private const string Objects = """
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: mixed, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: own, namespace: shop}, spec: {clusterIP: 10.96.0.1, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: idle, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: inner, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: near, namespace: shop}, spec: {type: ExternalName, externalName: db.shop.svc.cluster.local}}
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        addressType: FQDN
        ports: [{name: sql, port: 5432}]
        endpoints:
        - {addresses: [www.Example.com], hostname: second}
        - {addresses: [db.example.com.]}
        - {addresses: [aaa.example.com], conditions: {ready: false}}
        - {addresses: [a..b, 192.0.2.1]}
        ---
        kind: EndpointSlice
        metadata: {name: mixed-1, namespace: shop, labels: {kubernetes.io/service-name: mixed}}
        addressType: FQDN
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [www.example.com]}]
        ---
        kind: EndpointSlice
        metadata: {name: mixed-2, namespace: shop, labels: {kubernetes.io/service-name: mixed}}
        addressType: IPv4
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}]
        ---
        kind: EndpointSlice
        metadata: {name: own-1, namespace: shop, labels: {kubernetes.io/service-name: own}}
        addressType: FQDN
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [www.example.com]}]
        ---
        kind: EndpointSlice
        metadata: {name: idle-1, namespace: shop, labels: {kubernetes.io/service-name: idle}}
        addressType: FQDN
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [www.example.com], conditions: {ready: false}}]
        ---
        kind: EndpointSlice
        metadata: {name: inner-1, namespace: shop, labels: {kubernetes.io/service-name: inner}}
        addressType: FQDN
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [own.shop.svc.cluster.local]}]
        """;

    [Theory]
    [InlineData("db.shop.svc", RecordType.A, "NOERROR|Answer: db.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    [InlineData("db.shop.svc", RecordType.AAAA, "NOERROR|Answer: db.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    [InlineData("db.shop.svc", RecordType.CNAME, "NOERROR|Answer: db.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    [InlineData("DB.shop.svc", RecordType.A, "NOERROR|Answer: DB.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    [InlineData("second.db.shop.svc", RecordType.A, "NOERROR|Answer: second.db.shop.svc.cluster.local. 5 CNAME www.Example.com.")]
    [InlineData("db-example-com.db.shop.svc", RecordType.A, "NOERROR|Answer: db-example-com.db.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    [InlineData("_sql._tcp.db.shop.svc", RecordType.SRV, "NOERROR|Answer: _sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db.example.com.|Answer: _sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 www.Example.com.")]
    [InlineData("db.shop.svc", RecordType.SRV, "NOERROR|Answer: db.shop.svc.cluster.local. 5 SRV 0 50 5432 db.example.com.|Answer: db.shop.svc.cluster.local. 5 SRV 0 50 5432 www.Example.com.")]
    [InlineData("mixed.shop.svc", RecordType.A, "NOERROR|Answer: mixed.shop.svc.cluster.local. 5 A 10.1.0.1")]
    [InlineData("own.shop.svc", RecordType.A, "NOERROR|Answer: own.shop.svc.cluster.local. 5 A 10.96.0.1")]
    [InlineData("inner.shop.svc", RecordType.A, "NOERROR|Answer: inner.shop.svc.cluster.local. 5 CNAME own.shop.svc.cluster.local.|Answer: own.shop.svc.cluster.local. 5 A 10.96.0.1")]
    [InlineData("near.shop.svc", RecordType.A, "NOERROR|Answer: near.shop.svc.cluster.local. 5 CNAME db.shop.svc.cluster.local.|Answer: db.shop.svc.cluster.local. 5 CNAME db.example.com.")]
    public void A_Service_of_names_alone_is_an_alias_and_beside_addresses_the_addresses_count(string name, RecordType type, string expected)
        => Assert.Equal(expected, Create().Ask(name + ".cluster.local.", type).Replace('\n', '|'));

    [Theory]
    [InlineData("db.shop.svc", RecordType.TXT, "NOERROR")]
    [InlineData("_sql._tcp.db.shop.svc", RecordType.A, "NOERROR")]
    [InlineData("_web._tcp.db.shop.svc", RecordType.SRV, "NXDOMAIN")]
    [InlineData("aaa-example-com.db.shop.svc", RecordType.A, "NXDOMAIN")]
    [InlineData("192-0-2-1.db.shop.svc", RecordType.A, "NXDOMAIN")]
    [InlineData("www-example-com.mixed.shop.svc", RecordType.A, "NXDOMAIN")]
    [InlineData("idle.shop.svc", RecordType.A, "NXDOMAIN")]
    public void Other_names_and_types_have_no_records(string name, RecordType type, string code)
        => Assert.StartsWith(code + "\nAuthority: cluster.local. 5 SOA", Create().Ask(name + ".cluster.local.", type), StringComparison.Ordinal);

    [Fact]
    public void Answering_allocates_nothing()
    {
        PluginKit kit = Create();
        Query query = kit.Serve("_sql._tcp.db.shop.svc.cluster.local.", RecordType.CNAME);

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Fact]
    public void A_transfer_has_what_queries_get()
    {
        string[] records = [.. TransferKit.Transfer(TransferKit.Create("transfer {\n to *\n}", Objects), "cluster.local.")
            .SelectMany(static message => message)
            .Where(static line => line.Contains("db.shop.svc", StringComparison.Ordinal) && !line.Contains("mixed", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

        Assert.Equal(
            [
                "_sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db.example.com.",
                "_sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 www.Example.com.",
                "db-example-com.db.shop.svc.cluster.local. 5 CNAME db.example.com.",
                "db.shop.svc.cluster.local. 5 CNAME db.example.com.",
                "near.shop.svc.cluster.local. 5 CNAME db.shop.svc.cluster.local.",
                "second.db.shop.svc.cluster.local. 5 CNAME www.Example.com.",
            ],
            records);
    }

    [Fact]
    public void Clients_outside_get_the_alias_where_headless_Services_are_published()
    {
        PluginKit kit = new(
            [new ExternalPlugin(), new KubernetesPlugin(static () => [])],
            "k8s_external example.org {\n headless\n}\nkubernetes cluster.local {\n manifests objects.yaml\n}",
            files: new FakeFiles { ["objects.yaml"] = Objects });

        Assert.Equal("NOERROR\nAnswer: db.shop.example.org. 5 CNAME db.example.com.", kit.Ask("db.shop.example.org."));
    }

    private static PluginKit Create()
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => []), "kubernetes cluster.local {\n manifests objects.yaml\n}", files: new FakeFiles { ["objects.yaml"] = Objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
