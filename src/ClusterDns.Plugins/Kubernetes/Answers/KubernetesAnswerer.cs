using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers forward names: everything of the Kubernetes DNS specification but PTR. It allocates nothing.</summary>
/// <param name="index">The cluster.</param>
/// <param name="options">How names are answered.</param>
/// <param name="nameServer">Answers for the zones' name servers.</param>
/// <param name="subset">Chooses among endpoints where there are too many.</param>
internal sealed class KubernetesAnswerer(
    ClusterIndex index, KubernetesAnswerOptions options, NameServerAnswer nameServer, RandomSubset subset)
{
    private const int MaxChain = 10;
    private const uint VersionTimeToLive = 28800;

    private static readonly byte[] VersionRdata = [5, .. "1.1.0"u8];

    /// <summary>The record with the specification's version, for a message of another's making.</summary>
    /// <param name="owner">The owner name in wire form.</param>
    public static ResponseRecord CreateVersion(byte[] owner) => new()
    {
        OwnerSource = owner,
        RdataSource = VersionRdata,
        RdataLength = (ushort)VersionRdata.Length,
        Type = RecordType.TXT,
        Class = RecordClass.IN,
        TimeToLive = VersionTimeToLive,
    };

    /// <summary>Answers a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="zone">The zone that its name is in.</param>
    /// <param name="outside">From which SRV record on targets are names outside the cluster.</param>
    /// <returns>Whether the name exists; its records, if it has any of the type, are in the response.</returns>
    public bool TryAnswer(Query query, ZoneRecords zone, out int outside)
    {
        outside = int.MaxValue;
        ClusterName name = ClusterName.Parse(query.Name, zone.Wire.Length, options.IsZonal, zone.IsMulticluster);
        Response response = query.Response;

        // Names in answers end in the zone as it was asked: clients that randomize case, and CoreDNS, have it so.
        ReadOnlySpan<byte> askedZone = query.QuestionName[^zone.Wire.Length..];
        switch (name.Kind)
        {
            case ClusterNameKind.Namespace or ClusterNameKind.Pod or ClusterNameKind.Service when zone.IsReverse:
                return query.Type == RecordType.SOA;
            case ClusterNameKind.Empty:
                if (query.Name.Length == zone.Wire.Length)
                {
                    AnswerApex(query.Type, zone, askedZone, response);
                }

                return true;
            case ClusterNameKind.Version:
                if (query.Type == RecordType.TXT)
                {
                    response.TryAdd(ResponseSection.Answer, RecordType.TXT, VersionTimeToLive, VersionRdata, 0, VersionRdata.Length);
                }

                return true;
            case ClusterNameKind.NameServer:
                nameServer.AddAddresses(response.Answers, query.Type, null);
                return true;
            case ClusterNameKind.Namespace:
                return ((!name.IsPod || options.Pods != PodsMode.Disabled) && index.HasNamespace(name.Namespace)) || query.Type == RecordType.SOA;
            case ClusterNameKind.Pod:
                return TryAnswerPod(in name, query.Type, askedZone, response);
            case ClusterNameKind.Service:
                return TryAnswerService(in name, query.Type, zone, askedZone, response, out outside);
            default:
                // The name of no object can be asked for its SOA; CoreDNS says of every name in its zone that it has none.
                return query.Type == RecordType.SOA;
        }
    }

    private void AnswerApex(RecordType type, ZoneRecords zone, ReadOnlySpan<byte> askedZone, Response response)
    {
        if (type == RecordType.SOA)
        {
            zone.AddAuthority(response, ResponseSection.Answer, index.LastChange, askedZone);
        }
        else if (type == RecordType.NS)
        {
            nameServer.AddNames(response, zone, askedZone);
        }
    }

    private bool TryAnswerPod(in ClusterName name, RecordType type, ReadOnlySpan<byte> askedZone, Response response)
    {
        if (options.Pods == PodsMode.Disabled || !index.HasNamespace(name.Namespace))
        {
            return type == RecordType.SOA;
        }

        Span<byte> address = stackalloc byte[16];
        int length = DashedAddress.Parse(name.ServiceKey[1..(name.ServiceKey[0] + 1)], address);
        int pods = length == 0 ? 0 : options.Pods == PodsMode.Verified ? index.CountPods(name.Namespace, address[..length]) : 1;
        if (pods == 0)
        {
            return type == RecordType.SOA;
        }

        RecordType family = length == 4 ? RecordType.A : RecordType.AAAA;
        if (type == family)
        {
            response.TryAddCopy(ResponseSection.Answer, default, type, options.TimeToLive, address[..length]);
        }
        else if (type == RecordType.SRV)
        {
            AddPodService(in name, pods, family, address[..length], askedZone, response);
        }

        return true;
    }

    /// <summary>A Pod has no ports that are known, so its SRV record says 0; CoreDNS answers the same.</summary>
    private void AddPodService(
        in ClusterName name, int pods, RecordType family, ReadOnlySpan<byte> address, ReadOnlySpan<byte> askedZone, Response response)
    {
        const int fieldsLength = 6;
        Span<byte> rdata = stackalloc byte[fieldsLength + DomainName.MaxWireLength];
        rdata[..fieldsLength].Clear();
        rdata[3] = (byte)ServiceAnswer.GetWeight(pods);
        if (ServiceName.TryWrite([], name.ServiceKey, isPod: true, askedZone, rdata[fieldsLength..], out int length))
        {
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.SRV, options.TimeToLive, rdata[..(fieldsLength + length)]);
            response.TryAddCopy(ResponseSection.Additional, rdata.Slice(fieldsLength, length), family, options.TimeToLive, address);
        }
    }

    /// <summary>The Service of a name, unless its namespace does not exist, or it is empty and such Services are ignored.</summary>
    private ServiceEntry? Find(in ClusterName name)
        => index.HasNamespace(name.Namespace) &&
            (name.IsImported ? index.FindImport(name.ServiceKey) : index.FindService(name.ServiceKey)) is { } entry &&
            options.Takes(entry)
            ? entry
            : null;

    private bool TryAnswerService(
        in ClusterName name, RecordType type, ZoneRecords zone, ReadOnlySpan<byte> askedZone, Response response, out int outside)
    {
        outside = int.MaxValue;
        if (!index.HasNamespace(name.Namespace) ||
            !index.TryLocateService(name.ServiceKey, name.IsImported, out WireTable<ServiceEntry>.Place place))
        {
            return type == RecordType.SOA;
        }

        if (type is RecordType.A or RecordType.AAAA && name.IsWhole && !options.IgnoresEmptyServices &&
            OnlyAddress.TryRead(place.Source, name.ServiceKey.Length, type == RecordType.A, out int offset))
        {
            return offset == 0 ||
                response.TryAdd(ResponseSection.Answer, type, options.TimeToLive, place.Bytes, place.Offset + offset, type == RecordType.A ? 4 : 16);
        }

        if (place.GetEntry(name.ServiceKey) is not { Service: { } service } entry || !options.Takes(entry))
        {
            return type == RecordType.SOA;
        }

        if (service.Kind == ServiceKind.ExternalName)
        {
            return TryAnswerExternalName(in name, service, type, zone, response) || type == RecordType.SOA;
        }

        if (entry.Names is { } names && name.Zone.IsEmpty)
        {
            return TryAnswerNames(in name, names, type, zone, response, out outside) || type == RecordType.SOA;
        }

        switch (type)
        {
            case RecordType.A or RecordType.AAAA:
                return AddressAnswer.TryAdd(
                    service, entry.Slices, in name, response, type, options.TimeToLive, null, subset.GetFirstSlice(entry));
            case RecordType.SRV:
                Span<byte> suffix = stackalloc byte[DomainName.MaxWireLength];
                return ServiceName.TryWrite([], name.ServiceKey, isPod: false, askedZone, suffix, out int length) &&
                    ServiceAnswer.TryAdd(
                        service, entry.Slices, in name, suffix[..length], response, options.TimeToLive, subset.GetFirstSlice(entry));
            default:
                CountingVisitor counting = new(1);
                return EndpointSearch.Visit(service, entry.Slices, in name, ref counting) || type == RecordType.SOA;
        }
    }

    /// <summary>
    /// An ExternalName is a CNAME (RFC 1034 section 3.6.2), followed as long as it stays within the zone. Where following leads
    /// nowhere within it, the name has no records; endpoints and ports it has none.
    /// </summary>
    private bool TryAnswerExternalName(
        in ClusterName name, ServicePart service, RecordType type, ZoneRecords zone, Response response)
    {
        if (service.ExternalName.Length == 0 || !name.IsWhole)
        {
            return false;
        }

        AnswerAlias(service.ExternalName, type, zone, response);
        return true;
    }

    /// <summary>
    /// A headless Service of hosts that are known by name is an alias of one, and each of its endpoints' names is an alias of that host.
    /// Names of ports have SRV records, and nothing beside them (RFC 2181 section 10.1).
    /// </summary>
    private bool TryAnswerNames(
        in ClusterName name, NamedEndpoints names, RecordType type, ZoneRecords zone, Response response, out int outside)
    {
        outside = int.MaxValue;
        if (!name.Endpoint.IsEmpty || name.IsWhole)
        {
            byte[]? target = name.IsWhole ? names.Target : names.FindTarget(name.Endpoint);
            if (target is not null && (type != RecordType.SRV || !name.IsWhole))
            {
                AnswerAlias(target, type, zone, response);
            }

            if (type != RecordType.SRV || !name.IsWhole)
            {
                return target is not null;
            }
        }

        if (type == RecordType.SRV)
        {
            return ExternalServiceAnswer.TryAdd(names.Part, in name, [], response, options.TimeToLive, out outside);
        }

        CountingVisitor counting = new(1);
        return EndpointSearch.Visit(names.Part, [], in name, ref counting);
    }

    private void AnswerAlias(byte[] target, RecordType type, ZoneRecords zone, Response response)
    {
        if (type == RecordType.CNAME)
        {
            AddAlias(response, null, target);
        }
        else if (type is RecordType.A or RecordType.AAAA && !TryFollow(target, type, zone, response))
        {
            response.Answers.Clear();
        }
    }

    private bool TryFollow(byte[] alias, RecordType type, ZoneRecords zone, Response response)
    {
        byte[]? owner = null;
        Span<byte> target = stackalloc byte[DomainName.MaxWireLength];
        for (int links = 0; links <= MaxChain; links++)
        {
            AddAlias(response, owner, alias);
            owner = alias;
            if (!DomainName.IsSubdomainOf(owner, zone.Wire))
            {
                return true;
            }

            DomainName.ToLowerInvariant(owner, target);
            ClusterName name = ClusterName.Parse(target[..owner.Length], zone.Wire.Length, options.IsZonal, zone.IsMulticluster);
            if (name.Kind == ClusterNameKind.Pod)
            {
                return TryFollowPod(in name, type, response, owner);
            }

            if (name.Kind == ClusterNameKind.NameServer)
            {
                int before = response.Answers.Count;
                nameServer.AddAddresses(response.Answers, type, owner);
                return response.Answers.Count > before;
            }

            if (name.Kind != ClusterNameKind.Service || Find(in name) is not { Service: { } next } entry)
            {
                return false;
            }

            if (entry.Names is { } names && name.Zone.IsEmpty)
            {
                if ((name.IsWhole ? names.Target : names.FindTarget(name.Endpoint)) is not { } host)
                {
                    return false;
                }

                alias = host;
                continue;
            }

            if (next.Kind != ServiceKind.ExternalName)
            {
                int before = response.Answers.Count;
                return AddressAnswer.TryAdd(
                    next, entry.Slices, in name, response, type, options.TimeToLive, owner, subset.GetFirstSlice(entry)) &&
                    response.Answers.Count > before;
            }

            if (next.ExternalName.Length == 0 || !name.IsWhole)
            {
                return false;
            }

            alias = next.ExternalName;
        }

        return false;
    }

    private bool TryFollowPod(in ClusterName name, RecordType type, Response response, byte[] owner)
    {
        int before = response.Answers.Count;
        if (!TryAnswerPod(in name, type, [], response) || response.Answers.Count == before)
        {
            return false;
        }

        response.Answers.Span[^1].OwnerSource = owner;
        return true;
    }

    private void AddAlias(Response response, byte[]? owner, byte[] target)
        => response.TryAdd(ResponseSection.Answer, owner, 0, RecordType.CNAME, options.TimeToLive, target, 0, target.Length);
}
