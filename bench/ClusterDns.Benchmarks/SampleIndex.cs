using System.Globalization;
using System.Net;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Benchmarks;

/// <summary>
/// The index of a cluster of some size: Services with an address and ten endpoints each, one in ten of them headless, and a Pod an endpoint. Beside
/// them, of any size alike, a headless Service with 100 endpoints.
/// </summary>
internal sealed class SampleIndex
{
    /// <summary>How many endpoints a Service has.</summary>
    public const int EndpointsPerService = 10;

    /// <summary>The headless Service with 100 endpoints.</summary>
    public const string Large = "large.team-0.svc.cluster.local.";

    private const int Namespaces = 50;
    private const int EndpointsOfLarge = 100;

    private static readonly PortObject Http = new("http", "tcp", 8080);

    /// <summary>Makes it.</summary>
    /// <param name="services">How many Services.</param>
    public SampleIndex(int services)
    {
        Services = services;
        Writer = new ClusterIndexWriter(
            Index, TimeProvider.System, ClusterKinds.Namespace | ClusterKinds.Service | ClusterKinds.EndpointSlice | ClusterKinds.Pod);
        for (int i = 0; i < Namespaces; i++)
        {
            Writer.Apply(new NamespaceObject(SpaceOf(i)));
        }

        for (int i = 0; i < services; i++)
        {
            Writer.Apply(CreateService(i, AddressOf(i)));
            Writer.Apply(CreateSlice(i, moved: 0));
            for (int endpoint = 0; endpoint < EndpointsPerService; endpoint++)
            {
                Writer.Apply(CreatePod(i, endpoint, moved: 0));
            }
        }

        ObjectKey large = new(SpaceOf(0), "large");
        Writer.Apply(new ServiceObject(large, ServiceKind.Headless, [], [Http], "", PublishNotReadyAddresses: false));
        Writer.Apply(new EndpointSliceObject(large, large.Name, [Http], [.. Enumerable.Range(0, EndpointsOfLarge).Select(static i =>
            new EndpointObject(new IPAddress([10, 254, 0, (byte)i]), Text($"pod-{i}"), IsReady: true, Text($"pod-{i}"), "zone-a"))]));
        foreach (ClusterKinds kind in (ClusterKinds[])[ClusterKinds.Namespace, ClusterKinds.Service, ClusterKinds.EndpointSlice, ClusterKinds.Pod])
        {
            Writer.EndRelist(kind);
        }
    }

    /// <summary>How many Services.</summary>
    public int Services { get; }

    /// <summary>The index.</summary>
    public ClusterIndex Index { get; } = new();

    /// <summary>Its writer.</summary>
    public ClusterIndexWriter Writer { get; }

    /// <summary>Whether a Service is headless.</summary>
    public static bool IsHeadless(int service) => service % 10 == 9;

    /// <summary>The name of a Service.</summary>
    public static string NameOf(int service) => Text($"web-{service}.{SpaceOf(service)}.svc.cluster.local.");

    /// <summary>The namespace of a Service.</summary>
    public static string SpaceOf(int service) => Text($"team-{service % Namespaces}");

    /// <summary>The address of a Service.</summary>
    public static IPAddress AddressOf(int service) => new([172, (byte)(16 + (service >> 16)), (byte)(service >> 8), (byte)service]);

    /// <summary>The address of an endpoint.</summary>
    /// <param name="service">Its Service.</param>
    /// <param name="endpoint">Its number there.</param>
    /// <param name="moved">How often it has got another address, up to 7.</param>
    public static IPAddress AddressOf(int service, int endpoint, int moved)
    {
        int number = (service * EndpointsPerService) + endpoint;
        return new IPAddress([(byte)(20 + (moved * 16) + (number >> 16)), 1, (byte)(number >> 8), (byte)number]);
    }

    /// <summary>A Service.</summary>
    /// <param name="service">Its number.</param>
    /// <param name="address">Its address, unless it is headless.</param>
    public static ServiceObject CreateService(int service, IPAddress address) => new(
        KeyOf(service),
        IsHeadless(service) ? ServiceKind.Headless : ServiceKind.ClusterIP,
        IsHeadless(service) ? [] : [address],
        [Http],
        "",
        PublishNotReadyAddresses: false);

    /// <summary>The EndpointSlice of a Service.</summary>
    /// <param name="service">Its number.</param>
    /// <param name="moved">How often its endpoints have got other addresses, up to 7.</param>
    public static EndpointSliceObject CreateSlice(int service, int moved) => new(
        KeyOf(service),
        KeyOf(service).Name,
        [Http],
        [.. Enumerable.Range(0, EndpointsPerService).Select(endpoint => new EndpointObject(
            AddressOf(service, endpoint, moved), IsHeadless(service) ? Text($"pod-{endpoint}") : "", IsReady: true, Text($"web-{service}-{endpoint}"), "zone-a"))]);

    /// <summary>The Pod of an endpoint.</summary>
    /// <param name="service">Its Service.</param>
    /// <param name="endpoint">Its number there.</param>
    /// <param name="moved">How often it has got another address, up to 7.</param>
    public static PodObject CreatePod(int service, int endpoint, int moved)
        => new(new ObjectKey(SpaceOf(service), Text($"web-{service}-{endpoint}")), AddressOf(service, endpoint, moved));

    private static ObjectKey KeyOf(int service) => new(SpaceOf(service), Text($"web-{service}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
