using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Answers the names of zones from a cluster: what is the same for clients within it and outside.</summary>
/// <param name="next">The link below.</param>
/// <param name="index">The cluster.</param>
/// <param name="zones">The zones.</param>
/// <param name="fallthrough">The zones whose names are passed on when they do not exist.</param>
/// <param name="subset">Chooses among endpoints where there are too many.</param>
internal abstract class ClusterHandler(
    PluginHandler next, ClusterIndex index, IReadOnlyList<ZoneRecords> zones, ZoneSet fallthrough, RandomSubset subset) : PluginHandler(next)
{
    private readonly ZoneSet<ZoneRecords> _zones = new(zones.Select(static zone => (zone.Zone, zone)));

    /// <inheritdoc/>
    public sealed override ValueTask ServeAsync(Query query)
    {
        if (query.Class != RecordClass.IN || _zones.Match(query) is not { } zone)
        {
            return NextAsync(query);
        }

        Response response = query.Response;
        if (query.Type is RecordType.AXFR or RecordType.IXFR)
        {
            response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }

        bool exists = TryAnswer(query, zone, out int outside);
        if (!exists && fallthrough.Match(query) is not null && !IsOwn(query, zone))
        {
            return NextAsync(query);
        }

        if (!index.IsSynced)
        {
            NotReadyAnswer.Fail(response, Name, index.UnsyncedText);
            return ValueTask.CompletedTask;
        }

        response.Answer(Name, exists ? ResponseCode.NoError : ResponseCode.NXDomain);
        if (response.Answers.Count == 0)
        {
            zone.AddAuthority(response, ResponseSection.Authority, index.LastChange, query.QuestionName[^zone.Wire.Length..]);
            return ValueTask.CompletedTask;
        }

        // Where a target is outside the cluster, the order decides which.
        if (query.Type == RecordType.SRV && outside < response.Answers.Count)
        {
            return TargetAddresses.AddAsync(query, outside);
        }

        subset.Choose(query);
        return query.Type is RecordType.A or RecordType.AAAA ? AliasTarget.FollowAsync(query) : ValueTask.CompletedTask;
    }

    /// <summary>Answers a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="zone">The zone that its name is in.</param>
    /// <param name="outside">From which SRV record on targets are names outside the cluster.</param>
    /// <returns>Whether the name exists; its records, if it has any of the type, are in the response.</returns>
    protected abstract bool TryAnswer(Query query, ZoneRecords zone, out int outside);

    /// <summary>Whether a name is the zone's own, so that nobody else can have it.</summary>
    /// <param name="query">The query.</param>
    /// <param name="zone">The zone that its name is in.</param>
    protected virtual bool IsOwn(Query query, ZoneRecords zone) => false;
}
