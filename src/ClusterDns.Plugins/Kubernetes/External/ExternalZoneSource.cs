using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Kubernetes.Objects;
using ClusterDns.Plugins.Kubernetes.Transfer;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>A zone for clients outside the cluster, to be transferred.</summary>
/// <param name="index">The cluster.</param>
/// <param name="zone">The zone.</param>
/// <param name="options">How names are answered.</param>
/// <param name="addresses">The addresses of the zone's name server.</param>
internal sealed class ExternalZoneSource(ClusterIndex index, ZoneRecords zone, ExternalOptions options, NameServerAddresses addresses) : IZoneSource
{
    private readonly TransferRecords _records = new(options.TimeToLive);
    private readonly byte[] _apex = EntryBuilder.CreateLabel(options.Apex);

    /// <inheritdoc/>
    public Zone Zone => zone.Zone;

    /// <inheritdoc/>
    public bool IsReady => index.IsSynced;

    /// <inheritdoc/>
    public uint Serial => index.LastChange;

    /// <inheritdoc/>
    public ResponseRecord CreateAuthority(uint serial) => zone.CreateAuthority(serial);

    /// <inheritdoc/>
    public IEnumerable<ResponseRecord> ReadRecords() => ReadApex().Concat(ReadServices());

    private ResponseRecord[] ReadApex()
    {
        RecordList glue = new();
        addresses.Add(glue, RecordType.A, zone.NameServer);
        addresses.Add(glue, RecordType.AAAA, zone.NameServer);
        return [_records.Create(zone.Wire, RecordType.NS, zone.NameServer), .. glue.Span];
    }

    private IEnumerable<ResponseRecord> ReadServices()
        => index.Services.Read()
            .Where(entry => entry.Service is not null && HasNamespace(entry.Key[(entry.Key[0] + 1)..]))
            .SelectMany(entry => TransferRecords.Join(entry.Key, zone.Wire) is { } name ? ReadService(entry, name).Distinct(RecordComparer.Instance) : []);

    /// <summary>The names below the apex are the zone's own: a namespace that is called like it has none.</summary>
    private bool HasNamespace(ReadOnlySpan<byte> label) => !label.SequenceEqual(_apex) && index.HasNamespace(label);

    private IEnumerable<ResponseRecord> ReadService(ServiceEntry entry, byte[] name)
    {
        ServicePart service = entry.Service!;
        if (service.External is { } external)
        {
            return _records.ReadAddressed(external, name);
        }

        if (options.Headless && entry.Names is { } names)
        {
            return _records.ReadAddressed(names.Part, name);
        }

        return options.Headless && service.Kind == ServiceKind.Headless
            ? _records.ReadEndpoints(service, entry.Slices, entry.Key.ToArray(), name, areOfNames: true)
            : [];
    }
}
