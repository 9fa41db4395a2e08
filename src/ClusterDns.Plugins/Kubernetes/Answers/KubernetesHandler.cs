using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers the names of a cluster.</summary>
internal sealed class KubernetesHandler : PluginHandler
{
    private readonly ClusterIndex _index;
    private readonly KubernetesAnswerOptions _options;
    private readonly KubernetesAnswerer _answerer;
    private readonly ReverseAnswer _reverse;
    private readonly RandomSubset _subset;
    private readonly Dictionary<string, ZoneRecords> _zones;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="index">The cluster.</param>
    /// <param name="options">How names are answered.</param>
    /// <param name="zones">The zones, those of reverse names included.</param>
    /// <param name="localAddresses">The server's own addresses, which the zone's name server has.</param>
    /// <param name="random">Chooses among endpoints where there are too many.</param>
    public KubernetesHandler(
        PluginHandler next,
        ClusterIndex index,
        KubernetesAnswerOptions options,
        IEnumerable<Zone> zones,
        IReadOnlyList<IPAddress> localAddresses,
        ThreadRandom random)
        : base(next)
    {
        _index = index;
        _options = options;
        _subset = new RandomSubset(random);
        _answerer = new KubernetesAnswerer(index, options, localAddresses, _subset);
        _reverse = new ReverseAnswer(index, options);
        _zones = zones.Distinct().ToDictionary(
            static zone => zone.Text, options.CreateRecords, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Name => "kubernetes";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.IN || _options.Zones.Match(context.Name) is not { } matched)
        {
            return NextAsync(context);
        }

        Response response = context.Response;
        if (context.Type is RecordType.AXFR or RecordType.IXFR)
        {
            response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }

        ZoneRecords zone = _zones[matched.Text];
        bool exists = context.Type == RecordType.PTR && ReverseName.TryParse(context, out UInt128 address)
            ? _reverse.TryAnswer(context, address)
            : _answerer.TryAnswer(context, zone);
        if (!exists && _options.Fallthrough.Match(context.Name) is not null)
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
            zone.AddAuthority(response, ResponseSection.Authority, _index.LastChange, context.QuestionName[^zone.Wire.Length..]);
            return ValueTask.CompletedTask;
        }

        _subset.Choose(context);
        return context.Type is RecordType.A or RecordType.AAAA
            ? AliasTarget.FollowAsync(context)
            : ValueTask.CompletedTask;
    }
}
