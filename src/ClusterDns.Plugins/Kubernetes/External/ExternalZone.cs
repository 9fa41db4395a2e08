using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Objects;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>What makes a zone one for clients outside the cluster.</summary>
internal static class ExternalZone
{
    /// <summary>The longest name that the plugin itself has in a zone, without the zone: the mailbox.</summary>
    /// <param name="apex">The label below which the zone's name server is.</param>
    public static string GetLongestName(string apex) => $"hostmaster.{apex}";

    /// <summary>The records of a zone that are the same for every query.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="options">How names are answered.</param>
    public static ZoneRecords Create(Zone zone, ExternalOptions options)
        => new(zone, $"ns1.{options.Apex}", GetLongestName(options.Apex), options.TimeToLive);

    /// <summary>The addresses by which clients outside reach this server.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    public static NameServerAddresses CreateNameServer(ClusterOffer cluster, ExternalOptions options) => new(
        cluster.Index,
        cluster.LocalAddresses,
        options.TimeToLive,
        service => options.Headless && service.Kind == ServiceKind.Headless ? service : service.External);
}
