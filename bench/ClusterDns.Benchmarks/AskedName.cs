using System.Globalization;
using System.Net;
using ClusterDns.Core.Wire;

namespace ClusterDns.Benchmarks;

/// <summary>What may be asked of a cluster.</summary>
public enum AskedName
{
    /// <summary>The A record of a Service with an address.</summary>
    Service,

    /// <summary>Its SRV record.</summary>
    ServicePorts,

    /// <summary>The PTR record of its address.</summary>
    ServiceAddress,

    /// <summary>The ten A records of a headless Service.</summary>
    Headless,

    /// <summary>The A record of one of its endpoints.</summary>
    Endpoint,

    /// <summary>The PTR record of one of its endpoints.</summary>
    EndpointAddress,

    /// <summary>The SRV records of a headless Service with 100 endpoints, with their addresses.</summary>
    LargePorts,

    /// <summary>The A record of a Pod by its address.</summary>
    Pod,

    /// <summary>A name of the search path that does not exist.</summary>
    Missing,
}

/// <summary>The names and types of what is asked.</summary>
internal static class AskedNames
{
    /// <summary>Whether a name is one of a headless Service.</summary>
    public static bool IsOfHeadless(AskedName name) => name is AskedName.Headless or AskedName.Endpoint or AskedName.EndpointAddress;

    /// <summary>A query for one.</summary>
    /// <param name="name">What.</param>
    /// <param name="service">Of which Service.</param>
    public static byte[] CreateQuery(AskedName name, int service)
    {
        string full = SampleIndex.NameOf(service);
        int endpoint = service / SampleIndex.EndpointsPerService % SampleIndex.EndpointsPerService;
        IPAddress address = SampleIndex.AddressOf(service, endpoint, moved: 0);
        return name switch
        {
            AskedName.Service or AskedName.Headless => BenchmarkServer.Query(full, RecordType.A),
            AskedName.ServicePorts => BenchmarkServer.Query($"_http._tcp.{full}", RecordType.SRV),
            AskedName.ServiceAddress => Reverse(SampleIndex.AddressOf(service)),
            AskedName.Endpoint => BenchmarkServer.Query(string.Create(CultureInfo.InvariantCulture, $"pod-{endpoint}.{full}"), RecordType.A),
            AskedName.EndpointAddress => Reverse(address),
            AskedName.LargePorts => BenchmarkServer.Query($"_http._tcp.{SampleIndex.Large}", RecordType.SRV),
            AskedName.Pod => BenchmarkServer.Query(
                $"{address.ToString().Replace('.', '-')}.{SampleIndex.SpaceOf(service)}.pod.cluster.local.", RecordType.A),
            AskedName.Missing => BenchmarkServer.Query($"www.example.com.{SampleIndex.SpaceOf(service)}.svc.cluster.local.", RecordType.A),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no name"),
        };
    }

    private static byte[] Reverse(IPAddress address)
        => BenchmarkServer.Query($"{string.Join('.', address.ToString().Split('.').Reverse())}.in-addr.arpa.", RecordType.PTR);
}
