using System.Net;
using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.Kubernetes.Multicluster;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("web.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("web.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("_http._tcp.web.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("many.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("many.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("pod-7.many.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("alias.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("7.0.1.10.in-addr.arpa.", RecordType.PTR)]
    [InlineData("1.0.96.10.in-addr.arpa.", RecordType.PTR)]
    [InlineData("10-1-2-3.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("fd00--1.shop.pod.cluster.local.", RecordType.AAAA)]
    [InlineData("nosuch.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("web.shop.svc.cluster.local.", RecordType.AAAA)]
    [InlineData("idle.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("Idle.Shop.Svc.Cluster.Local.", RecordType.A)]
    [InlineData("cluster.local.", RecordType.SOA)]
    [InlineData("cluster.local.", RecordType.NS)]
    public void A_look_up_allocates_nothing(string name, RecordType type)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Parse("192.0.2.2")]),
            "kubernetes cluster.local in-addr.arpa {\n manifests objects.yaml\n pods insecure\n namespaces shop\n ignore empty_service\n}",
            files: new FakeFiles { ["objects.yaml"] = CreateManifests() });
        Assert.Equal("", kit.Errors);

        Assert.Equal(0, kit.CountAllocatedBytes(kit.Serve(name, type, transport: TransportProtocol.Tcp)));
    }

    [Theory]
    [InlineData("10-1-0-7.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("10-1-0-7.shop.pod.cluster.local.", RecordType.SRV)]
    [InlineData("10-1-9-9.shop.pod.cluster.local.", RecordType.A)]
    [InlineData("fd00-0-0--1.shop.pod.cluster.local.", RecordType.AAAA)]
    [InlineData("zone-1.example.pin._zone.many.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("zone-1.example.pin._zone.many.shop.svc.cluster.local.", RecordType.SRV)]
    [InlineData("nosuch.prefer._zone.many.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("nosuch.pin._zone.many.shop.svc.cluster.local.", RecordType.TXT)]
    [InlineData("nosuch.pin._zone.web.shop.svc.cluster.local.", RecordType.A)]
    [InlineData("cluster.local.", RecordType.NS)]
    [InlineData("ns.dns.cluster.local.", RecordType.A)]
    public void A_look_up_of_pods_topology_zones_and_name_servers_allocates_nothing(string name, RecordType type)
    {
        PluginKit kit = new(
            new KubernetesPlugin(static () => [IPAddress.Parse("10.1.0.1")]),
            "kubernetes cluster.local {\n manifests objects.yaml\n pods verified\n zonal\n}",
            files: new FakeFiles { ["objects.yaml"] = CreateManifests() });
        Assert.Equal("", kit.Errors);

        Assert.Equal(0, kit.CountAllocatedBytes(kit.Serve(name, type, transport: TransportProtocol.Tcp)));
    }

    [Theory]
    [InlineData("web.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("_http._tcp.web.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("db.shop.svc.clusterset.local.", RecordType.AAAA)]
    [InlineData("_sql._tcp.db.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("db-0.west.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("db-0.west.db.shop.svc.clusterset.local.", RecordType.SRV)]
    [InlineData("lost-0.lost.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("west.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("north.db.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("db-0.north.db.shop.svc.clusterset.local.", RecordType.TXT)]
    [InlineData("own.shop.svc.clusterset.local.", RecordType.A)]
    [InlineData("clusterset.local.", RecordType.NS)]
    [InlineData("ns.dns.clusterset.local.", RecordType.A)]
    [InlineData("1.0.100.10.in-addr.arpa.", RecordType.PTR)]
    [InlineData("1.0.2.10.in-addr.arpa.", RecordType.PTR)]
    public void A_look_up_of_what_is_imported_allocates_nothing(string name, RecordType type)
    {
        PluginKit kit = MulticlusterKit.Create();

        Assert.Equal(0, kit.CountAllocatedBytes(kit.Serve(name, type, transport: TransportProtocol.Tcp)));
    }

    private static string CreateManifests()
    {
        StringBuilder text = new("""
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: many, namespace: shop}, spec: {clusterIP: None, ports: [{name: http, port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: alias, namespace: shop}, spec: {type: ExternalName, externalName: web.shop.svc.cluster.local}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: idle, namespace: shop}, spec: {clusterIP: 10.96.0.2, ports: [{name: http, port: 80}]}}
            ---
            kind: EndpointSlice
            metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
            endpoints: [{addresses: [10.1.1.1]}]
            ---
            kind: EndpointSlice
            metadata: {name: many-1, namespace: shop, labels: {kubernetes.io/service-name: many}}
            ports: [{name: http, port: 80}]
            endpoints:

            """);
        for (int i = 0; i < 100; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"- {{addresses: [10.1.0.{i}], hostname: pod-{i}, zone: zone-{i % 3}.example}}\n");
        }

        for (int i = 0; i < 100; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"---\n{{kind: Pod, metadata: {{name: pod-{i}, namespace: shop}}, status: {{podIP: 10.1.0.{i}}}}}\n");
        }

        return text.ToString();
    }
}
