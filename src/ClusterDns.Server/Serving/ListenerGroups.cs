using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Serving;

/// <summary>Gathers the zones of all server blocks by the place where they are asked.</summary>
internal sealed class ListenerGroups
{
    private readonly List<Group> _groups = [];
    private readonly Dictionary<ListenEndpoint, Group> _byPlace = [];

    /// <summary>Adds a block at every place where it listens.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="block">The block.</param>
    /// <param name="diagnostics">Gets an error where two blocks without a view serve one zone at one place.</param>
    public void Add(IReadOnlyList<PlacedRoute> routes, BuiltBlock block, DiagnosticBag diagnostics)
    {
        BlockWiring wiring = block.Wiring;
        bool servesChaosClass = wiring.All<ServedClass>().Any(static served => served.Class == RecordClass.CH);
        MetadataTable metadata = new(wiring.All<MetadataField>(), wiring.All<MetadataGroup>());
        IQueryObserver[] observers = [.. block.Observers.Reverse()];
        IResponseSeal[] seals = [.. block.Seals.Reverse()];
        foreach (PlacedRoute placed in routes)
        {
            BlockKey key = placed.Key;
            Group group = GetGroup(placed.Place);
            group.Merge(block.Listener, key.Key.Place, diagnostics);
            Route route = new(placed.Info, block.Chain)
            {
                Zone = key.Address.Zone,
                Predicate = block.Predicate,
                Metadata = wiring.MetadataZones is { } zones ? RouteMetadata.Create(placed.Info.ZoneWire, zones, metadata) : null,
                ServesChaosClass = servesChaosClass,
                StackTraces = wiring.Has<StackTraces>(),
                Observers = observers,
                Seals = seals,
            };
            if (group.TryAdd(key, route, diagnostics))
            {
                group.UnroutedObserver ??= wiring.SingleOrDefault<UnroutedObserver>()?.Observer;
            }
        }
    }

    /// <summary>The listeners, in the order in which the Corefile names them.</summary>
    /// <param name="createPipeline">Makes what serves the queries of one place.</param>
    public IReadOnlyList<ListenerModel> Build(Func<ListenEndpoint, IEnumerable<Route>, IQueryObserver?, IQueryPipeline> createPipeline)
        => [.. _groups.Select(group => new ListenerModel(
            group.Place, group.Settings, group.Zones, createPipeline(group.Place, group.Routes, group.UnroutedObserver)))];

    private Group GetGroup(ListenEndpoint place)
    {
        if (!_byPlace.TryGetValue(place, out Group? group))
        {
            group = new Group(place);
            _groups.Add(group);
            _byPlace.Add(place, group);
        }

        return group;
    }

    private sealed class Group(ListenEndpoint place)
    {
        private readonly List<Zone> _zones = [];
        private readonly List<Route> _routes = [];

        /// <summary>By zone, the key of the block that takes all queries which no view before it takes; null while there is none.</summary>
        private readonly Dictionary<Zone, BlockKey?> _unfiltered = [];

        public ListenEndpoint Place { get; } = place;

        public ListenerOptionSet Settings { get; } = new();

        public IQueryObserver? UnroutedObserver { get; set; }

        public IReadOnlyList<Zone> Zones => _zones;

        public IEnumerable<Route> Routes => _routes;

        /// <summary>Adds a route, unless two take all queries of its zone.</summary>
        public bool TryAdd(BlockKey key, Route route, DiagnosticBag diagnostics)
        {
            Zone zone = key.Address.Zone;
            if (!_unfiltered.TryGetValue(zone, out BlockKey? taker))
            {
                _zones.Add(zone);
            }

            if (taker is not null && route.Predicate is null)
            {
                diagnostics.Error(key.Key.Place, $"duplicate zone '{zone}' on {Place} (first at {taker.Key.Place}): expected once");
                return false;
            }

            if (taker is not null)
            {
                diagnostics.Warning(
                    key.Key.Place,
                    $"this block gets no query of zone '{zone}' at {Place}: {taker.Key.Place} comes first and has no view. Move it behind the blocks with views");
            }

            _unfiltered[zone] = taker ?? (route.Predicate is null ? key : null);
            _routes.Add(route);
            return true;
        }

        /// <summary>Adds the options that a block sets.</summary>
        public void Merge(ListenerOptionSet options, SourcePlace place, DiagnosticBag diagnostics)
        {
            List<string> ignored = [];
            Settings.Add(options, ignored);
            foreach (string option in ignored)
            {
                diagnostics.Warning(place, $"'{option}' has no effect: another server block on {Place} sets it first");
            }
        }
    }
}
