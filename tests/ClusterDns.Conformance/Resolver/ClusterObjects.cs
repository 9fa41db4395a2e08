using System.Globalization;

namespace ClusterDns.Conformance.Resolver;

/// <summary>Kubernetes objects as manifests.</summary>
internal static class ClusterObjects
{
    private const int EndpointsOfASlice = 100;

    /// <summary>A namespace.</summary>
    public static string Namespace(string name) => $$"""
        ---
        { apiVersion: v1, kind: Namespace, metadata: { name: {{name}} } }

        """;

    /// <summary>A Service with addresses of its own and a port that is called http.</summary>
    public static string Service(string namespaceName, string name, params string[] addresses) => $$"""
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: {{namespaceName}} }
        spec:
          clusterIP: "{{addresses[0]}}"
          clusterIPs: ["{{string.Join("\", \"", addresses)}}"]
          ports: [{ name: http, port: 80, protocol: TCP }]

        """;

    /// <summary>A Service that is another name for something.</summary>
    public static string ExternalName(string namespaceName, string name, string target) => $$"""
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: {{namespaceName}} }
        spec: { type: ExternalName, externalName: {{target}} }

        """;

    /// <summary>A Service without an address, and the slices of its endpoints, whose port is called http.</summary>
    /// <param name="namespaceName">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="endpoints">Addresses, and the hostnames of the pods that have one.</param>
    public static string Headless(string namespaceName, string name, params (string Address, string? Hostname)[] endpoints) => string.Concat(
    [
        $$"""
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: {{namespaceName}} }
        spec:
          clusterIP: None
          ports: [{ name: http, port: 8080, protocol: TCP }]

        """,
        .. endpoints.Chunk(EndpointsOfASlice).Select((slice, i) => $$"""
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: {{name}}-{{i.ToString(CultureInfo.InvariantCulture)}}, namespace: {{namespaceName}}, labels: { kubernetes.io/service-name: {{name}} } }
        addressType: IPv4
        ports: [{ name: http, port: 8080, protocol: TCP }]
        endpoints:
        {{string.Join('\n', slice.Select(static endpoint => $"- {{ addresses: [{endpoint.Address}]{Hostname(endpoint.Hostname)} }}"))}}

        """),
    ]);

    private static string Hostname(string? hostname) => hostname is null ? "" : $", hostname: {hostname}";
}
