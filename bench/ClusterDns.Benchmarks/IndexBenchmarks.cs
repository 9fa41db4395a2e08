using System.Net;
using BenchmarkDotNet.Attributes;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Benchmarks;

/// <summary>
/// What a query costs from its bytes to those of the answer, in clusters of several sizes: through the kubernetes link alone, and for the
/// names of up to 1,024 Services in turn, chosen at random, so that not all that is looked up stands in the processor's caches.
/// </summary>
[MemoryDiagnoser]
public class LookUpBenchmarks
{
    private const int MostNames = 1024;

    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));

    private readonly Query _context = new Exchange().Query;
    private KubernetesHandler _handler = null!;
    private byte[][] _queries = [];
    private int _next;

    /// <summary>How many Services there are; ten times as many endpoints and Pods.</summary>
    [Params(10, 1_000, 100_000)]
    public int Services { get; set; }

    /// <summary>What is asked.</summary>
    [ParamsAllValues]
    public AskedName Name { get; set; }

    /// <summary>Makes the cluster and the queries.</summary>
    [GlobalSetup]
    public void Fill()
    {
        SampleIndex sample = new(Services);
        Zone zone = ParseZone("cluster.local");
        Zone reverse = ParseZone("in-addr.arpa");
        ZoneSet zones = new([zone, reverse]);
        KubernetesAnswerOptions options = new(zones, zone, 5, PodsMode.Verified, ZoneSet.None);
        NameServerAnswer nameServer = new(new NameServerAddresses(sample.Index, [], options.TimeToLive, static service => service), options);
        _handler = new KubernetesHandler(
            EndOfChain.Instance,
            sample.Index,
            options,
            [new ZoneRecords(zone, options.TimeToLive), new ZoneRecords(reverse, options.TimeToLive)],
            nameServer,
            new ThreadRandom(1));
        int[] services = [.. Enumerable.Range(0, Services).Where(service => SampleIndex.IsHeadless(service) == AskedNames.IsOfHeadless(Name))];
        new Random(1).Shuffle(services);
        _queries = [.. services.Take(MostNames).Select(service => AskedNames.CreateQuery(Name, service))];
        if (_queries.Select(Serve).ToArray().Any(length => length < DnsHeader.Length) || (_context.Response.Answers.Count > 0) != (Name != AskedName.Missing))
        {
            throw new InvalidOperationException("the names are not answered as they should be");
        }
    }

    /// <summary>A query.</summary>
    [Benchmark]
    public int LookUp()
    {
        _next = _next + 1 < _queries.Length ? _next + 1 : 0;
        return Serve(_queries[_next]);
    }

    private int Serve(byte[] query)
    {
        Query context = _context;
        context.Exchange.Reset();
        query.CopyTo(context.Exchange.RequestBuffer, 0);
        context.Exchange.Accept(query.Length, TransportProtocol.Tcp, Client, Client, 0);
        ValueTask served = _handler.ServeAsync(context);
        return served.IsCompletedSuccessfully ? context.Exchange.WriteResponse() : throw new InvalidOperationException("the query waits");
    }

    private static Zone ParseZone(string text)
        => ZoneParser.TryParse(text, out IReadOnlyList<Zone> zones, out string problem) ? zones[0] : throw new InvalidOperationException(problem);
}

/// <summary>
/// What a change of one object costs the index, in clusters of several sizes: of Services all over it in turn, each with addresses that
/// were never there before for a while.
/// </summary>
[MemoryDiagnoser]
public class ChangeBenchmarks
{
    /// <summary>How many changes are made beforehand.</summary>
    private const int Changes = 4000;

    private const int Versions = 8;

    private readonly ServiceObject[] _services = new ServiceObject[Changes];
    private readonly EndpointSliceObject[] _slices = new EndpointSliceObject[Changes];
    private readonly PodObject[] _pods = new PodObject[Changes];
    private SampleIndex _sample = null!;
    private int _next;

    /// <summary>How many Services there are; ten times as many endpoints and Pods.</summary>
    [Params(10, 1_000, 100_000)]
    public int Services { get; set; }

    /// <summary>Makes the cluster and the changes.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _sample = new SampleIndex(Services);
        int[] changing = [.. Enumerable.Range(0, Services).Where(static service => !SampleIndex.IsHeadless(service))];
        new Random(1).Shuffle(changing);
        changing = changing[..Math.Min(changing.Length, Changes / Versions)];
        for (int i = 0; i < Changes; i++)
        {
            int service = changing[i % changing.Length];
            int moved = (i / changing.Length) % Versions;
            _services[i] = SampleIndex.CreateService(service, new IPAddress([(byte)(172 + moved), 1, (byte)(service >> 8), (byte)service]));
            _slices[i] = SampleIndex.CreateSlice(service, moved);
            _pods[i] = SampleIndex.CreatePod(service, i % SampleIndex.EndpointsPerService, moved);
        }
    }

    /// <summary>A Service has another address.</summary>
    [Benchmark]
    public void Service() => _sample.Writer.Apply(_services[Next()]);

    /// <summary>The ten endpoints of a slice have other addresses.</summary>
    [Benchmark]
    public bool Slice() => _sample.Writer.Apply(_slices[Next()]);

    /// <summary>A Pod has another address.</summary>
    [Benchmark]
    public void Pod() => _sample.Writer.Apply(_pods[Next()]);

    private int Next() => _next = _next + 1 < Changes ? _next + 1 : 0;
}
