using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Takes the addresses of a zone's name servers.</summary>
internal interface INameServerVisitor
{
    /// <summary>Takes one address.</summary>
    /// <param name="serviceKey">The Service as two labels in wire form; empty where the address is the server's own.</param>
    /// <param name="data">The bytes that contain the address and the name.</param>
    /// <param name="address">The address.</param>
    /// <param name="nameOffset">The position of the endpoint's name; -1 for none.</param>
    void Visit(ReadOnlySpan<byte> serviceKey, byte[] data, in AddressEntry address, int nameOffset);
}

/// <summary>Adds an NS record for each name server, and its addresses beside it.</summary>
/// <param name="response">Where they are added.</param>
/// <param name="askedZone">The zone as it was asked, in which the server's own name ends.</param>
/// <param name="serviceZone">The zone in which the names of Services end; empty where <c>ns.dns</c> represents all of them.</param>
/// <param name="timeToLive">The time to live.</param>
/// <param name="names">The names that are present.</param>
/// <param name="addresses">The addresses that are present.</param>
internal ref struct NameServerVisitor(
    Response response, ReadOnlySpan<byte> askedZone, ReadOnlySpan<byte> serviceZone, uint timeToLive, RecordSet names, RecordSet addresses) : INameServerVisitor
{
    private readonly ReadOnlySpan<byte> _askedZone = askedZone;
    private readonly ReadOnlySpan<byte> _serviceZone = serviceZone;
    private readonly RecordSet _names = names;
    private readonly RecordSet _addresses = addresses;

    /// <inheritdoc/>
    public readonly void Visit(ReadOnlySpan<byte> serviceKey, byte[] data, in AddressEntry address, int nameOffset)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        ReadOnlySpan<byte> endpoint = nameOffset < 0 ? [] : SliceEntry.ReadName(data, nameOffset, isImported: false);
        if (!TryWriteName(endpoint, serviceKey, name, out int length) || !response.Arena.TryAllocate(length, out byte[] array, out int offset))
        {
            return;
        }

        name[..length].CopyTo(array.AsSpan(offset));
        ResponseRecord server = new()
        {
            RdataSource = array,
            RdataOffset = offset,
            RdataLength = (ushort)length,
            Type = RecordType.NS,
            Class = RecordClass.IN,
            TimeToLive = timeToLive,
        };
        ResponseRecord target = address.CreateRecord(array, offset, data, timeToLive);
        if (_names.TryAdd(response.Answers, in server))
        {
            _addresses.TryAdd(response.Additional, in target);
        }
    }

    private readonly bool TryWriteName(ReadOnlySpan<byte> endpoint, ReadOnlySpan<byte> serviceKey, Span<byte> name, out int length)
    {
        if (!serviceKey.IsEmpty && !_serviceZone.IsEmpty)
        {
            return ServiceName.TryWrite(endpoint, serviceKey, isPod: false, _serviceZone, name, out length);
        }

        ReadOnlySpan<byte> server = "\u0002ns\u0003dns"u8;
        length = server.Length + _askedZone.Length;
        if (length > name.Length)
        {
            return false;
        }

        server.CopyTo(name);
        _askedZone.CopyTo(name[server.Length..]);
        return true;
    }
}
