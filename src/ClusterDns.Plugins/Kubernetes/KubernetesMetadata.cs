using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>What the kubernetes plugin tells about a query: the parts of a name of its zones.</summary>
internal static class KubernetesMetadata
{
    private const int MostLabels = 5;
    private const string NoName = "invalid query name";

    /// <summary>A part of a name; its place counts from the zone.</summary>
    private enum Part
    {
        /// <summary><c>svc</c> or <c>pod</c>.</summary>
        Kind = 1,

        /// <summary>The namespace.</summary>
        Namespace,

        /// <summary>The Service.</summary>
        Service,

        /// <summary>The endpoint, where one label stands before the Service.</summary>
        Endpoint,

        /// <summary>The protocol, where two labels stand before the Service.</summary>
        Protocol,

        /// <summary>The port's name, before the protocol.</summary>
        Port,
    }

    /// <summary>Adds what there is to tell.</summary>
    /// <param name="context">The block.</param>
    /// <param name="zones">The zones.</param>
    public static void AddTo(PluginBuildContext context, ZoneSet zones)
    {
        foreach ((string name, Part part) in ((string, Part)[])
        [
            ("endpoint", Part.Endpoint), ("kind", Part.Kind), ("namespace", Part.Namespace),
            ("port-name", Part.Port), ("protocol", Part.Protocol), ("service", Part.Service),
        ])
        {
            context.AddMetadata(new MetadataField($"kubernetes/{name}", query => TryCount(query, zones, out int labels) ? Read(query, labels, part) : null));
        }

        context.AddMetadata(new MetadataField(
            "kubernetes/parse-error",
            query => zones.Match(query.Name) is not null && !TryCount(query, zones, out _) ? NoName : null));
    }

    /// <summary>How many labels a name has before its zone; false when it is in none, or cannot be a cluster's name.</summary>
    private static bool TryCount(QueryContext query, ZoneSet zones, out int labels)
    {
        labels = 0;
        if (zones.Match(query.Name) is not { } zone)
        {
            return false;
        }

        labels = query.LabelCount - DomainName.CountLabels(zone.Wire.Span);
        return labels == 0 ||
            (labels <= MostLabels && (query.GetLabel(labels - 1).SequenceEqual("svc"u8) || query.GetLabel(labels - 1).SequenceEqual("pod"u8)));
    }

    /// <summary>The part's text, empty where the name has no such part.</summary>
    private static string Read(QueryContext query, int labels, Part part)
    {
        // Of svc.ZONE alone CoreDNS tells nothing, not even the kind.
        if (labels < 2)
        {
            return "";
        }

        return part switch
        {
            Part.Endpoint => labels == 4 ? ToText(query.GetLabel(0)) : "",
            Part.Protocol => labels == MostLabels ? ToText(StripUnderscore(query.GetLabel(1))) : "",
            Part.Port => labels == MostLabels ? ToText(StripUnderscore(query.GetLabel(0))) : "",
            _ => (int)part <= labels ? ToText(query.GetLabel(labels - (int)part)) : "",
        };
    }

    private static ReadOnlySpan<byte> StripUnderscore(ReadOnlySpan<byte> label) => label is [(byte)'_', ..] ? label[1..] : label;

    /// <summary>A client chooses what is in a label: characters that could break a line are escaped.</summary>
    private static string ToText(ReadOnlySpan<byte> label)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxLabelLength + 2];
        name[0] = (byte)label.Length;
        label.CopyTo(name[1..]);
        name[label.Length + 1] = 0;
        return label.IsEmpty ? "" : DomainName.ToText(name[..(label.Length + 2)])[..^1];
    }
}
