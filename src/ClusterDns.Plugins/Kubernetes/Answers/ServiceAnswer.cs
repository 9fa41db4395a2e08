using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Adds an SRV record for each port (RFC 2782), and the addresses of its targets beside it.</summary>
internal ref struct ServiceVisitor : IEndpointVisitor
{
    private readonly Response _response;
    private readonly ReadOnlySpan<byte> _suffix;
    private readonly ushort _weight;
    private readonly uint _timeToLive;
    private readonly RecordSet _services;
    private readonly RecordSet _addresses;
    private readonly bool _isImported;

    /// <summary>Adds to a response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="suffix">The Service's own name, which follows those of its endpoints.</param>
    /// <param name="weight">The weight of each record.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="services">The SRV records that are present.</param>
    /// <param name="addresses">The addresses that are present.</param>
    /// <param name="isImported">Whether the Service is an imported one.</param>
    public ServiceVisitor(
        Response response,
        ReadOnlySpan<byte> suffix,
        ushort weight,
        uint timeToLive,
        RecordSet services,
        RecordSet addresses,
        bool isImported = false)
    {
        _response = response;
        _suffix = suffix;
        _weight = weight;
        _timeToLive = timeToLive;
        _services = services;
        _addresses = addresses;
        _isImported = isImported;
    }

    /// <inheritdoc/>
    public readonly bool Visit(byte[] data, in AddressEntry address, int nameOffset, in PortEntry port)
    {
        if (port.Number < 0)
        {
            return true;
        }

        ReadOnlySpan<byte> name = nameOffset < 0 ? [] : SliceEntry.ReadName(data, nameOffset, _isImported);
        int length = ServiceRdata.FieldsLength + name.Length + _suffix.Length;
        if (name.Length + _suffix.Length > DomainName.MaxWireLength)
        {
            return true;
        }

        if (!_response.Arena.TryAllocate(length, out byte[] array, out int offset))
        {
            return false;
        }

        Span<byte> rdata = array.AsSpan(offset, length);
        ServiceRdata.WriteFields(rdata, _weight, port.Number);
        name.CopyTo(rdata[ServiceRdata.FieldsLength..]);
        _suffix.CopyTo(rdata[(ServiceRdata.FieldsLength + name.Length)..]);

        ResponseRecord service = new()
        {
            RdataSource = array,
            RdataOffset = offset,
            RdataLength = (ushort)length,
            Type = RecordType.SRV,
            Class = RecordClass.IN,
            TimeToLive = _timeToLive,
        };
        ResponseRecord target = address.CreateRecord(array, offset + ServiceRdata.FieldsLength, data, _timeToLive);
        return _services.TryAdd(_response.Answers, in service) && _addresses.TryAdd(_response.Additional, in target);
    }
}

/// <summary>Answers SRV of Services, endpoints and ports.</summary>
internal static class ServiceAnswer
{
    /// <summary>What the records of a name share.</summary>
    public const byte FullWeight = 100;

    /// <summary>The weight of each record: a hundred is shared out by all, as CoreDNS shares it, and nobody gets nothing.</summary>
    /// <param name="count">How many there are.</param>
    public static ushort GetWeight(int count) => (ushort)Math.Max(1, FullWeight / Math.Max(1, count));

    /// <summary>Adds the records that a name means.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="slices">Its slices.</param>
    /// <param name="name">The name.</param>
    /// <param name="suffix">The Service's own name, in wire form.</param>
    /// <param name="response">Where they are added.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="firstSlice">The index of the slice that comes first.</param>
    /// <returns>Whether the name exists.</returns>
    public static bool TryAdd(
        ServicePart service, SliceEntry[] slices, in ClusterName name, ReadOnlySpan<byte> suffix, Response response, uint timeToLive, int firstSlice)
    {
        CountingVisitor counting = new(int.MaxValue);
        if (!EndpointSearch.Visit(service, slices, in name, ref counting))
        {
            return false;
        }

        int places = RecordSet.GetPlaces(counting.Count);
        Span<ushort> services = stackalloc ushort[places];
        Span<ushort> addresses = stackalloc ushort[places];
        services.Clear();
        addresses.Clear();

        ServiceVisitor visitor = new(
            response,
            suffix,
            GetWeight(counting.Count),
            timeToLive,
            new RecordSet(services, 0),
            new RecordSet(addresses, 0),
            name.IsImported);
        EndpointSearch.Visit(service, slices, in name, ref visitor, firstSlice);
        return true;
    }
}
