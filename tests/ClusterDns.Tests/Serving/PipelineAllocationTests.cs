using System.Net;
using System.Text;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.TestKit;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>
/// Serving, from the datagram's bytes to the answer's, allocates nothing; whatever the answer. Large answers take arrays from a pool
/// of the process, which a test beside these might just have emptied.
/// </summary>
[Collection(Alone.Name)]
public sealed class PipelineAllocationTests : IDisposable, ILogOutput
{
    private const int Queries = 2000;
    private const int Endpoints = 100;

    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));

    private readonly string _manifest = Path.GetTempFileName() + ".yaml";
    private readonly IQueryPipeline _pipeline;
    private readonly List<string> _lines = [];
    private bool _keepsLines;
    private long _logged;

    public PipelineAllocationTests()
    {
        File.WriteAllText(_manifest, """
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
            metadata: { name: alias, namespace: shop }
            spec: { type: ExternalName, externalName: www.example.net }
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
            """ + "\n" + string.Join('\n', Enumerable.Range(1, Endpoints).Select(
                static i => $"  - {{ addresses: [10.1.0.{i}], hostname: peer-{i}, conditions: {{ ready: true }} }}")));
        _pipeline = new ServerKit(
            $$"""
            cluster.local in-addr.arpa {
                errors
                log
                kubernetes {
                    manifests {{_manifest}}
                }
            }
            example.net {
                hosts {
                    192.0.2.80 www.example.net
                }
            }
            v4only.test {
                metadata
                log . "{name} {rcode} {/log/class} {/forward/upstream}"
                loadbalance
                dns64 {
                    allow_ipv4
                }
                hosts {
                    192.0.2.81 www.v4only.test
                    192.0.2.82 www.v4only.test
                }
            }
            failing.example {
                errors {
                    consolidate 5m "i/o timeout$"
                }
                log
                hosts {
                    192.0.2.81 www.failing.example
                    fallthrough
                }
            }
            """,
            this).Model.Listeners[0].Pipeline;
    }

    public void Dispose() => File.Delete(_manifest);

    [Theory]
    [InlineData("web.shop.svc.cluster.local.", "A", ResponseCode.NoError)]
    [InlineData("web.shop.svc.cluster.local.", "AAAA", ResponseCode.NoError)]
    [InlineData("_http._tcp.web.shop.svc.cluster.local.", "SRV", ResponseCode.NoError)]
    [InlineData("www.example.com.shop.svc.cluster.local.", "A", ResponseCode.NXDomain)]
    [InlineData("7.0.96.10.in-addr.arpa.", "PTR", ResponseCode.NoError)]
    [InlineData("alias.shop.svc.cluster.local.", "A", ResponseCode.NoError)]
    [InlineData("www.example.net.", "A", ResponseCode.NoError)]
    [InlineData("www.v4only.test.", "AAAA", ResponseCode.NoError)]
    [InlineData("www.example.org.", "A", ResponseCode.Refused)]
    public void AQueryCostsNoMemory(string name, string type, ResponseCode expected)
    {
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, name, recordType);

        AssertFree(query.AsSpan(0, length).ToArray(), expected);
        Assert.Equal(name.EndsWith(".example.net.", StringComparison.Ordinal) || expected == ResponseCode.Refused, _logged == 0);
    }

    /// <summary>Over UDP, without EDNS, as many records as fit 512 bytes, and TC.</summary>
    [Theory]
    [InlineData(TransportProtocol.Tcp)]
    [InlineData(TransportProtocol.Udp)]
    public void AHeadlessServiceOfManyEndpointsCostsNoMemory(TransportProtocol transport)
    {
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, "_http._tcp.peers.shop.svc.cluster.local.", RecordType.SRV);
        byte[] packet = query.AsSpan(0, length).ToArray();

        AssertFree(packet, ResponseCode.NoError, transport);

        Query context = new Exchange().Query;
        Assert.True(TryServe(context, packet, transport));
        bool isTruncated = (context.Exchange.ResponseMessage[2] & 2) != 0;
        int answers = context.Exchange.ResponseMessage[7];
        Assert.Equal(transport == TransportProtocol.Udp, isTruncated);
        Assert.InRange(answers, isTruncated ? 1 : Endpoints, isTruncated ? Endpoints - 1 : Endpoints);
        Assert.Equal(isTruncated ? 0 : Endpoints, context.Exchange.ResponseMessage[11]);
    }

    [Fact]
    public void AFailureThatIsLoggedCostsNoMemory()
    {
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, "Missing.failing.example.", RecordType.A);
        byte[] packet = query.AsSpan(0, length).ToArray();

        AssertFree(packet, ResponseCode.ServFail);

        Assert.InRange(_logged, 2 * (Queries + Allocations.Times), 2 * (Queries + (Allocations.Rounds * Allocations.Times)));
        _keepsLines = true;
        Assert.True(TryServe(new Exchange().Query, packet, TransportProtocol.Udp));
        Assert.Contains("[ERROR] plugin/errors: 2 missing.failing.example. A: no next plugin found", _lines, StringComparer.Ordinal);
        Assert.Contains(_lines, static line => line.Contains("A IN missing.failing.example. udp", StringComparison.Ordinal) && line.Contains("SERVFAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RecordClass.CH, 1, 0, ResponseCode.Refused)]
    [InlineData(RecordClass.IN, 2, 0, ResponseCode.FormErr)]
    [InlineData(RecordClass.IN, 1, 5, ResponseCode.NotImp)]
    public void AnErrorCostsNoMemory(RecordClass recordClass, byte questions, byte opcode, ResponseCode expected)
    {
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, "web.shop.svc.cluster.local.", RecordType.A);
        query[2] |= (byte)(opcode << 3);
        query[5] = questions;
        query[length - 1] = (byte)recordClass;

        AssertFree(query.AsSpan(0, length).ToArray(), expected);
    }

    bool ILogOutput.TryWriteLine(ReadOnlySpan<byte> line)
    {
        _logged++;
        if (_keepsLines)
        {
            _lines.Add(Encoding.UTF8.GetString(line));
        }

        return true;
    }

    private void AssertFree(byte[] query, ResponseCode expected, TransportProtocol transport = TransportProtocol.Udp)
    {
        Query context = new Exchange().Query;
        for (int i = 0; i < Queries; i++)
        {
            Assert.Equal((int)expected, Serve(context, query, transport));
        }

        Assert.Equal(0, Allocations.Count(() => Serve(context, query, transport)));
    }

    private int Serve(Query context, byte[] query, TransportProtocol transport)
    {
        int code = TryServe(context, query, transport) ? context.Exchange.ResponseMessage[3] & 15 : -1;
        context.Exchange.Reset();
        return code;
    }

    private bool TryServe(Query context, byte[] query, TransportProtocol transport)
    {
        query.CopyTo(context.Exchange.RequestBuffer, 0);
        ValueTask<bool> served = _pipeline.HandleAsync(context.Exchange, query.Length, transport, in Client, in Client, null);
        return served.IsCompletedSuccessfully && served.GetAwaiter().GetResult();
    }
}
