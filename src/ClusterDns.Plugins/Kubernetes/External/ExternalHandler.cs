using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.External;

/// <summary>Answers the names of zones for clients outside the cluster.</summary>
internal sealed class ExternalHandler : PluginHandler
{
    private readonly ClusterIndex _index;
    private readonly ZoneSet _zones;
    private readonly ZoneSet _fallthrough;
    private readonly byte[] _apex;
    private readonly IReadOnlyDictionary<string, ExternalZone> _records;
    private readonly ApexAnswer _apexAnswer;
    private readonly ExternalAnswerer _answerer;
    private readonly RandomSubset _subset;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    /// <param name="records">The zones by their text.</param>
    /// <param name="addresses">The addresses of the zones' name server.</param>
    /// <param name="random">Chooses among endpoints where there are too many.</param>
    public ExternalHandler(
        PluginHandler next,
        ClusterIndex index,
        ExternalOptions options,
        IReadOnlyDictionary<string, ExternalZone> records,
        NameServerAddresses addresses,
        ThreadRandom random)
        : base(next)
    {
        _index = index;
        _zones = new ZoneSet(options.Zones);
        _fallthrough = new ZoneSet(options.Fallthrough);
        _apex = Encoding.UTF8.GetBytes(options.Apex);
        _records = records;
        _apexAnswer = new ApexAnswer(index, addresses, options.TimeToLive);
        _subset = new RandomSubset(random);
        _answerer = new ExternalAnswerer(index, options, _subset);
    }

    /// <inheritdoc/>
    public override string Name => "k8s_external";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.IN || _zones.Match(context.Name) is not { } matched)
        {
            return NextAsync(context);
        }

        Response response = context.Response;
        if (context.Type is RecordType.AXFR or RecordType.IXFR)
        {
            response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }

        ExternalZone zone = _records[matched.Text];
        int labels = context.LabelCount - zone.LabelCount;
        bool isOwn = labels == 0 || context.GetLabel(labels - 1).SequenceEqual(_apex);
        int hostnames = int.MaxValue;
        bool exists = isOwn
            ? _apexAnswer.TryAnswer(context, zone.Records, labels)
            : _answerer.TryAnswer(context, zone.Records, labels, out hostnames);
        if (!exists && !isOwn && _fallthrough.Match(context.Name) is not null)
        {
            return NextAsync(context);
        }

        if (!_index.IsSynced)
        {
            NotReadyAnswer.Fail(response, Name);
            return ValueTask.CompletedTask;
        }

        response.Answer(Name, exists ? ResponseCode.NoError : ResponseCode.NXDomain);
        if (response.Answers.Count == 0)
        {
            zone.Records.AddAuthority(response, ResponseSection.Authority, _index.LastChange);
            return ValueTask.CompletedTask;
        }

        _subset.Choose(context);
        return context.Type switch
        {
            RecordType.A or RecordType.AAAA => AliasTarget.FollowAsync(context),
            RecordType.SRV when hostnames < response.Answers.Count => TargetAddresses.AddAsync(context, hostnames),
            _ => ValueTask.CompletedTask,
        };
    }
}
