using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Serving;

/// <summary>What plugins can tell about the queries of a route, and which of its queries carry it.</summary>
internal sealed class RouteMetadata
{
    private readonly MetadataTable _table;

    /// <summary>Null where all queries of the route carry it.</summary>
    private readonly Zone[]? _zones;

    private RouteMetadata(MetadataTable table, Zone[]? zones)
    {
        _table = table;
        _zones = zones;
    }

    /// <summary>The metadata of a route.</summary>
    /// <param name="routeZone">The route's zone, in wire form.</param>
    /// <param name="zones">The zones whose queries carry it.</param>
    /// <param name="table">What they carry.</param>
    /// <returns>Null when no query of the route carries any.</returns>
    public static RouteMetadata? Create(ReadOnlyMemory<byte> routeZone, IEnumerable<Zone> zones, MetadataTable table)
    {
        List<Zone> below = [];
        foreach (Zone zone in zones)
        {
            if (DomainName.IsSubdomainOf(routeZone.Span, zone.Wire.Span))
            {
                return new RouteMetadata(table, zones: null);
            }

            if (DomainName.IsSubdomainOf(zone.Wire.Span, routeZone.Span))
            {
                below.Add(zone);
            }
        }

        return below.Count == 0 ? null : new RouteMetadata(table, [.. below]);
    }

    /// <summary>What a query of the route carries; null for nothing.</summary>
    /// <param name="query">The query.</param>
    public MetadataTable? For(Query query)
    {
        if (_zones is null)
        {
            return _table;
        }

        foreach (Zone zone in _zones)
        {
            if (query.IsIn(zone))
            {
                return _table;
            }
        }

        return null;
    }
}
