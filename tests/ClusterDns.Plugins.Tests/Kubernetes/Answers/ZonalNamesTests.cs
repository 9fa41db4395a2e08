using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

public sealed class ZonalNamesTests
{
    private const string Objects = """
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}, {name: web, port: 80}]}}
        ---
        {kind: Service, metadata: {name: idle, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}}
        ---
        {kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: www.example.com}}
        ---
        {kind: Service, metadata: {name: near, namespace: shop}, spec: {type: ExternalName, externalName: zone-a.pin._zone.db.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: near-web, namespace: shop}, spec: {type: ExternalName, externalName: zone-a.pin._zone.web.shop.svc.cluster.local}}
        ---
        {kind: Service, metadata: {name: near-out, namespace: shop}, spec: {type: ExternalName, externalName: zone-a.pin._zone.out.shop.svc.cluster.local}}
        ---
        kind: EndpointSlice
        metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
        endpoints: [{addresses: [10.1.9.1], zone: zone-a}]
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}, {name: web, port: 80}]
        endpoints:
        - {addresses: [10.1.0.1], hostname: db-0, zone: Zone-A}
        - {addresses: [10.1.0.2], hostname: db-1, zone: zone-b}
        - {addresses: [10.1.0.3], hostname: db-2, zone: corp.Example.com}
        - {addresses: [10.1.0.4], hostname: db-3}
        - {addresses: [10.1.0.5], hostname: db-4, zone: zone-c, conditions: {ready: false}}
        - {addresses: [10.1.0.6], hostname: db-5, zone: a..b}
        ---
        kind: EndpointSlice
        metadata: {name: db-2, namespace: shop, labels: {kubernetes.io/service-name: db}}
        endpoints: [{addresses: [10.1.0.7], zone: zone-a}]
        """;

    [Theory]
    [InlineData("zone-a.pin._zone.db.shop.svc.cluster.local.", "10.1.0.1 10.1.0.7")]
    [InlineData("ZONE-A.Pin._Zone.db.shop.svc.cluster.local.", "10.1.0.1 10.1.0.7")]
    [InlineData("zone-b.prefer._zone.db.shop.svc.cluster.local.", "10.1.0.2")]
    [InlineData("corp.example.com.pin._zone.db.shop.svc.cluster.local.", "10.1.0.3")]
    [InlineData("zone-c.prefer._zone.db.shop.svc.cluster.local.", "10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4 10.1.0.6 10.1.0.7")]
    [InlineData("example.com.prefer._zone.db.shop.svc.cluster.local.", "10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4 10.1.0.6 10.1.0.7")]
    public void A_name_means_the_endpoints_of_its_topology_zone_and_where_it_prefers_that_all_when_there_are_none(string name, string addresses)
        => Assert.Equal(
            "NOERROR" + string.Concat(addresses.Split(' ').Select(address => $"|Answer: {name} 5 A {address}")),
            Create("zonal").Ask(name).Replace('\n', '|'));

    [Fact]
    public void Service_records_lead_to_the_endpoints_own_names()
        => Assert.Equal(
            "NOERROR|Answer: zone-b.pin._zone.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db-1.db.shop.svc.cluster.local."
                + "|Answer: zone-b.pin._zone.db.shop.svc.cluster.local. 5 SRV 0 50 80 db-1.db.shop.svc.cluster.local."
                + "|Additional: db-1.db.shop.svc.cluster.local. 5 A 10.1.0.2",
            Create("zonal").Ask("zone-b.pin._zone.db.shop.svc.cluster.local.", RecordType.SRV).Replace('\n', '|'));

    [Fact]
    public void An_external_name_leads_to_one()
        => Assert.Equal(
            "NOERROR|Answer: near.shop.svc.cluster.local. 5 CNAME zone-a.pin._zone.db.shop.svc.cluster.local."
                + "|Answer: zone-a.pin._zone.db.shop.svc.cluster.local. 5 A 10.1.0.1|Answer: zone-a.pin._zone.db.shop.svc.cluster.local. 5 A 10.1.0.7",
            Create("zonal").Ask("near.shop.svc.cluster.local.").Replace('\n', '|'));

    [Theory]
    [InlineData("zone-c.pin._zone.db.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("zone-c.pin._zone.db.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("zone-c.pin._zone.db.shop.svc.cluster.local.", RecordType.TXT)]
    [InlineData("zone-c.pin._zone.db.shop.svc.cluster.local.", RecordType.HTTPS)]
    [InlineData("zone-a.pin._zone.db.shop.svc.cluster.local.", RecordType.AAAA)]
    [InlineData("nosuch.pin._zone.db.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("corp\\.example\\.com.pin._zone.db.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("zone-a.prefer._zone.idle.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("near-web.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("near-out.shop.svc.cluster.local.", RecordType.A)]
    public void A_topology_zone_without_endpoints_is_not_denied(string name, RecordType type)
        => Assert.StartsWith("NOERROR\nAuthority: cluster.local. 5 SOA", Create("zonal").Ask(name, type), StringComparison.Ordinal);

    [Theory]
    [InlineData("zonal", "zone-a.pin._zone.web.shop.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.out.shop.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.nosuch.shop.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.db.nosuch.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.other._zone.db.shop.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.pin.zone.db.shop.svc.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.db.shop.pod.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.db.shop.nosuch.cluster.local.")]
    [InlineData("zonal", "zone-a.pin._zone.x.db.shop.svc.cluster.local.")]
    [InlineData("zonal", "pin._zone.db.shop.svc.cluster.local.")]
    [InlineData("", "zone-a.pin._zone.db.shop.svc.cluster.local.")]
    public void Any_other_name_of_that_form_is_denied(string option, string name)
        => Assert.StartsWith("NXDOMAIN", Create(option).Ask(name), StringComparison.Ordinal);

    private static PluginKit Create(string option)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => []),
            $"kubernetes cluster.local {{\n manifests objects.yaml\n {option}\n}}",
            files: new FakeFiles { ["objects.yaml"] = Objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
