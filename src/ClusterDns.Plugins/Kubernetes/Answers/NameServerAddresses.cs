using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>
/// The addresses of the name servers of zones: those of the Services that this server is an endpoint of, since these stay when a Pod goes;
/// where it is an endpoint of none, its own. It allocates nothing.
/// </summary>
/// <param name="index">The cluster.</param>
/// <param name="localAddresses">The server's own addresses.</param>
/// <param name="timeToLive">The time to live of records.</param>
/// <param name="choose">By what a Service is reached: one that is headless by its endpoints; null where it is not.</param>
internal sealed class NameServerAddresses(
    ClusterIndex index, IReadOnlyList<IPAddress> localAddresses, uint timeToLive, Func<ServicePart, ServicePart?> choose)
{
    private readonly byte[][] _localAddresses = [.. localAddresses.Select(static address => address.GetAddressBytes())];

    /// <summary>Adds those of one family, each once.</summary>
    /// <param name="section">Where they are added.</param>
    /// <param name="type">The type asked; there are records of A and AAAA alone.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    public void Add(RecordList section, RecordType type, byte[]? owner)
    {
        if (type is not (RecordType.A or RecordType.AAAA))
        {
            return;
        }

        Span<ushort> places = stackalloc ushort[RecordSet.Places];
        places.Clear();
        AddressesOnly visitor = new(new AddressVisitor(section, type, timeToLive, owner, new RecordSet(places, section.Count)));
        Visit(ref visitor);
    }

    /// <summary>Visits them; some may come twice.</summary>
    /// <param name="visitor">Takes them.</param>
    public void Visit<TVisitor>(ref TVisitor visitor)
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
        if (index.FindService(slice.ServiceKey) is not { Service: { } service } || choose(service) is not { } part)
        {
            return;
        }

        if (part.Kind == ServiceKind.Headless)
        {
            foreach (ref readonly EndpointEntry endpoint in slice.Endpoints.AsSpan())
            {
                visitor.Visit(slice.ServiceKey, slice.Data, endpoint.Address, endpoint.NameOffset);
            }

            return;
        }

        foreach (ref readonly AddressEntry address in part.Addresses.AsSpan())
        {
            visitor.Visit(slice.ServiceKey, part.Data, in address, -1);
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
