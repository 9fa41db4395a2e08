using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>A zone for clients outside the cluster: the records that are the same for every query.</summary>
internal sealed class ExternalZone
{
    /// <summary>A zone.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="options">How names are answered.</param>
    public ExternalZone(Zone zone, ExternalOptions options)
    {
        Records = new ZoneRecords(zone, $"ns1.{options.Apex}", GetLongestName(options.Apex), options.TimeToLive);
        LabelCount = DomainName.CountLabels(zone.Wire.Span);
    }

    /// <summary>Its SOA, and the name of its server.</summary>
    public ZoneRecords Records { get; }

    /// <summary>How many labels the zone's name has.</summary>
    public int LabelCount { get; }

    /// <summary>The longest name that the plugin itself has in a zone, without the zone: the mailbox.</summary>
    /// <param name="apex">The label below which the zone's name server is.</param>
    public static string GetLongestName(string apex) => $"hostmaster.{apex}";
}
