using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers PTR (the Kubernetes DNS specification, sections 2.3.3 and 2.4.3): a Service by its own address, else endpoints.</summary>
/// <param name="index">The cluster.</param>
/// <param name="options">How names are answered.</param>
internal sealed class ReverseAnswer(ClusterIndex index, KubernetesAnswerOptions options)
{
    private const int SmallTable = 64;

    /// <summary>Answers a query whose name holds an address.</summary>
    /// <param name="context">The query.</param>
    /// <param name="address">The address.</param>
    /// <returns>Whether the address belongs to anything.</returns>
    public bool TryAnswer(QueryContext context, UInt128 address)
    {
        Span<byte> key = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(key, address);
        if (index.FindAddress(key) is not { } owners)
        {
            return false;
        }

        Span<ushort> places = stackalloc ushort[RecordSet.GetPlaces(Math.Max(SmallTable, owners.Endpoints.Length))];
        places.Clear();
        RecordSet known = new(places, 0);
        if (owners.Services.Length > 0)
        {
            return TryAdd(context.Response, known, [], owners.Services[0]);
        }

        foreach (ref readonly EndpointReference endpoint in owners.Endpoints.AsSpan())
        {
            SliceEntry slice = endpoint.Slice;
            if (!TryAdd(context.Response, known, slice.GetLabel(in slice.Endpoints[endpoint.Index]), slice.ServiceKey))
            {
                break;
            }
        }

        return true;
    }

    private bool TryAdd(Response response, RecordSet known, ReadOnlySpan<byte> label, ReadOnlySpan<byte> serviceKey)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        if (!ServiceName.TryWrite(label, serviceKey, isPod: false, options.PrimaryZone.Wire.Span, name, out int length) ||
            !response.Arena.TryAllocate(length, out byte[] array, out int offset))
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
