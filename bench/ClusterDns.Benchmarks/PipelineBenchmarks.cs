using BenchmarkDotNet.Attributes;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Benchmarks;

/// <summary>A query through everything but the socket: parse, route, chain, write.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private readonly BenchmarkServer _server = new();
    private readonly Query _context = new Exchange().Query;
    private readonly byte[] _clusterIp = BenchmarkServer.Query("web.shop.svc.cluster.local.", RecordType.A);
    private readonly byte[] _headless = BenchmarkServer.Query("_http._tcp.peers.shop.svc.cluster.local.", RecordType.SRV);
    private readonly byte[] _missing = BenchmarkServer.Query("www.example.com.shop.svc.cluster.local.", RecordType.A);
    private readonly byte[] _hosts = BenchmarkServer.Query("www.example.net.", RecordType.A);
    private readonly byte[] _nobody = BenchmarkServer.Query("www.example.org.", RecordType.A);

    /// <summary>The A record of a Service.</summary>
    [Benchmark(Baseline = true)]
    public int KubernetesA() => _server.Serve(_context, _clusterIp, TransportProtocol.Udp);

    /// <summary>A name of the search path that does not exist.</summary>
    [Benchmark]
    public int KubernetesNXDomain() => _server.Serve(_context, _missing, TransportProtocol.Udp);

    /// <summary>The SRV records of a headless Service with 100 endpoints, with their addresses.</summary>
    [Benchmark]
    public int KubernetesSrvOf100() => _server.Serve(_context, _headless, TransportProtocol.Tcp);

    /// <summary>A name of the hosts plugin.</summary>
    [Benchmark]
    public int Hosts() => _server.Serve(_context, _hosts, TransportProtocol.Udp);

    /// <summary>A name of no server block.</summary>
    [Benchmark]
    public int Refused() => _server.Serve(_context, _nobody, TransportProtocol.Udp);
}
