using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers the names of a cluster.</summary>
internal sealed class KubernetesHandler : ClusterHandler
{
    private readonly KubernetesAnswerer _answerer;
    private readonly ReverseAnswer _reverse;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    /// <param name="zones">The zones, those of reverse names included.</param>
    /// <param name="nameServer">Answers for the zones' name servers.</param>
    /// <param name="random">Chooses among endpoints where there are too many.</param>
    public KubernetesHandler(
        PluginHandler next,
        ClusterIndex index,
        KubernetesAnswerOptions options,
        IReadOnlyList<ZoneRecords> zones,
        NameServerAnswer nameServer,
        ThreadRandom random)
        : this(next, index, options, zones, nameServer, new RandomSubset(random))
    {
    }

    private KubernetesHandler(
        PluginHandler next,
        ClusterIndex index,
        KubernetesAnswerOptions options,
        IReadOnlyList<ZoneRecords> zones,
        NameServerAnswer nameServer,
        RandomSubset subset)
        : base(next, index, zones, options.Fallthrough, subset)
    {
        _answerer = new KubernetesAnswerer(index, options, nameServer, subset);
        _reverse = new ReverseAnswer(index, options);
    }

    /// <inheritdoc/>
    public override string Name => "kubernetes";

    /// <inheritdoc/>
    protected override bool TryAnswer(Query query, ZoneRecords zone, out int outside)
    {
        outside = int.MaxValue;
        return query.Type == RecordType.PTR && ReverseName.TryParse(query, out UInt128 address)
            ? _reverse.TryAnswer(query, address)
            : _answerer.TryAnswer(query, zone, out outside);
    }
}
