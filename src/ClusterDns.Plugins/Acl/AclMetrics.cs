using System.Collections.Concurrent;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Acl;

/// <summary>What is counted of the queries of one zone of one listener.</summary>
internal sealed class AclMetrics
{
    private readonly RouteInfo _block;
    private readonly CounterFamily _blocked;
    private readonly CounterFamily _filtered;
    private readonly CounterFamily _dropped;
    private readonly ConcurrentDictionary<Zone, Counter?[]> _stopped = new();

    /// <summary>Makes them.</summary>
    /// <param name="registry">The process's metrics.</param>
    /// <param name="block">The zone and listener.</param>
    public AclMetrics(MetricRegistry registry, RouteInfo block)
    {
        _block = block;
        _blocked = registry.Counters(
            "coredns_acl_blocked_requests_total", "Counter of DNS requests being blocked.", "server", "zone", "view");
        _filtered = registry.Counters(
            "coredns_acl_filtered_requests_total", "Counter of DNS requests being filtered.", "server", "zone", "view");
        _dropped = registry.Counters(
            "coredns_acl_dropped_requests_total", "Counter of DNS requests being dropped.", "server", "zone", "view");
        Allowed = registry.Counters("coredns_acl_allowed_requests_total", "Counter of DNS requests being allowed.", "server", "view")
            .With(block.Server, block.View);
    }

    /// <summary>Queries that were allowed.</summary>
    public Counter Allowed { get; }

    /// <summary>Counts a query that was not allowed.</summary>
    /// <param name="action">What became of it.</param>
    /// <param name="zone">The zone of the rule.</param>
    public void Stopped(AclAction action, Zone zone)
    {
        Counter?[] counters = _stopped.GetOrAdd(zone, static _ => new Counter?[(int)AclAction.Allow]);

        // Two threads may both put one there: it is the same counter.
        Counter counter = counters[(int)action] ??= Family(action).With(_block.Server, zone.Text, _block.View);
        counter.Add();
    }

    private CounterFamily Family(AclAction action) => action switch
    {
        AclAction.Block => _blocked,
        AclAction.Filter => _filtered,
        _ => _dropped,
    };
}
