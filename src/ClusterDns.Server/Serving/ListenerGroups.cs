using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Serving;

/// <summary>Gathers the zones of all server blocks by the place where they are asked.</summary>
internal sealed class ListenerGroups
{
    private readonly List<Group> _groups = [];
    private readonly Dictionary<ListenEndpoint, Group> _byPlace = [];

    /// <summary>Adds a block at every place where it listens.</summary>
    /// <param name="block">The block.</param>
    /// <param name="context">What its plugins have built.</param>
    /// <param name="chain">Its chain; null without links.</param>
    /// <param name="diagnostics">Gets an error where two blocks without a view serve one zone at one place.</param>
    public void Add(ConfiguredBlock block, PluginBuildContext context, PluginHandler? chain, DiagnosticBag diagnostics)
    {
        List<IPAddress?> addresses = [.. context.Listener.BindAddresses];
        if (addresses.Count == 0 && !context.Listener.IsBound)
        {
            addresses.Add(null);
        }

        IQueryObserver[] observers = [.. context.Observers.Reverse()];
        IResponseSeal[] seals = [.. context.Seals.Reverse()];
        MetadataTable? metadata = context.MetadataZones is null ? null : new MetadataTable(context.MetadataFields, context.MetadataGroups);
        foreach (IPAddress? address in addresses)
        {
            foreach (BlockKey key in block.Keys)
            {
                Group group = GetGroup(new ListenEndpoint(key.Address.Transport, address, key.Address.Port));
                group.Merge(context.Listener, key.Key.Place, diagnostics);
                Zone zone = key.Address.Zone;
                Route route = new(new RouteInfo(group.Place.ToString(), zone.Text, zone.Wire, context.ViewName), chain)
                {
                    Predicate = context.Predicate,
                    Metadata = metadata is null ? null : RouteMetadata.Create(zone.Wire, context.MetadataZones!, metadata),
                    ServesChaosClass = context.ServesChaosClass,
                    StackTraces = context.StackTraces,
                    Observers = observers,
                    Seals = seals,
                };
                if (group.TryAdd(key, route, diagnostics))
                {
                    group.UnroutedObserver ??= context.UnroutedObserver;
                    context.OnServed?.Invoke(route.Info);
                }
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

        public ListenerSettings Settings { get; } = new();

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
                diagnostics.Error(key.Key.Place, $"zone '{zone}' is served at {Place} already, by {taker.Key.Place}; expected it once");
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

        /// <summary>Takes in what a block asks of the listener; what another block has asked first counts.</summary>
        public void Merge(ListenerSettings asked, SourcePlace place, DiagnosticBag diagnostics)
        {
            Settings.Workers = Merge(Settings.Workers, asked.Workers, "multisocket", place, diagnostics);
            Settings.ReadTimeout = Merge(Settings.ReadTimeout, asked.ReadTimeout, "timeouts read", place, diagnostics);
            Settings.WriteTimeout = Merge(Settings.WriteTimeout, asked.WriteTimeout, "timeouts write", place, diagnostics);
            Settings.IdleTimeout = Merge(Settings.IdleTimeout, asked.IdleTimeout, "timeouts idle", place, diagnostics);
            Settings.MaxConnectionQueries = Merge(
                Settings.MaxConnectionQueries, asked.MaxConnectionQueries, "timeouts maxtcpqueries", place, diagnostics);
        }

        private T? Merge<T>(T? known, T? asked, string option, SourcePlace place, DiagnosticBag diagnostics)
            where T : struct
        {
            if (known is { } first && asked is { } second && !first.Equals(second))
            {
                diagnostics.Warning(place, $"{option} of this block has no effect: another block at {Place} says otherwise, and comes first");
            }

            return known ?? asked;
        }
    }
}
