using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers the names of zones for clients outside the cluster.</summary>
internal sealed class ExternalHandler : ClusterHandler
{
    private readonly byte[] _apex;
    private readonly ApexAnswer _apexAnswer;
    private readonly ExternalAnswerer _answerer;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    /// <param name="zones">The zones.</param>
    /// <param name="addresses">The addresses of the zones' name server.</param>
    /// <param name="random">Chooses among endpoints where there are too many.</param>
    public ExternalHandler(
        PluginHandler next,
        ClusterIndex index,
        ExternalOptions options,
        IReadOnlyList<ZoneRecords> zones,
        NameServerAddresses addresses,
        ThreadRandom random)
        : this(next, index, options, zones, addresses, new RandomSubset(random))
    {
    }

    private ExternalHandler(
        PluginHandler next,
        ClusterIndex index,
        ExternalOptions options,
        IReadOnlyList<ZoneRecords> zones,
        NameServerAddresses addresses,
        RandomSubset subset)
        : base(next, index, zones, new ZoneSet(options.Fallthrough), subset)
    {
        _apex = Encoding.UTF8.GetBytes(options.Apex);
        _apexAnswer = new ApexAnswer(index, addresses, options.TimeToLive);
        _answerer = new ExternalAnswerer(index, options, subset);
    }

    /// <inheritdoc/>
    public override string Name => "k8s_external";

    /// <inheritdoc/>
    protected override bool TryAnswer(Query query, ZoneRecords zone, out int outside)
    {
        outside = int.MaxValue;
        int labels = query.LabelCount - zone.LabelCount;
        return IsOwn(query, zone)
            ? _apexAnswer.TryAnswer(query, zone, labels)
            : _answerer.TryAnswer(query, zone, labels, out outside);
    }

    /// <inheritdoc/>
    protected override bool IsOwn(Query query, ZoneRecords zone)
    {
        int labels = query.LabelCount - zone.LabelCount;
        return labels == 0 || query.GetLabel(labels - 1).SequenceEqual(_apex);
    }
}
