using System.Buffers.Binary;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Transfer;

/// <summary>Makes the records of zones that are transferred.</summary>
/// <param name="timeToLive">The time to live of all but dns-version's.</param>
internal sealed class TransferRecords(uint timeToLive)
{
    private const int FieldsLength = 6;

    /// <summary>A name put together of two parts; null when it is longer than names are.</summary>
    /// <param name="labels">Labels in wire form.</param>
    /// <param name="name">A name in wire form.</param>
    public static byte[]? Join(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> name)
        => labels.Length + name.Length <= DomainName.MaxWireLength ? [.. labels, .. name] : null;

    /// <summary>The name of a port; null when the port has no name, or one that is no label.</summary>
    /// <param name="port">The port.</param>
    /// <param name="serviceName">The name of its Service, in wire form.</param>
    public static byte[]? JoinPort(in PortEntry port, ReadOnlySpan<byte> serviceName)
    {
        const int longest = DomainName.MaxLabelLength - 1;
        return port.Name.Length is > 0 and <= longest && port.Protocol.Length is > 0 and <= longest
            ? Join(
                [(byte)(port.Name.Length + 1), (byte)'_', .. port.Name, (byte)(port.Protocol.Length + 1), (byte)'_', .. port.Protocol],
                serviceName)
            : null;
    }

    /// <summary>An address.</summary>
    /// <param name="owner">The owner name in wire form.</param>
    /// <param name="data">The bytes in which the address stands.</param>
    /// <param name="address">Where.</param>
    public ResponseRecord CreateAddress(byte[] owner, byte[] data, in AddressEntry address) => new()
    {
        OwnerSource = owner,
        RdataSource = data,
        RdataOffset = address.Offset,
        RdataLength = address.Length,
        Type = address.Length == 4 ? RecordType.A : RecordType.AAAA,
        Class = RecordClass.IN,
        TimeToLive = timeToLive,
    };

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

    /// <summary>An SRV record (RFC 2782).</summary>
    /// <param name="owner">The owner name in wire form.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="port">The port.</param>
    /// <param name="target">The target in wire form.</param>
    public ResponseRecord CreateService(byte[] owner, ushort weight, int port, ReadOnlySpan<byte> target)
    {
        byte[] rdata = new byte[FieldsLength + target.Length];
        BinaryPrimitives.WriteUInt16BigEndian(rdata.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(rdata.AsSpan(4), (ushort)port);
        target.CopyTo(rdata.AsSpan(FieldsLength));
        return Create(owner, RecordType.SRV, rdata);
    }

    /// <summary>The records of a Service that is reached by addresses of its own.</summary>
    /// <param name="part">The Service.</param>
    /// <param name="name">Its name in wire form.</param>
    public IEnumerable<ResponseRecord> ReadAddressed(ServicePart part, byte[] name)
    {
        foreach (AddressEntry address in part.Addresses)
        {
            yield return CreateAddress(name, part.Data, address);
        }

        foreach (ResponseRecord record in part.Addresses.Length == 0 ? [] : ReadPorts(part.Ports, ServiceAnswer.FullWeight, name, name, isOfService: true))
        {
            yield return record;
        }
    }

    /// <summary>The records of a Service that is reached by its endpoints.</summary>
    /// <param name="slices">Its slices.</param>
    /// <param name="name">Its name in wire form.</param>
    /// <param name="areOfNames">Whether the names of Service and endpoints have SRV records too, beside those of ports.</param>
    public IEnumerable<ResponseRecord> ReadEndpoints(SliceEntry[] slices, byte[] name, bool areOfNames)
    {
        foreach (SliceEntry slice in slices)
        {
            ushort weight = ServiceAnswer.GetWeight(slice.Endpoints.Length);
            foreach (EndpointEntry endpoint in slice.Endpoints)
            {
                yield return CreateAddress(name, slice.Data, endpoint.Address);
                if (Join(slice.GetName(in endpoint), name) is not { } endpointName)
                {
                    continue;
                }

                yield return CreateAddress(endpointName, slice.Data, endpoint.Address);
                foreach (ResponseRecord record in ReadPorts(slice.Ports, weight, name, endpointName, areOfNames))
                {
                    yield return record;
                }

                foreach (PortEntry port in areOfNames ? slice.Ports : [])
                {
                    if (port.Number >= 0)
                    {
                        yield return CreateService(endpointName, ServiceAnswer.FullWeight, port.Number, endpointName);
                    }
                }
            }
        }
    }

    /// <summary>An SRV record for each port that has a name, and one of the Service itself where that is wanted.</summary>
    /// <param name="ports">The ports.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="name">The Service's name.</param>
    /// <param name="target">The target.</param>
    /// <param name="isOfService">Whether the Service's own name has records too.</param>
    public IEnumerable<ResponseRecord> ReadPorts(PortEntry[] ports, ushort weight, byte[] name, byte[] target, bool isOfService)
    {
        foreach (PortEntry port in ports)
        {
            if (port.Number < 0)
            {
                continue;
            }

            if (isOfService)
            {
                yield return CreateService(name, weight, port.Number, target);
            }

            if (JoinPort(in port, name) is { } portName)
            {
                yield return CreateService(portName, weight, port.Number, target);
            }
        }
    }
}
