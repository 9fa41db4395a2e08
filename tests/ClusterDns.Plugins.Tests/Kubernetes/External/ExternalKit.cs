using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.External;

/// <summary>k8s_external over a cluster of one's own.</summary>
internal static class ExternalKit
{
    private const string Objects = """
        {kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, externalIPs: [203.0.113.1, '2001:db8::1'], ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]}}
        ---
        {kind: Service, metadata: {name: same, namespace: shop}, spec: {clusterIP: 10.96.0.2, externalIPs: [203.0.113.1]}}
        ---
        {kind: Service, metadata: {name: twice, namespace: shop}, spec: {clusterIP: 10.96.0.3, externalIPs: [203.0.113.3], ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{ip: 203.0.113.3}]}}}
        ---
        {kind: Service, metadata: {name: lb, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.4, ports: [{name: http, port: 80}, {name: https, port: 443}]}, status: {loadBalancer: {ingress: [{hostname: lb.example.net}, {hostname: lb2.example.net}]}}}
        ---
        {kind: Service, metadata: {name: mixed, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.5, ports: [{name: http, port: 80}]}, status: {loadBalancer: {ingress: [{hostname: lb.example.net}, {ip: 203.0.113.5, hostname: ignored.example.net}, {hostname: 203.0.113.6}]}}}
        ---
        {kind: Service, metadata: {name: inside, namespace: shop}, spec: {clusterIP: 10.96.0.6, ports: [{name: http, port: 80}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: alias, namespace: shop}, spec: {type: ExternalName, externalName: www.example.com, externalIPs: [203.0.113.7]}}
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}, {addresses: [10.1.0.2]}]
        ---
        kind: EndpointSlice
        metadata: {name: inside-1, namespace: shop, labels: {kubernetes.io/service-name: inside}}
        ports: [{name: http, port: 80}]
        endpoints: [{addresses: [10.1.0.3], hostname: one}]
        ---
        kind: EndpointSlice
        metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
        ports: [{name: http, port: 80}]
        endpoints: [{addresses: [10.1.0.4]}]
        """;

    public static PluginKit Create(
        string options, string localAddress = "192.0.2.2", string? objects = null, Action<Query>? next = null, string zones = "example.org", string others = "")
        => new(
            [new ExternalPlugin(), new KubernetesPlugin(() => [IPAddress.Parse(localAddress)])],
            $"{others}\nkubernetes cluster.local {{\n manifests objects.yaml\n ttl 60\n}}\nk8s_external {zones} {{\n{options}\n}}",
            next,
            new FakeFiles { ["objects.yaml"] = objects ?? Objects });
}
