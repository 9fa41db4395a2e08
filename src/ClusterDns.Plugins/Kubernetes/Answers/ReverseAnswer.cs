using System.Buffers.Binary;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>
/// Answers PTR (the Kubernetes DNS specification, sections 2.3.3 and 2.4.3): a Service by its own address, else endpoints. An address of
/// imported Services has their names where the cluster's own Services do not have it, as multicluster DNS wants it.
/// </summary>
/// <param name="index">The cluster.</param>
/// <param name="options">How names are answered.</param>
internal sealed class ReverseAnswer(ClusterIndex index, KubernetesAnswerOptions options)
{
    private const int SmallTable = 64;

    /// <summary>Answers a query whose name holds an address.</summary>
    /// <param name="query">The query.</param>
    /// <param name="address">The address.</param>
    /// <returns>Whether the address belongs to anything.</returns>
    public bool TryAnswer(Query query, UInt128 address)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(key, address);
        if (options.PrimaryZone is { } zone && index.FindAddress(key) is { } owners)
        {
            return TryAdd(query.Response, owners, zone);
        }

        return options.ImportZone is { } importZone && index.FindImportAddress(key) is { } imported &&
            TryAdd(query.Response, imported, importZone);
    }

    private bool TryAdd(Response response, AddressOwners owners, Zone zone)
    {
        Span<ushort> places = stackalloc ushort[RecordSet.GetPlaces(Math.Max(SmallTable, owners.Endpoints.Length))];
        places.Clear();
        RecordSet known = new(places, 0);
        if (owners.Services.Length > 0)
        {
            return TryAdd(response, known, [], owners.Services[0], zone);
        }

        foreach (ref readonly EndpointReference endpoint in owners.Endpoints.AsSpan())
        {
            SliceEntry slice = endpoint.Slice;
            if (!TryAdd(response, known, slice.GetName(in slice.Endpoints[endpoint.Index]), slice.ServiceKey, zone))
            {
                break;
            }
        }

        return true;
    }

    /// <summary>Adds a name, unless it is longer than names are; false when the response is full.</summary>
    private bool TryAdd(Response response, RecordSet known, ReadOnlySpan<byte> endpoint, ReadOnlySpan<byte> serviceKey, Zone zone)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        if (!ServiceName.TryWrite(endpoint, serviceKey, isPod: false, zone.Wire.Span, name, out int length))
        {
            return true;
        }

        if (!response.Arena.TryAllocate(length, out byte[] array, out int offset))
        {
            return false;
        }

        name[..length].CopyTo(array.AsSpan(offset));
        ResponseRecord record = new()
        {
            RdataSource = array,
            RdataOffset = offset,
            RdataLength = (ushort)length,
            Type = RecordType.PTR,
            Class = RecordClass.IN,
            TimeToLive = options.TimeToLive,
        };
        return known.TryAdd(response.Answers, in record);
    }
}
