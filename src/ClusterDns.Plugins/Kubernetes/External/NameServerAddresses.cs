using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>
/// The addresses by which clients outside reach this server: those of the Services that it is an endpoint of, else its own. It
/// allocates nothing.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="options">How names are answered.</param>
internal sealed class NameServerAddresses(ClusterOffer cluster, ExternalOptions options)
{
    private static readonly PortEntry NoPort = PortEntry.None;

    private readonly byte[][] _local = [.. cluster.LocalAddresses.Select(static address => address.GetAddressBytes())];

    /// <summary>Adds those of one family, each once.</summary>
    /// <param name="section">Where they are added.</param>
    /// <param name="type">A or AAAA.</param>
    /// <param name="owner">The owner name in wire form; null for the name that was asked.</param>
    public void Add(RecordList section, RecordType type, byte[]? owner)
    {
        Span<ushort> places = stackalloc ushort[RecordSet.Places];
        places.Clear();
        AddressVisitor visitor = new(section, type, options.TimeToLive, owner, new RecordSet(places, section.Count));
        Span<byte> key = stackalloc byte[16];
        bool isEndpoint = false;
        foreach (byte[] address in _local)
        {
            EntryBuilder.WriteAddressKey(address, key);
            foreach (ref readonly EndpointReference endpoint in (cluster.Index.FindAddress(key)?.Endpoints ?? []).AsSpan())
            {
                isEndpoint = true;
                Visit(endpoint.Slice, ref visitor);
            }
        }

        foreach (byte[] address in isEndpoint ? [] : _local)
        {
            visitor.Visit(address, new AddressEntry(0, (byte)address.Length), -1, in NoPort);
        }
    }

    private void Visit(SliceEntry slice, ref AddressVisitor visitor)
    {
        if (cluster.Index.FindService(slice.ServiceKey) is not { Service: { } service })
        {
            return;
        }

        if (options.Headless && service.Kind == ServiceKind.Headless)
        {
            foreach (ref readonly EndpointEntry endpoint in slice.Endpoints.AsSpan())
            {
                visitor.Visit(slice.Data, endpoint.Address, endpoint.NameOffset, in NoPort);
            }
        }
        else if (service.External is { } external)
        {
            foreach (ref readonly AddressEntry address in external.Addresses.AsSpan())
            {
                visitor.Visit(external.Data, in address, -1, in NoPort);
            }
        }
    }
}
