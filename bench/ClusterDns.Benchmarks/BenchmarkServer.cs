using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Serving;

namespace ClusterDns.Benchmarks;

/// <summary>A server in memory, with a small cluster, a hosts file and a name that no block takes.</summary>
internal sealed class BenchmarkServer
{
    private const string Corefile = """
        cluster.local {
            errors
            kubernetes {
                manifests MANIFESTS
            }
        }
        example.net {
            errors
            hosts {
                192.0.2.80 www.example.net
            }
        }
        """;

    private const string Services = """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { clusterIP: 10.96.0.7, ports: [{ name: http, port: 80, protocol: TCP }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: peers, namespace: shop }
        spec: { clusterIP: None, ports: [{ name: http, port: 80, protocol: TCP }] }
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: peers-1, namespace: shop, labels: { kubernetes.io/service-name: peers } }
        addressType: IPv4
        ports: [{ name: http, port: 8080, protocol: TCP }]
        endpoints:

        """;

    /// <summary>Builds it.</summary>
    public BenchmarkServer()
    {
        string manifests = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(manifests, Services + string.Join('\n', Enumerable.Range(1, 100).Select(
            static i => $"  - {{ addresses: [10.1.0.{i}], hostname: peer-{i}, conditions: {{ ready: true }} }}")));
        Pipeline = InMemoryServer.Build(Corefile.Replace("MANIFESTS", manifests, StringComparison.Ordinal), new MetricRegistry());
        File.Delete(manifests);
    }

    /// <summary>What serves.</summary>
    public IQueryPipeline Pipeline { get; }

    /// <summary>A query as a stub resolver sends it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    public static byte[] Query(string name, RecordType type)
    {
        Span<byte> buffer = stackalloc byte[512];
        WireWriter writer = new(buffer);
        writer.TryWriteHeader(new DnsHeader { Id = 1, Flags = HeaderFlags.RecursionDesired, QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        return buffer[..writer.Length].ToArray();
    }

    /// <summary>Serves a query, bytes in and bytes out.</summary>
    /// <param name="context">The context, used again for each query.</param>
    /// <param name="query">The query.</param>
    /// <param name="transport">How it comes.</param>
    /// <returns>The length of the answer.</returns>
    public int Serve(Query context, ReadOnlySpan<byte> query, TransportProtocol transport)
    {
        query.CopyTo(context.Exchange.RequestBuffer);
        NetworkEndpoint client = Client;
        ValueTask<bool> served = Pipeline.HandleAsync(context.Exchange, query.Length, transport, in client, in client, null);
        if (!served.IsCompletedSuccessfully || !served.GetAwaiter().GetResult())
        {
            throw new InvalidOperationException("the query was not answered");
        }

        int length = context.Exchange.ResponseLength;
        context.Exchange.Reset();
        return length;
    }

    private static NetworkEndpoint Client { get; } = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
}
