using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>
/// Answers NS of a zone, and the addresses of <c>ns.dns</c> in it: those of the Services that this server is an endpoint of, since
/// these stay when a Pod goes; where it is an endpoint of none, its own. It allocates nothing.
/// </summary>
/// <param name="index">The cluster.</param>
/// <param name="timeToLive">The time to live.</param>
/// <param name="localAddresses">The server's own addresses.</param>
internal sealed class NameServerAnswer(ClusterIndex index, uint timeToLive, IReadOnlyList<IPAddress> localAddresses)
{
    private readonly byte[][] _localAddresses = [.. localAddresses.Select(static address => address.GetAddressBytes())];

    /// <summary>Adds the addresses, each once.</summary>
    /// <param name="response">Where they are added.</param>
    /// <param name="type">The type asked; there are records of A and AAAA alone.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    public void AddAddresses(Response response, RecordType type, byte[]? owner)
    {
        if (type is not (RecordType.A or RecordType.AAAA))
        {
            return;
        }

        Span<ushort> places = stackalloc ushort[RecordSet.Places];
        places.Clear();
        AddressesOnly visitor = new(
            new AddressVisitor(response.Answers, type, timeToLive, owner, new RecordSet(places, response.Answers.Count)));
        Visit(ref visitor);
    }

    /// <summary>Adds the names, and the addresses beside them, each once.</summary>
    /// <param name="response">Where they are added.</param>
    /// <param name="askedZone">The zone as it was asked, in which the names end.</param>
    /// <param name="hasServices">Whether the zone has the names of the cluster's own Services.</param>
    public void AddNames(Response response, ReadOnlySpan<byte> askedZone, bool hasServices)
    {
        Span<ushort> names = stackalloc ushort[RecordSet.Places];
        Span<ushort> addresses = stackalloc ushort[RecordSet.Places];
        names.Clear();
        addresses.Clear();
        NameServerVisitor visitor = new(response, askedZone, hasServices, timeToLive, new RecordSet(names, 0), new RecordSet(addresses, 0));
        Visit(ref visitor);
    }

    private void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : struct, INameServerVisitor, allows ref struct
    {
        Span<byte> key = stackalloc byte[16];
        bool isEndpoint = false;
        foreach (byte[] address in _localAddresses)
        {
            EntryBuilder.WriteAddressKey(address, key);
            if (index.FindAddress(key) is { } owners)
            {
                foreach (ref readonly EndpointReference endpoint in owners.Endpoints.AsSpan())
                {
                    isEndpoint = true;
                    VisitService(endpoint.Slice, ref visitor);
                }
            }
        }

        if (isEndpoint)
        {
            return;
        }

        foreach (byte[] address in _localAddresses)
        {
            visitor.Visit([], address, new AddressEntry(0, (byte)address.Length), -1);
        }
    }

    private void VisitService<TVisitor>(SliceEntry slice, ref TVisitor visitor)
        where TVisitor : struct, INameServerVisitor, allows ref struct
    {
        if (index.FindService(slice.ServiceKey) is not { Service: { } service })
        {
            return;
        }

        if (service.Kind == ServiceKind.Headless)
        {
            foreach (ref readonly EndpointEntry endpoint in slice.Endpoints.AsSpan())
            {
                visitor.Visit(slice.ServiceKey, slice.Data, endpoint.Address, endpoint.NameOffset);
            }

            return;
        }

        foreach (ref readonly AddressEntry address in service.Addresses.AsSpan())
        {
            visitor.Visit(slice.ServiceKey, service.Data, in address, -1);
        }
    }

    private ref struct AddressesOnly(AddressVisitor visitor) : INameServerVisitor
    {
        private static readonly PortEntry NoPort = PortEntry.None;

        private readonly AddressVisitor _visitor = visitor;

        public readonly void Visit(ReadOnlySpan<byte> serviceKey, byte[] data, in AddressEntry address, int nameOffset)
            => _visitor.Visit(data, in address, nameOffset, in NoPort);
    }
}
