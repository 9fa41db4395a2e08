using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Serving;

/// <summary>
/// The routes of one listener, found by the longest zone that is a suffix of the name asked. Routes of one zone are tried in the Corefile's
/// order. When none takes the query, those of the next shorter zone are tried.
/// </summary>
internal sealed class RoutingTable
{
    private readonly Level[] _levels;

    /// <summary>A table of routes.</summary>
    /// <param name="routes">The routes, in the Corefile's order.</param>
    public RoutingTable(IEnumerable<Route> routes)
    {
        _levels =
        [
            .. routes
                .GroupBy(static route => DomainName.CountLabels(route.Info.ZoneWire.Span))
                .OrderByDescending(static level => level.Key)
                .Select(level => new Level(level.Key, level)),
        ];
    }

    /// <summary>The route that answers a query, or null when none takes it. The query carries the route's metadata then.</summary>
    /// <param name="query">The query.</param>
    /// <param name="failures">Notified of predicates that throw an exception, which counts as false.</param>
    public Route? Find(Query query, IRouteFailures failures)
    {
        Route? route = FindByZone(query, failures);
        query.Metadata = route?.Metadata?.For(query);
        return route;
    }

    private Route? FindByZone(Query query, IRouteFailures failures)
    {
        bool isDelegationSigner = query.Type == RecordType.DS;
        Route? ofApex = null;
        foreach (Level level in _levels)
        {
            if (level.LabelCount > query.LabelCount)
            {
                continue;
            }

            int firstLabel = query.LabelCount - level.LabelCount;
            Route? route = level.Find(query.Name[query.GetLabelOffset(firstLabel)..], query, failures);
            if (route is null)
            {
                continue;
            }

            // A zone's DS records are in its parent (RFC 4035 section 3.1.4.1): a wider route that is served here has them. The
            // root route is not asked, since it usually forwards to servers that know nothing of a private zone.
            if (isDelegationSigner && firstLabel == 0)
            {
                ofApex = route;
                continue;
            }

            return ofApex is not null && level.LabelCount == 0 ? ofApex : route;
        }

        return ofApex;
    }

    /// <summary>The zones that have the same number of labels.</summary>
    private sealed class Level
    {
        private readonly Dictionary<byte[], Route[]>.AlternateLookup<ReadOnlySpan<byte>> _zones;
        private readonly Route[]? _root;

        public Level(int labelCount, IEnumerable<Route> routes)
        {
            LabelCount = labelCount;
            Dictionary<byte[], Route[]> zones = new(DomainNameComparer.Instance);
            foreach (IGrouping<byte[], Route> zone in routes.GroupBy(
                static route => route.Info.ZoneWire.ToArray(), DomainNameComparer.Instance))
            {
                zones.Add(zone.Key, [.. zone]);
            }

            _zones = zones.GetAlternateLookup<ReadOnlySpan<byte>>();
            _root = labelCount == 0 ? zones.Values.Single() : null;
        }

        public int LabelCount { get; }

        public Route? Find(ReadOnlySpan<byte> suffix, Query query, IRouteFailures failures)
        {
            // The root is a suffix of every name: most Corefiles have nothing else, and need no look-up.
            Route[]? routes = _root;
            if (routes is null && !_zones.TryGetValue(suffix, out routes))
            {
                return null;
            }

            foreach (Route route in routes)
            {
                if (route.Predicate is null || Takes(route, query, failures))
                {
                    return route;
                }
            }

            return null;
        }

        [SuppressMessage("Design", "CA1031", Justification = "An exception of a predicate must not affect other routes.")]
        private static bool Takes(Route route, Query query, IRouteFailures failures)
        {
            // A predicate may read metadata, of the route that it is asked for.
            query.Metadata = route.Metadata?.For(query);
            try
            {
                return route.Predicate!(query);
            }
            catch (Exception exception)
            {
                failures.OnPredicateFailed(route, exception);
                return false;
            }
        }
    }
}

/// <summary>Notified of predicates of routes that throw an exception.</summary>
internal interface IRouteFailures
{
    /// <summary>A predicate threw an exception. Never throws itself.</summary>
    /// <param name="route">The route.</param>
    /// <param name="exception">What it threw.</param>
    void OnPredicateFailed(Route route, Exception exception);
}
