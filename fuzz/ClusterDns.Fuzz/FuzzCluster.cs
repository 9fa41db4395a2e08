namespace ClusterDns.Fuzz;

/// <summary>What the fuzzed server serves: every plugin that stands, and a cluster with every kind of object.</summary>
internal static class FuzzCluster
{
    /// <summary>The Corefile.</summary>
    /// <param name="manifests">The path of <see cref="Manifests"/>.</param>
    public static string Corefile(string manifests) => $$"""
        . {
            errors
            metadata
            log . "{combined} {/log/type} {/forward/upstream}"
            bufsize 1232
            dns64 {
                allow_ipv4
            }
            any
            minimal
            loadbalance {
                prefer 192.0.2.0/24
            }
            prometheus 127.0.0.1:0
            cache 30 {
                success 1024
                denial 1024
            }
            hosts {
                192.0.2.1 one.example.net two.example.net
                2001:db8::1 one.example.net
                ttl 60
                fallthrough
            }
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests {{manifests}}
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
            }
            whoami
        }
        big.local {
            kubernetes big.local {
                manifests {{manifests}}
            }
        }
        example.org {
            errors
            chaos Fuzz-1 somebody@example.org
            whoami
        }
        """;

    /// <summary>The cluster's objects, as YAML.</summary>
    public static string Manifests => """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec:
          clusterIP: 10.96.0.7
          clusterIPs: [10.96.0.7, "fd00::7"]
          ipFamilies: [IPv4, IPv6]
          ports: [{ name: http, port: 80, protocol: TCP }, { name: dns, port: 53, protocol: UDP }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: peers, namespace: shop }
        spec: { clusterIP: None, ports: [{ name: http, port: 80, protocol: TCP }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: alias, namespace: shop }
        spec: { type: ExternalName, externalName: one.example.net }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: inner, namespace: shop }
        spec: { type: ExternalName, externalName: peers.shop.svc.cluster.local }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: ping, namespace: shop }
        spec: { type: ExternalName, externalName: pong.shop.svc.big.local }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: pong, namespace: shop }
        spec: { type: ExternalName, externalName: ping.shop.svc.cluster.local }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: peers-1, namespace: shop, labels: { kubernetes.io/service-name: peers } }
        addressType: IPv4
        ports: [{ name: http, port: 8080, protocol: TCP }]
        endpoints:
        """ + "\n" + string.Join('\n', Enumerable.Range(1, 100).Select(
            static i => $"  - {{ addresses: [10.1.0.{i}], hostname: peer-{i}, conditions: {{ ready: true }} }}"));
}
