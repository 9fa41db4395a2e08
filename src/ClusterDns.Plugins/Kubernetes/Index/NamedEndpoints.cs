using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Index;

/// <summary>A host of an EndpointSlice of address type FQDN.</summary>
/// <param name="Label">Its name within the Service, as one label in wire form, in lower case.</param>
/// <param name="Target">The host's name in wire form and its own case.</param>
internal sealed record NamedEndpoint(byte[] Label, byte[] Target);

/// <summary>
/// The hosts of a headless Service whose EndpointSlices have names and no addresses: the Service is an alias of the first, in the order of
/// their names, so that all replicas of the server choose the same; SRV records have all. Immutable.
/// </summary>
internal sealed class NamedEndpoints
{
    /// <summary>How many names of an EndpointSlice count: as many as an API server accepts.</summary>
    public const int MaxCount = 1000;

    private readonly NamedEndpoint[] _endpoints;

    private NamedEndpoints(NamedEndpoint[] endpoints, PortEntry[] ports)
    {
        _endpoints = endpoints;
        Part = new ExternalPart
        {
            Kind = ServiceKind.ClusterIP,
            Data = [],
            Addresses = [],
            Ports = ports,
            ExternalName = [],
            Hostnames = [.. endpoints.Select(static endpoint => endpoint.Target).Distinct(DomainNameComparer.Instance)],
        };
    }

    /// <summary>The Service as one that is reached by names, which has the names of all hosts and the ports of all slices.</summary>
    public ExternalPart Part { get; }

    /// <summary>The host that the Service's own name is an alias of.</summary>
    public byte[] Target => Part.Hostnames[0];

    /// <summary>The hosts, in order.</summary>
    public IReadOnlyList<NamedEndpoint> Endpoints => _endpoints;

    /// <summary>The hosts of a Service.</summary>
    /// <param name="service">The Service; null where only its slices are known.</param>
    /// <param name="slices">Its slices.</param>
    /// <returns>Null where the Service is not headless, has addresses, or has no names.</returns>
    public static NamedEndpoints? Create(ServicePart? service, SliceEntry[] slices)
    {
        if (service?.Kind != ServiceKind.Headless ||
            !Array.Exists(slices, static slice => slice.Names.Length > 0) ||
            Array.Exists(slices, static slice => slice.Endpoints.Length > 0))
        {
            return null;
        }

        NamedEndpoint[] endpoints = [.. slices.SelectMany(static slice => slice.Names)];
        Array.Sort(endpoints, static (left, right) => Compare(left, right));
        List<PortEntry> ports = [];
        foreach (PortEntry port in slices.Where(static slice => slice.Names.Length > 0).SelectMany(static slice => slice.Ports))
        {
            if (!ports.Exists(known => EntryBuilder.PortsEqual([known], [port])))
            {
                ports.Add(port);
            }
        }

        return new NamedEndpoints(endpoints, [.. ports]);
    }

    /// <summary>The host of an endpoint's name; null where no endpoint has it.</summary>
    /// <param name="label">The endpoint's name as one label in wire form, in lower case.</param>
    public byte[]? FindTarget(ReadOnlySpan<byte> label)
    {
        foreach (NamedEndpoint endpoint in _endpoints)
        {
            if (label.SequenceEqual(endpoint.Label))
            {
                return endpoint.Target;
            }
        }

        return null;
    }

    /// <summary>Whether two lists have the same hosts in the same order.</summary>
    public static bool AreEqual(NamedEndpoint[] left, NamedEndpoint[] right)
    {
        bool areEqual = left.Length == right.Length;
        for (int i = 0; areEqual && i < left.Length; i++)
        {
            areEqual = left[i].Label.AsSpan().SequenceEqual(right[i].Label) && left[i].Target.AsSpan().SequenceEqual(right[i].Target);
        }

        return areEqual;
    }

    private static int Compare(NamedEndpoint left, NamedEndpoint right)
    {
        int byTarget = left.Target.AsSpan().SequenceCompareTo(right.Target);
        return byTarget != 0 ? byTarget : left.Label.AsSpan().SequenceCompareTo(right.Label);
    }
}
