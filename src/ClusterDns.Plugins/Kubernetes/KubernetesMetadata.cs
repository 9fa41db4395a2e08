using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes;

/// <summary>The metadata that the kubernetes plugin provides: the parts of a name of its zones, and the Pod that asks.</summary>
internal static class KubernetesMetadata
{
    private const string NoName = "invalid query name";

    private delegate string ReadPart(in ClusterName name);

    /// <summary>The fields of all queries.</summary>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    public static IEnumerable<MetadataField> CreateFields(ClusterIndex index, KubernetesAnswerOptions options)
    {
        yield return Part("endpoint", static (in ClusterName name) => LabelsToText(name.Endpoint[..^name.Cluster.Length]));
        yield return Part("kind", static (in ClusterName name) => name.Namespace.IsEmpty ? "" : name.IsPod ? "pod" : "svc");
        yield return Part("namespace", static (in ClusterName name) => LabelsToText(name.Namespace));
        yield return Part("port-name", static (in ClusterName name) => ToText(name.Port));
        yield return Part("protocol", static (in ClusterName name) => ToText(name.Protocol));
        yield return Part(
            "service", static (in ClusterName name) => LabelsToText(name.ServiceKey.IsEmpty ? default : name.ServiceKey[..^name.Namespace.Length]));
        if (options.IsZonal)
        {
            yield return Part("zone", static (in ClusterName name) => LabelsToText(name.Zone));
        }

        if (!options.MulticlusterZones.IsEmpty)
        {
            yield return Field(
                "cluster",
                query => options.Zones.Match(query) is { } zone && options.IsMulticluster(zone) && TryParse(query, zone, options, out ClusterName name)
                    ? LabelsToText(name.Cluster)
                    : null);
        }

        yield return Field(
            "parse-error", query => options.Zones.Match(query) is { } zone && !TryParse(query, zone, options, out _) ? NoName : null);
        if (options.Pods == PodsMode.Verified)
        {
            yield return Field(
                "client-namespace", query => TryFindClient(query, index, out PodRecord pod) ? LabelsToText(pod.NamespaceLabel) : null);
            yield return Field(
                "client-pod-name", query => TryFindClient(query, index, out PodRecord pod) ? Encoding.UTF8.GetString(pod.ShortName) : null);
        }

        static MetadataField Field(string name, Func<Query, string?> read) => new($"kubernetes/{name}", read);

        MetadataField Part(string part, ReadPart read) => Field(
            part,
            query => options.Zones.Match(query) is { } zone && TryParse(query, zone, options, out ClusterName name) ? read(in name) : null);
    }

    /// <summary>The labels of the Pod that asks, where Pods are kept.</summary>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    public static IEnumerable<MetadataGroup> CreateGroups(ClusterIndex index, KubernetesAnswerOptions options)
        => options.Pods == PodsMode.Verified
            ? [
                new MetadataGroup(
                    "kubernetes/client-label/",
                    (query, name) => TryFindClient(query, index, out PodRecord pod) ? PodLabels.Find(pod.Labels, name) : null),
            ]
            : [];

    /// <summary>
    /// Takes a name apart as whoever answers it does. False for one that cannot be an object's; CoreDNS has no metadata of those that mean the
    /// server itself either.
    /// </summary>
    private static bool TryParse(Query query, Zone zone, KubernetesAnswerOptions options, out ClusterName name)
    {
        ReadOnlySpan<byte> zoneName = zone.Wire.Span;
        name = ClusterName.Parse(query.Name, zoneName.Length, options.IsZonal, options.IsMulticluster(zone));
        return name.Kind switch
        {
            ClusterNameKind.Namespace or ClusterNameKind.Service or ClusterNameKind.Pod => true,
            ClusterNameKind.Empty => query.Name.Length == zoneName.Length || !query.GetLabel(0).SequenceEqual("dns"u8),
            _ => false,
        };
    }

    private static bool TryFindClient(Query query, ClusterIndex index, out PodRecord pod)
    {
        Span<byte> address = stackalloc byte[16];
        return index.TryFindPod(address[..query.Remote.WriteAddressBytes(address)], out pod);
    }

    /// <summary>One label's text.</summary>
    private static string ToText(ReadOnlySpan<byte> label)
    {
        Span<byte> labels = stackalloc byte[DomainName.MaxLabelLength + 1];
        labels[0] = (byte)label.Length;
        label.CopyTo(labels[1..]);
        return label.IsEmpty ? "" : LabelsToText(labels[..(label.Length + 1)]);
    }

    /// <summary>The text of labels in wire form. A client chooses what is in them: characters that could break a line are escaped.</summary>
    private static string LabelsToText(ReadOnlySpan<byte> labels)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        labels.CopyTo(name);
        name[labels.Length] = 0;
        return labels.IsEmpty ? "" : DomainName.ToText(name[..(labels.Length + 1)])[..^1];
    }
}
