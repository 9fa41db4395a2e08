using System.Buffers.Binary;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Kubernetes.Options;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>
/// Answers <c>SERVICE.NAMESPACE.ZONE</c>, endpoints and ports of it, and reverse names of the addresses that clients outside reach. It
/// allocates nothing.
/// </summary>
/// <param name="index">The cluster.</param>
/// <param name="options">How names are answered.</param>
/// <param name="subset">Chooses among endpoints where there are too many.</param>
internal sealed class ExternalAnswerer(ClusterIndex index, ExternalOptions options, RandomSubset subset)
{
    private const int NamespaceLabels = 1;
    private const int EndpointLabels = 3;
    private const int PortLabels = 4;

    private readonly Zone _primaryZone = options.Zones.First(static zone => !KubernetesOptions.IsReverse(zone));

    /// <summary>Answers a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="zone">The zone that its name is in.</param>
    /// <param name="labels">How many labels precede the zone, at least one.</param>
    /// <param name="hostnames">From which SRV record on targets are names outside the cluster.</param>
    /// <returns>Whether the name exists; its records, if it has any of the type, are in the response.</returns>
    public bool TryAnswer(Query query, ZoneRecords zone, int labels, out int hostnames)
    {
        hostnames = int.MaxValue;
        if (query.Type == RecordType.PTR && ReverseName.TryParse(query, out UInt128 address))
        {
            return TryAnswerReverse(query.Response, address);
        }

        ReadOnlySpan<byte> name = query.Name[..query.GetLabelOffset(labels)];
        if (labels > PortLabels || !index.HasNamespace(name[query.GetLabelOffset(labels - 1)..]))
        {
            return false;
        }

        if (labels == NamespaceLabels)
        {
            return true;
        }

        ReadOnlySpan<byte> serviceKey = name[query.GetLabelOffset(labels - 2)..];
        ReadOnlySpan<byte> endpoint = labels == EndpointLabels ? name[..query.GetLabelOffset(1)] : default;
        if (index.FindService(serviceKey) is not { Service: { } service } entry ||
            Choose(entry, service, endpoint) is not { } part)
        {
            return false;
        }

        // An address outside is the whole Service's: labels before the Service do not select an endpoint.
        ClusterName asked = ClusterName.OfService(
            serviceKey,
            part is ExternalPart ? default : endpoint,
            labels == PortLabels ? query.GetLabel(0) : default,
            labels == PortLabels ? query.GetLabel(1) : default);
        return TryAnswer(query, zone, part, entry, in asked, out hostnames);
    }

    /// <summary>By what a Service is reached: from outside, or if configured by its endpoints; null for neither.</summary>
    private ServicePart? Choose(ServiceEntry entry, ServicePart service, ReadOnlySpan<byte> endpoint)
    {
        if (service.External is { } external)
        {
            return external;
        }

        if (options.Headless && entry.Names is { } names && endpoint.IsEmpty)
        {
            return names.Part;
        }

        return options.Headless && (service.Kind == ServiceKind.Headless || !endpoint.IsEmpty) ? service : null;
    }

    private bool TryAnswer(
        Query query, ZoneRecords zone, ServicePart part, ServiceEntry entry, in ClusterName asked, out int hostnames)
    {
        hostnames = int.MaxValue;
        Response response = query.Response;
        switch (query.Type)
        {
            case RecordType.A or RecordType.AAAA:
                bool exists = AddressAnswer.TryAdd(
                    part, entry.Slices, in asked, response, query.Type, options.TimeToLive, null, subset.GetFirstSlice(entry));

                // An alias has no other records beside it, nor a second alias (RFC 2181 section 10.1).
                if (exists && part is ExternalPart { Addresses.Length: 0 } outside)
                {
                    byte[] target = outside.Hostnames[0];
                    response.TryAdd(ResponseSection.Answer, RecordType.CNAME, options.TimeToLive, target, 0, target.Length);
                }

                return exists;
            case RecordType.SRV:
                Span<byte> suffix = stackalloc byte[asked.ServiceKey.Length + zone.Wire.Length];
                asked.ServiceKey.CopyTo(suffix);
                query.QuestionName[^zone.Wire.Length..].CopyTo(suffix[asked.ServiceKey.Length..]);
                return part is ExternalPart external
                    ? ExternalServiceAnswer.TryAdd(external, in asked, suffix, response, options.TimeToLive, out hostnames)
                    : ServiceAnswer.TryAdd(
                        part, entry.Slices, in asked, suffix, response, options.TimeToLive, subset.GetFirstSlice(entry));
            default:
                CountingVisitor counting = new(1);
                return EndpointSearch.Visit(part, entry.Slices, in asked, ref counting);
        }
    }

    private bool TryAnswerReverse(Response response, UInt128 address)
    {
        Span<byte> key = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(key, address);
        if (index.FindExternalAddress(key) is not { } owners)
        {
            return false;
        }

        ReadOnlySpan<byte> zone = _primaryZone.Wire.Span;
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        foreach (byte[] serviceKey in owners.Services)
        {
            int length = serviceKey.Length + zone.Length;
            if (length <= name.Length)
            {
                serviceKey.CopyTo(name);
                zone.CopyTo(name[serviceKey.Length..]);
                response.TryAddCopy(ResponseSection.Answer, default, RecordType.PTR, options.TimeToLive, name[..length]);
            }
        }

        return true;
    }
}
