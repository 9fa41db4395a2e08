using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Takes what a search finds.</summary>
internal interface IEndpointVisitor
{
    /// <summary>Takes one address with one port.</summary>
    /// <param name="data">The bytes that contain the address and the name.</param>
    /// <param name="address">The address.</param>
    /// <param name="nameOffset">The position of the endpoint's name; -1 for a Service's own address.</param>
    /// <param name="port">The port.</param>
    /// <returns>Whether to continue.</returns>
    bool Visit(byte[] data, in AddressEntry address, int nameOffset, in PortEntry port);
}

/// <summary>Finds the addresses and ports that a name of a Service means.</summary>
internal static class EndpointSearch
{
    /// <summary>Visits everything that a name means.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="slices">Its slices.</param>
    /// <param name="name">The name.</param>
    /// <param name="visitor">Takes what is found.</param>
    /// <param name="firstSlice">The index of the slice that comes first.</param>
    /// <returns>Whether the name exists.</returns>
    public static bool Visit<TVisitor>(ServicePart service, SliceEntry[] slices, in ClusterName name, ref TVisitor visitor, int firstSlice = 0)
        where TVisitor : struct, IEndpointVisitor, allows ref struct
    {
        if (!name.Zone.IsEmpty)
        {
            return service.Kind == ServiceKind.Headless && VisitZone(slices, firstSlice, in name, ref visitor);
        }

        return service.Kind == ServiceKind.Headless || !name.Endpoint.IsEmpty
            ? VisitSlices(slices, firstSlice, in name, [], ref visitor) || HasCluster(slices, in name)
            : VisitAddresses(service, in name, ref visitor);
    }

    /// <summary>
    /// Whether a name of an imported Service is that of a cluster, which has no records, but endpoints' names below it: it must not be
    /// denied.
    /// </summary>
    private static bool HasCluster(SliceEntry[] slices, in ClusterName name)
    {
        bool isCluster = false;
        for (int i = 0; !isCluster && !name.Endpoint.IsEmpty && i < slices.Length; i++)
        {
            isCluster = slices[i].IsOfCluster(name.Endpoint);
        }

        return isCluster;
    }

    /// <summary>
    /// Of a headless Service, the name exists whatever the topology zone is: one that has no endpoints for now must not be denied.
    /// </summary>
    private static bool VisitZone<TVisitor>(SliceEntry[] slices, int firstSlice, in ClusterName name, ref TVisitor visitor)
        where TVisitor : struct, IEndpointVisitor, allows ref struct
    {
        if (!VisitSlices(slices, firstSlice, in name, name.Zone, ref visitor) && name.PrefersZone)
        {
            VisitSlices(slices, firstSlice, in name, [], ref visitor);
        }

        return true;
    }

    private static bool VisitAddresses<TVisitor>(ServicePart service, in ClusterName name, ref TVisitor visitor)
        where TVisitor : struct, IEndpointVisitor, allows ref struct
    {
        bool found = false;
        foreach (ref readonly PortEntry port in service.Ports.AsSpan())
        {
            if (!Matches(in name, in port))
            {
                continue;
            }

            found = true;
            foreach (ref readonly AddressEntry address in service.Addresses.AsSpan())
            {
                if (!visitor.Visit(service.Data, in address, -1, in port))
                {
                    return true;
                }
            }
        }

        return found;
    }

    /// <returns>Whether anything was found.</returns>
    private static bool VisitSlices<TVisitor>(
        SliceEntry[] slices, int firstSlice, in ClusterName name, ReadOnlySpan<byte> zone, ref TVisitor visitor)
        where TVisitor : struct, IEndpointVisitor, allows ref struct
    {
        bool found = false;
        for (int turn = 0; turn < slices.Length; turn++)
        {
            int next = firstSlice + turn;
            SliceEntry slice = slices[next < slices.Length ? next : next - slices.Length];
            bool goesOn = true;
            if (name.Endpoint.IsEmpty)
            {
                for (int i = 0; goesOn && i < slice.Endpoints.Length; i++)
                {
                    goesOn = (!zone.IsEmpty && !slice.IsInZone(i, zone)) || VisitEndpoint(slice, i, in name, ref visitor, ref found);
                }
            }
            else
            {
                int position = -1;
                for (int i; goesOn && (i = slice.FindByName(name.Endpoint, ref position)) >= 0;)
                {
                    goesOn = VisitEndpoint(slice, i, in name, ref visitor, ref found);
                }
            }

            if (!goesOn)
            {
                break;
            }
        }

        return found;
    }

    private static bool VisitEndpoint<TVisitor>(
        SliceEntry slice, int index, in ClusterName name, ref TVisitor visitor, ref bool found)
        where TVisitor : struct, IEndpointVisitor, allows ref struct
    {
        ref readonly EndpointEntry endpoint = ref slice.Endpoints[index];
        foreach (ref readonly PortEntry port in slice.Ports.AsSpan())
        {
            if (Matches(in name, in port))
            {
                found = true;
                if (!visitor.Visit(slice.Data, endpoint.Address, endpoint.NameOffset, in port))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether a name means a port.</summary>
    /// <param name="name">The name.</param>
    /// <param name="port">The port.</param>
    public static bool Matches(in ClusterName name, in PortEntry port)
        => (name.Port.IsEmpty || name.Port.SequenceEqual(port.Name)) && (name.Protocol.IsEmpty || name.Protocol.SequenceEqual(port.Protocol));
}

/// <summary>Counts, and goes no further than it must.</summary>
/// <param name="atMost">When to stop.</param>
internal struct CountingVisitor(int atMost) : IEndpointVisitor
{
    /// <summary>How many addresses with a port there are.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public bool Visit(byte[] data, in AddressEntry address, int nameOffset, in PortEntry port) => ++Count < atMost;
}
