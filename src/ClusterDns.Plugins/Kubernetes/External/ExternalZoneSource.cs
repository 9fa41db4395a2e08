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

    /// <inheritdoc/>
    public Zone Zone => zone.Zone;

    /// <inheritdoc/>
    public bool IsReady => index.IsSynced;

    /// <inheritdoc/>
    public uint Serial => index.LastChange;

    /// <inheritdoc/>
    public ResponseRecord CreateAuthority(uint serial) => zone.CreateAuthority(serial);

    /// <inheritdoc/>
    public IEnumerable<ResponseRecord> ReadRecords()
    {
        yield return _records.Create(zone.Wire, RecordType.NS, zone.NameServer);
        RecordList glue = new();
        addresses.Add(glue, RecordType.A, zone.NameServer);
        addresses.Add(glue, RecordType.AAAA, zone.NameServer);
        foreach (ResponseRecord record in glue.Span.ToArray())
        {
            yield return record;
        }

        foreach (ServiceEntry entry in index.Services.Read())
        {
            if (entry.Service is not { } service || !index.HasNamespace(entry.Key.AsSpan(entry.Key[0] + 1)))
            {
                continue;
            }

            foreach (ResponseRecord record in TransferRecords.Join(entry.Key, zone.Wire) is { } name ? ReadService(service, entry.Slices, name) : [])
            {
                yield return record;
            }
        }
    }

    private IEnumerable<ResponseRecord> ReadService(ServicePart service, SliceEntry[] slices, byte[] name)
    {
        if (service.External is { } external)
        {
            return _records.ReadAddressed(external, name).Concat(ReadHostnames(external, name));
        }

        return options.Headless && service.Kind == ServiceKind.Headless ? _records.ReadEndpoints(slices, name, areOfNames: true) : [];
    }

    private IEnumerable<ResponseRecord> ReadHostnames(ExternalPart external, byte[] name)
    {
        // An alias stands alone (RFC 1034 section 3.6.2): ports have names of their own, and the Service's has no SRV record then.
        if (external.Addresses.Length == 0)
        {
            yield return _records.Create(name, RecordType.CNAME, external.Hostnames[0]);
        }

        foreach (byte[] hostname in external.Hostnames)
        {
            foreach (ResponseRecord record in _records.ReadPorts(
                external.Ports, ServiceAnswer.FullWeight, name, hostname, isOfService: external.Addresses.Length > 0))
            {
                yield return record;
            }
        }
    }
}
