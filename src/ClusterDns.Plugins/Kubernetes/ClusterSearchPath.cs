using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>Offers the search paths of a cluster's Pods.</summary>
/// <param name="index">The cluster, with its Pods.</param>
/// <param name="zones">Its zones.</param>
internal sealed class ClusterSearchPathSource(ClusterIndex index, IReadOnlyList<Zone> zones) : ISearchPathSource
{
    /// <inheritdoc/>
    public string Plugin => "kubernetes";

    /// <inheritdoc/>
    public ISearchPath CreatePath(IReadOnlyList<byte[]> hostDomains) => new ClusterSearchPath(index, zones, hostDomains);
}

/// <summary>
/// The search path that kubelet gives to Pods: <c>NAMESPACE.svc.ZONE</c>, <c>svc.ZONE</c>, the zone, and the host's domains. The first
/// is the only one that is another for each client.
/// </summary>
/// <param name="index">The cluster, with its Pods.</param>
/// <param name="zones">Its zones.</param>
/// <param name="hostDomains">The host's domains, in wire form.</param>
internal sealed class ClusterSearchPath(ClusterIndex index, IReadOnlyList<Zone> zones, IReadOnlyList<byte[]> hostDomains) : ISearchPath
{
    private readonly ZoneSet _zones = new(zones);
    private readonly Dictionary<string, byte[][]> _others = zones.Distinct().ToDictionary(
        static zone => zone.Text,
        zone => (byte[][])[[.. "\u0003svc"u8, .. zone.Wire.Span], zone.Wire.ToArray(), .. hostDomains, DomainName.Root.ToArray()],
        StringComparer.Ordinal);

    /// <inheritdoc/>
    public byte[][]? Find(Query query, out int baseLength)
    {
        baseLength = 0;
        if (_zones.Match(query) is not { } zone)
        {
            return null;
        }

        // BASE.NAMESPACE.svc, where the base is one label at least.
        int labels = query.LabelCount - DomainName.CountLabels(zone.Wire.Span);
        if (labels < 3 || !query.GetLabel(labels - 1).SequenceEqual("svc"u8))
        {
            return null;
        }

        baseLength = query.GetLabelOffset(labels - 2);
        return IsClient(query, query.Name[baseLength..query.GetLabelOffset(labels - 1)]) ? _others[zone.Text] : null;
    }

    /// <summary>Whether a Pod of a namespace asks, or one that shares its address.</summary>
    private bool IsClient(Query query, ReadOnlySpan<byte> namespaceLabel)
    {
        Span<byte> address = stackalloc byte[16];
        return index.CountPods(namespaceLabel, address[..query.Remote.WriteAddressBytes(address)]) > 0;
    }
}
