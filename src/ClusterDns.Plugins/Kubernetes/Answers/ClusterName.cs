using System.Runtime.CompilerServices;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>What a name below the cluster's zone is for (the Kubernetes DNS specification, section 2).</summary>
internal enum ClusterNameKind : byte
{
    /// <summary>Nothing: no object can have it.</summary>
    Invalid,

    /// <summary>The zone itself, or a name between it and the objects, which exists and has no records.</summary>
    Empty,

    /// <summary><c>dns-version</c>.</summary>
    Version,

    /// <summary><c>ns.dns</c>.</summary>
    NameServer,

    /// <summary><c>NAMESPACE.svc</c> or <c>NAMESPACE.pod</c>.</summary>
    Namespace,

    /// <summary>A Service, or an endpoint, a port or a topology zone of it.</summary>
    Service,

    /// <summary>A Pod by its address.</summary>
    Pod,
}

/// <summary>A name of the cluster, taken apart in place.</summary>
internal readonly ref struct ClusterName
{
    private ClusterName(ClusterNameKind kind) => Kind = kind;

    /// <summary>What it is for.</summary>
    public ClusterNameKind Kind { get; private init; }

    /// <summary>The namespace as one label in wire form.</summary>
    public ReadOnlySpan<byte> Namespace { get; private init; }

    /// <summary>Service and namespace as two labels in wire form; of a Pod, its address's label and the namespace.</summary>
    public ReadOnlySpan<byte> ServiceKey { get; private init; }

    /// <summary>
    /// The endpoint as one label in wire form, which in an imported Service the cluster's label follows; empty where the name has none.
    /// </summary>
    public ReadOnlySpan<byte> Endpoint { get; private init; }

    /// <summary>The cluster as one label in wire form; empty where the name has none.</summary>
    public ReadOnlySpan<byte> Cluster => Endpoint.IsEmpty ? default : Endpoint[(Endpoint[0] + 1)..];

    /// <summary>The port's name without its underscore; empty where the name has none, which means any.</summary>
    public ReadOnlySpan<byte> Port { get; private init; }

    /// <summary>The protocol without its underscore; empty where the name has none, which means any.</summary>
    public ReadOnlySpan<byte> Protocol { get; private init; }

    /// <summary>The topology zone as labels in wire form, to whose endpoints the name is confined; empty for all endpoints.</summary>
    public ReadOnlySpan<byte> Zone { get; private init; }

    /// <summary>Whether the name means all endpoints where its topology zone has none.</summary>
    public bool PrefersZone { get; private init; }

    /// <summary>Whether the name means the Service as a whole, no endpoint, port or topology zone of it.</summary>
    public bool IsWhole => Endpoint.IsEmpty && Port.IsEmpty && Protocol.IsEmpty && Zone.IsEmpty;

    /// <summary>Whether the name asks for an imported Service.</summary>
    public bool IsImported { get; private init; }

    /// <summary>Whether the name asks for a Pod rather than for a Service.</summary>
    public bool IsPod { get; private init; }

    /// <summary>Takes a name apart.</summary>
    /// <param name="name">The name in wire form and lower case, below or equal to the zone.</param>
    /// <param name="zoneLength">How many bytes of it are the zone.</param>
    /// <param name="isZonal">Whether headless Services have names for the endpoints of a topology zone; imported ones have none.</param>
    /// <param name="isMulticluster">Whether the zone's Services are imported ones.</param>
    [SkipLocalsInit]
    public static ClusterName Parse(ReadOnlySpan<byte> name, int zoneLength, bool isZonal, bool isMulticluster)
    {
        const int longest = 5;
        Span<byte> starts = stackalloc byte[longest];
        int count = 0;
        int end = name.Length - zoneLength;
        for (int offset = 0; offset < end; offset += name[offset] + 1)
        {
            if (count == longest)
            {
                return isZonal && !isMulticluster ? ParseZonal(name[..end], starts) : new ClusterName(ClusterNameKind.Invalid);
            }

            starts[count++] = (byte)offset;
        }

        if (count == 0)
        {
            return new ClusterName(ClusterNameKind.Empty);
        }

        ReadOnlySpan<byte> last = name[starts[count - 1]..end];
        bool isPod = last.SequenceEqual("\u0003pod"u8);
        return isPod || last.SequenceEqual("\u0003svc"u8)
            ? ParseObject(name[..end], starts[..count], isPod, isMulticluster)
            : new ClusterName(ParseSpecial(name[..end]));
    }

    /// <summary>A name of a Service, or of what belongs to it, that was taken apart elsewhere.</summary>
    /// <param name="serviceKey">Service and namespace as two labels in wire form.</param>
    /// <param name="endpoint">The endpoint as one label in wire form; empty for none.</param>
    /// <param name="port">The port's name without its underscore; empty for any.</param>
    /// <param name="protocol">The protocol without its underscore; empty for any.</param>
    public static ClusterName OfService(
        ReadOnlySpan<byte> serviceKey, ReadOnlySpan<byte> endpoint, ReadOnlySpan<byte> port, ReadOnlySpan<byte> protocol)
        => new(ClusterNameKind.Service)
        {
            Namespace = serviceKey[(serviceKey[0] + 1)..],
            ServiceKey = serviceKey,
            Endpoint = endpoint,
            Port = StripUnderscore(port),
            Protocol = StripUnderscore(protocol),
        };

    private static ClusterNameKind ParseSpecial(ReadOnlySpan<byte> labels)
    {
        if (labels.SequenceEqual("\u000bdns-version"u8))
        {
            return ClusterNameKind.Version;
        }

        return labels.SequenceEqual("\u0002ns\u0003dns"u8) ? ClusterNameKind.NameServer
            : labels.SequenceEqual("\u0003dns"u8) ? ClusterNameKind.Empty
            : ClusterNameKind.Invalid;
    }

    private static ClusterName ParseObject(
        ReadOnlySpan<byte> labels, scoped ReadOnlySpan<byte> starts, bool isPod, bool isMulticluster)
    {
        int count = starts.Length;
        if (count == 1)
        {
            return new ClusterName(ClusterNameKind.Empty);
        }

        int end = starts[count - 1];
        int namespaceStart = starts[count - 2];
        ReadOnlySpan<byte> namespaceLabel = labels[namespaceStart..end];
        if (count == 2)
        {
            return new ClusterName(ClusterNameKind.Namespace) { Namespace = namespaceLabel, IsPod = isPod };
        }

        int serviceStart = starts[count - 3];
        bool hasPort = count == 5 && !(isMulticluster && labels[1] != '_' && labels[starts[1] + 1] != '_');
        return new ClusterName(isPod ? ClusterNameKind.Pod : ClusterNameKind.Service)
        {
            Namespace = namespaceLabel,
            ServiceKey = labels[serviceStart..end],
            IsPod = isPod,
            IsImported = isMulticluster,
            Endpoint = hasPort ? default : labels[..serviceStart],
            Port = hasPort ? StripUnderscore(labels[1..starts[1]]) : default,
            Protocol = hasPort ? StripUnderscore(labels[(starts[1] + 1)..serviceStart]) : default,
        };
    }

    /// <summary>
    /// <c>TOPOLOGY-ZONE.pin._zone.SERVICE.NAMESPACE.svc</c>, or with <c>prefer</c>. Values of topology zones may have dots, so that
    /// everything before that word is the zone.
    /// </summary>
    /// <param name="labels">At least six labels.</param>
    /// <param name="last">Where the first five begin; afterwards, the last five.</param>
    private static ClusterName ParseZonal(ReadOnlySpan<byte> labels, scoped Span<byte> last)
    {
        for (int offset = last[^1] + labels[last[^1]] + 1; offset < labels.Length; offset += labels[offset] + 1)
        {
            last[1..].CopyTo(last);
            last[^1] = (byte)offset;
        }

        ReadOnlySpan<byte> directive = labels[last[0]..last[1]];
        bool prefers = directive.SequenceEqual("\u0006prefer"u8);
        if ((!prefers && !directive.SequenceEqual("\u0003pin"u8)) ||
            !labels[last[1]..last[2]].SequenceEqual("\u0005_zone"u8) ||
            !labels[last[4]..].SequenceEqual("\u0003svc"u8))
        {
            return new ClusterName(ClusterNameKind.Invalid);
        }

        return new ClusterName(ClusterNameKind.Service)
        {
            Namespace = labels[last[3]..last[4]],
            ServiceKey = labels[last[2]..last[4]],
            Zone = labels[..last[0]],
            PrefersZone = prefers,
        };
    }

    private static ReadOnlySpan<byte> StripUnderscore(ReadOnlySpan<byte> label) => label is [(byte)'_', ..] ? label[1..] : label;
}
