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
    /// <param name="diagnostics">Where a zone goes that is served twice at one place.</param>
    public void Add(IReadOnlyList<PlacedRoute> routes, BuiltBlock block, DiagnosticBag diagnostics)
    {
        BlockWiring wiring = block.Wiring;
        bool servesChaosClass = wiring.All<ServedClass>().Any(static served => served.Class == RecordClass.CH);
        IQueryObserver[] observers = [.. block.Observers.Reverse()];
        foreach (PlacedRoute route in routes)
        {
            BlockKey key = route.Key;
            Group group = GetGroup(route.Place);
            group.Merge(block.Listener, key.Key.Place, diagnostics);
            if (group.Find(key.Address.Zone) is { } earlier)
            {
                diagnostics.Error(
                    key.Key.Place,
                    $"zone '{key.Address.Zone}' is served at {group.Place} already, by {earlier.Key.Place}; expected it once");
                continue;
            }

            group.UnroutedObserver ??= wiring.SingleOrDefault<UnroutedObserver>()?.Observer;
            group.Add(key, new Route(route.Info, block.Chain)
            {
                ServesChaosClass = servesChaosClass,
                StackTraces = wiring.Has<StackTraces>(),
                Observers = observers,
            });
        }
    }

    /// <summary>The listeners, in the order in which the Corefile names them.</summary>
    /// <param name="createPipeline">Makes what serves the queries of one place.</param>
    public IReadOnlyList<ListenerModel> Build(Func<ListenEndpoint, IEnumerable<Route>, IQueryObserver?, IQueryPipeline> createPipeline)
        => [.. _groups.Select(group => new ListenerModel(
            group.Place, group.Settings, group.Zones, createPipeline(group.Place, group.Blocks, group.UnroutedObserver)))];

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
        private readonly List<(BlockKey Key, Route Block)> _members = [];
        private readonly Dictionary<Zone, BlockKey> _keys = [];

        public ListenEndpoint Place { get; } = place;

        public ListenerOptionSet Settings { get; } = new();

        public IQueryObserver? UnroutedObserver { get; set; }

        public IReadOnlyList<Zone> Zones => [.. _members.Select(static member => member.Key.Address.Zone)];

        public IEnumerable<Route> Blocks => _members.Select(static member => member.Block);

        public BlockKey? Find(Zone zone) => _keys.GetValueOrDefault(zone);

        public void Add(BlockKey key, Route block)
        {
            _members.Add((key, block));
            _keys.Add(key.Address.Zone, key);
        }

        /// <summary>Adds the options that a block sets.</summary>
        public void Merge(ListenerOptionSet options, SourcePlace place, DiagnosticBag diagnostics)
        {
            List<string> ignored = [];
            Settings.Add(options, ignored);
            foreach (string option in ignored)
            {
                diagnostics.Warning(place, $"{option} of this block has no effect: another block at {Place} says otherwise, and comes first");
            }
        }
    }
}
