using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.Transfer;

/// <summary>A zone of a cluster, to be transferred: its Services and endpoints, or the reverse names of their addresses.</summary>
/// <param name="index">The cluster.</param>
/// <param name="zone">The zone.</param>
/// <param name="options">How names are answered.</param>
/// <param name="nameServer">Answers for the zone's name servers.</param>
internal sealed class ClusterZoneSource(
    ClusterIndex index, ZoneRecords zone, KubernetesAnswerOptions options, NameServerAnswer nameServer) : IZoneSource
{
    private readonly TransferRecords _records = new(options.TimeToLive);

    /// <inheritdoc/>
    public Zone Zone => zone.Zone;

    /// <inheritdoc/>
    public bool IsReady => index.IsSynced;

    /// <inheritdoc/>
    public uint Serial => index.LastChange;

    /// <inheritdoc/>
    public ResponseRecord CreateAuthority(uint serial) => zone.CreateAuthority(serial);

    /// <inheritdoc/>
    public IEnumerable<ResponseRecord> ReadRecords() => ReadApex().Concat(zone.IsReverse ? ReadAddresses() : ReadServices());

    /// <summary>What queries for the zone's own names get; the name servers' addresses are those of their own names.</summary>
    private IEnumerable<ResponseRecord> ReadApex()
    {
        Response answer = new();
        nameServer.AddNames(answer, zone, zone.Wire);
        foreach (ref ResponseRecord record in answer.Answers.Span)
        {
            record.OwnerSource = zone.Wire;
        }

        nameServer.AddAddresses(answer.Answers, RecordType.A, zone.NameServer);
        nameServer.AddAddresses(answer.Answers, RecordType.AAAA, zone.NameServer);
        ResponseRecord[] records = answer.Answers.Span.ToArray();
        return !zone.IsReverse && TransferRecords.Join("\u000bdns-version"u8, zone.Wire) is { } versionName
            ? records.Append(KubernetesAnswerer.CreateVersion(versionName))
            : records;
    }

    private IEnumerable<ResponseRecord> ReadServices()
        => (zone.IsMulticluster ? index.Imports : index.Services).Read()
            .Where(entry => options.Takes(entry) && index.HasNamespace(entry.Key[(entry.Key[0] + 1)..]))
            .SelectMany(entry => JoinService(entry.Key, zone.Wire) is { } name ? ReadService(entry, name).Distinct(RecordComparer.Instance) : []);

    private IEnumerable<ResponseRecord> ReadService(ServiceEntry entry, byte[] name)
    {
        ServicePart service = entry.Service!;
        return service.Kind switch
        {
            ServiceKind.Headless when entry.Names is { } names => _records.ReadNames(names, name),
            ServiceKind.Headless => _records.ReadEndpoints(service, entry.Slices, entry.Key.ToArray(), name, areOfNames: false),
            ServiceKind.ExternalName when service.ExternalName.Length > 0 => [_records.Create(name, RecordType.CNAME, service.ExternalName)],
            ServiceKind.ExternalName => [],
            _ => _records.ReadAddressed(service, name),
        };
    }

    private IEnumerable<ResponseRecord> ReadAddresses()
    {
        IEnumerable<ResponseRecord> own = options.PrimaryZone is { } primary ? ReadAddresses(index.Addresses.Read(), primary) : [];
        return options.ImportZone is { } importZone
            ? own.Concat(ReadAddresses(
                index.ImportAddresses.Read().Where(owners => options.PrimaryZone is null || index.FindAddress(owners.Key) is null), importZone))
            : own;
    }

    private IEnumerable<ResponseRecord> ReadAddresses(IEnumerable<AddressOwners> addresses, Zone targetZone)
    {
        foreach (AddressOwners owners in addresses)
        {
            byte[] owner = ReverseName.Create(owners.Source);
            foreach (byte[] target in DomainName.IsSubdomainOf(owner, zone.Wire) ? ReadTargets(owners, targetZone) : [])
            {
                yield return _records.Create(owner, RecordType.PTR, target);
            }
        }
    }

    /// <summary>The names of an address: a Service's, else those of the endpoints, as a query gets them.</summary>
    private static IEnumerable<byte[]> ReadTargets(AddressOwners owners, Zone targetZone)
    {
        byte[] ending = targetZone.Wire.ToArray();
        return owners.Services.Length > 0
            ? new[] { JoinService(owners.Services[0], ending) }.OfType<byte[]>()
            : owners.Endpoints
                .Select(endpoint => JoinService(endpoint.Slice.ServiceKey, ending) is { } service
                    ? TransferRecords.Join(endpoint.Slice.GetName(in endpoint.Slice.Endpoints[endpoint.Index]), service)
                    : null)
                .OfType<byte[]>()
                .Distinct(DomainNameComparer.Instance);
    }

    private static byte[]? JoinService(ReadOnlySpan<byte> serviceKey, ReadOnlySpan<byte> zone)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        return ServiceName.TryWrite([], serviceKey, isPod: false, zone, name, out int length) ? name[..length].ToArray() : null;
    }
}
