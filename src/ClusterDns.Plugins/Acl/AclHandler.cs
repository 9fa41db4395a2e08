using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>Refuses, empties or drops queries, or allows them.</summary>
/// <param name="next">The link below.</param>
/// <param name="rules">The rules; the first that says something about a query counts.</param>
/// <param name="registry">The process's metrics.</param>
internal sealed class AclHandler(PluginHandler next, AclRuleTable[] rules, MetricRegistry registry) : PluginHandler(next)
{
    private readonly BlockTable<AclMetrics> _metrics = new(block => new AclMetrics(registry, block));

    /// <inheritdoc/>
    public override string Name => "acl";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        AclMetrics metrics = _metrics.For(query.Route);
        foreach (AclRuleTable rule in rules)
        {
            if (rule.Zones.Match(query) is not { } zone || rule.Find(query) is not { } action)
            {
                continue;
            }

            if (action == AclAction.Allow)
            {
                break;
            }

            metrics.Stopped(action, zone);
            Stop(query.Response, action);
            return ValueTask.CompletedTask;
        }

        metrics.Allowed.Add();
        return NextAsync(query);
    }

    private void Stop(Response response, AclAction action)
    {
        switch (action)
        {
            case AclAction.Block:
                response.Answer(Name, ResponseCode.Refused, authoritative: false);
                response.SetExtendedError((ushort)ExtendedErrorCode.Blocked, default);
                break;
            case AclAction.Filter:
                response.Answer(Name, ResponseCode.NoError, authoritative: false);
                response.SetExtendedError((ushort)ExtendedErrorCode.Filtered, default);
                break;
            default:
                response.Drop(Name);
                break;
        }
    }
}
