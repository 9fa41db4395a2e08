using System.Net;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Multicluster;

/// <summary>A cluster that imports Services of the same names as some of its own, from two clusters.</summary>
internal static class MulticlusterKit
{
    public const string Objects = """
        {kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 8080}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None}}
        ---
        {kind: Service, metadata: {name: own, namespace: shop}, spec: {clusterIP: 10.96.0.2, ports: [{name: http, port: 80}]}}
        ---
        {kind: Service, metadata: {name: to-own, namespace: shop}, spec: {type: ExternalName, externalName: own.shop.svc.cluster.local}}
        ---
        kind: EndpointSlice
        metadata: {name: own-db, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0, zone: zone-a}]
        ---
        kind: ServiceImport
        apiVersion: multicluster.x-k8s.io/v1alpha1
        metadata: {name: web, namespace: shop}
        spec: {type: ClusterSetIP, ips: [10.100.0.1, 'fd00:100::1'], ports: [{name: http, port: 80, protocol: TCP}, {name: dns, port: 53, protocol: UDP}]}
        ---
        {kind: ServiceImport, metadata: {name: db, namespace: shop}, spec: {type: Headless, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: ServiceImport, metadata: {name: new, namespace: shop}, spec: {type: ClusterSetIP, ports: [{name: http, port: 80}]}}
        ---
        {kind: ServiceImport, metadata: {name: bare, namespace: shop}, spec: {type: ClusterSetIP, ips: [10.100.0.2], ports: [{port: 80}]}}
        ---
        {kind: ServiceImport, metadata: {name: portless, namespace: shop}, spec: {type: ClusterSetIP, ips: [10.100.0.4]}}
        ---
        {kind: ServiceImport, metadata: {name: idle, namespace: shop}, spec: {type: Headless, ips: [10.100.0.3]}}
        ---
        {kind: ServiceImport, metadata: {name: lost, namespace: shop}, spec: {type: Headless}}
        ---
        kind: EndpointSlice
        metadata: {name: web-east, namespace: shop, labels: {kubernetes.io/service-name: derived-web, multicluster.kubernetes.io/service-name: web, multicluster.kubernetes.io/source-cluster: east}}
        ports: [{name: http, port: 80}]
        endpoints: [{addresses: [10.1.0.9], hostname: web-0}]
        ---
        kind: EndpointSlice
        metadata: {name: db-east, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: East}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0, zone: zone-a}, {addresses: [10.1.0.2]}, {addresses: [10.1.0.3], hostname: db-9, conditions: {ready: false}}]
        ---
        kind: EndpointSlice
        metadata: {name: db-west, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: west}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.2.0.1], hostname: db-0}]
        ---
        kind: EndpointSlice
        metadata: {name: db-west-6, namespace: shop, labels: {multicluster.kubernetes.io/service-name: db, multicluster.kubernetes.io/source-cluster: west}}
        addressType: IPv6
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: ['fd00:2::1'], hostname: db-0}]
        ---
        kind: EndpointSlice
        metadata: {name: idle-east, namespace: shop, labels: {multicluster.kubernetes.io/service-name: idle, multicluster.kubernetes.io/source-cluster: east}}
        endpoints: [{addresses: [10.1.0.4], conditions: {ready: false}}]
        ---
        kind: EndpointSlice
        metadata: {name: lost, namespace: shop, labels: {multicluster.kubernetes.io/service-name: lost}}
        endpoints: [{addresses: [10.3.0.1], hostname: lost-0}]
        ---
        kind: EndpointSlice
        metadata: {name: nobody, namespace: shop, labels: {multicluster.kubernetes.io/service-name: nosuch, multicluster.kubernetes.io/source-cluster: east}}
        endpoints: [{addresses: [10.1.0.5], hostname: a}]
        """;

    public static PluginKit Create(string options = "", string objects = Objects, string zones = "cluster.local clusterset.local in-addr.arpa ip6.arpa", string address = "192.0.2.2", FakeFiles? files = null)
    {
        PluginKit kit = new(
            new KubernetesPlugin(() => [IPAddress.Parse(address)]),
            $"kubernetes {zones} {{\nmanifests objects.yaml\nmulticluster clusterset.local\n{options}\n}}",
            files: files ?? new FakeFiles { ["objects.yaml"] = objects });
        Assert.Equal("", kit.Errors);
        return kit;
    }
}
