using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Transfer;

/// <summary>Makes the records of Services in zones that are transferred: what queries for their names get.</summary>
/// <param name="timeToLive">The time to live of all but dns-version's.</param>
internal sealed class TransferRecords(uint timeToLive)
{
    /// <summary>A name put together of two parts; null when it is longer than names are.</summary>
    /// <param name="labels">Labels in wire form.</param>
    /// <param name="name">A name in wire form.</param>
    public static byte[]? Join(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> name)
        => labels.Length + name.Length <= DomainName.MaxWireLength ? [.. labels, .. name] : null;

    /// <summary>A record whose rdata is all there.</summary>
    /// <param name="owner">The owner name in wire form.</param>
    /// <param name="type">The type: NS, CNAME, PTR.</param>
    /// <param name="rdata">The rdata.</param>
    public ResponseRecord Create(byte[] owner, RecordType type, byte[] rdata) => new()
    {
        OwnerSource = owner,
        RdataSource = rdata,
        RdataLength = (ushort)rdata.Length,
        Type = type,
        Class = RecordClass.IN,
        TimeToLive = timeToLive,
    };

    /// <summary>
    /// The records of a Service that is reached by addresses of its own, and from outside by names too. Where it has names alone it is an
    /// alias, which has no other data beside it (RFC 1034 section 3.6.2): ports have names of their own, and the Service's has no SRV record then.
    /// </summary>
    /// <param name="part">The Service.</param>
    /// <param name="name">Its name in wire form.</param>
    public IEnumerable<ResponseRecord> ReadAddressed(ServicePart part, byte[] name)
    {
        byte[][] hostnames = part is ExternalPart external ? external.Hostnames : [];
        foreach (AddressEntry address in part.Addresses)
        {
            yield return CreateAddress(name, part.Data, address);
        }

        if (part.Addresses.Length == 0 && hostnames.Length > 0)
        {
            yield return Create(name, RecordType.CNAME, hostnames[0]);
        }

        byte[][] targets = part.Addresses.Length > 0 ? [name, .. hostnames] : hostnames;
        int shares = part.Addresses.Length + hostnames.Length;
        ushort weight = ServiceAnswer.GetWeight(part.Ports.Length * shares);
        foreach (PortEntry port in part.Ports)
        {
            ushort portWeight = ServiceAnswer.GetWeight(CountPorts(part.Ports, in port) * shares);
            byte[]? portName = JoinPort(in port, name);
            foreach (byte[] target in port.Number < 0 ? [] : targets)
            {
                if (part.Addresses.Length > 0)
                {
                    yield return CreateService(name, weight, port.Number, target);
                }

                if (portName is not null)
                {
                    yield return CreateService(portName, portWeight, port.Number, target);
                }
            }
        }
    }

    /// <summary>The records of a headless Service whose endpoints are known by name: aliases, and SRV records of ports.</summary>
    /// <param name="names">The endpoints.</param>
    /// <param name="name">The Service's name in wire form.</param>
    public IEnumerable<ResponseRecord> ReadNames(NamedEndpoints names, byte[] name)
        => ReadAddressed(names.Part, name).Concat(names.Endpoints
            .DistinctBy(static endpoint => endpoint.Label, DomainNameComparer.Instance)
            .SelectMany(endpoint => Join(endpoint.Label, name) is { } owner ? [Create(owner, RecordType.CNAME, endpoint.Target)] : Array.Empty<ResponseRecord>()));

    /// <summary>The records of a Service that is reached by its endpoints.</summary>
    /// <param name="part">The Service.</param>
    /// <param name="slices">Its slices.</param>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name in wire form.</param>
    /// <param name="areOfNames">Whether the names of Service and endpoints have SRV records too, beside those of ports.</param>
    public IEnumerable<ResponseRecord> ReadEndpoints(ServicePart part, SliceEntry[] slices, byte[] key, byte[] name, bool areOfNames)
    {
        ushort weight = GetWeight(part, slices, key, [], PortEntry.None);
        foreach (SliceEntry slice in slices)
        {
            ushort[] portWeights = [.. slice.Ports.Select(port => GetWeight(part, slices, key, [], port))];
            foreach (EndpointEntry endpoint in slice.Endpoints)
            {
                yield return CreateAddress(name, slice.Data, endpoint.Address);
                byte[] label = slice.GetName(in endpoint).ToArray();
                if (Join(label, name) is not { } endpointName)
                {
                    continue;
                }

                yield return CreateAddress(endpointName, slice.Data, endpoint.Address);
                ushort endpointWeight = areOfNames ? GetWeight(part, slices, key, label, PortEntry.None) : default;
                for (int i = 0; i < slice.Ports.Length; i++)
                {
                    PortEntry port = slice.Ports[i];
                    if (port.Number < 0)
                    {
                        continue;
                    }

                    if (areOfNames)
                    {
                        yield return CreateService(name, weight, port.Number, endpointName);
                        yield return CreateService(endpointName, endpointWeight, port.Number, endpointName);
                    }

                    if (JoinPort(in port, name) is { } portName)
                    {
                        yield return CreateService(portName, portWeights[i], port.Number, endpointName);
                    }
                }
            }
        }
    }

    /// <summary>The weight that a query gets, which shares a hundred out to all that the name means.</summary>
    private static ushort GetWeight(ServicePart part, SliceEntry[] slices, byte[] key, byte[] label, PortEntry port)
    {
        // No share is smaller than one: what is beyond a hundred need not be counted.
        CountingVisitor counting = new(ServiceAnswer.FullWeight);
        ClusterName name = ClusterName.OfService(key, label, port.Name, port.Protocol);
        EndpointSearch.Visit(part, slices, in name, ref counting);
        return ServiceAnswer.GetWeight(counting.Count);
    }

    /// <summary>How many ports have the name of one.</summary>
    private static int CountPorts(PortEntry[] ports, in PortEntry port)
    {
        int count = 0;
        foreach (ref readonly PortEntry other in ports.AsSpan())
        {
            count += other.Name.AsSpan().SequenceEqual(port.Name) && other.Protocol.AsSpan().SequenceEqual(port.Protocol) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The name of a port; null when the port has no name, or one that is not a label.</summary>
    private static byte[]? JoinPort(in PortEntry port, ReadOnlySpan<byte> serviceName)
    {
        const int longest = DomainName.MaxLabelLength - 1;
        return port.Name.Length is > 0 and <= longest && port.Protocol.Length is > 0 and <= longest
            ? Join(
                [(byte)(port.Name.Length + 1), (byte)'_', .. port.Name, (byte)(port.Protocol.Length + 1), (byte)'_', .. port.Protocol],
                serviceName)
            : null;
    }

    /// <summary>An address, which is in the bytes of its owner.</summary>
    private ResponseRecord CreateAddress(byte[] owner, byte[] data, in AddressEntry address) => address.CreateRecord(owner, 0, data, timeToLive);

    /// <summary>An SRV record (RFC 2782).</summary>
    private ResponseRecord CreateService(byte[] owner, ushort weight, int port, ReadOnlySpan<byte> target)
    {
        byte[] rdata = new byte[ServiceRdata.FieldsLength + target.Length];
        ServiceRdata.WriteFields(rdata, weight, port);
        target.CopyTo(rdata.AsSpan(ServiceRdata.FieldsLength));
        return Create(owner, RecordType.SRV, rdata);
    }
}
