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
    /// <param name="diagnostics">Where a zone goes that is served twice at one place.</param>
    public void Add(ConfiguredBlock block, PluginBuildContext context, PluginHandler? chain, DiagnosticBag diagnostics)
    {
        List<IPAddress?> addresses = [.. context.Listener.BindAddresses];
        if (addresses.Count == 0 && !context.Listener.IsBound)
        {
            addresses.Add(null);
        }

        IQueryObserver[] observers = [.. context.Observers.Reverse()];
        foreach (IPAddress? address in addresses)
        {
            foreach (BlockKey key in block.Keys)
            {
                Group group = GetGroup(new ListenEndpoint(key.Address.Transport, address, key.Address.Port));
                group.Merge(context.Listener, key.Key.Place, diagnostics);
                if (group.Find(key.Address.Zone) is { } earlier)
                {
                    diagnostics.Error(
                        key.Key.Place,
                        $"zone '{key.Address.Zone}' is served at {group.Place} already, by {earlier.Key.Place}; expected it once");
                    continue;
                }

                Zone zone = key.Address.Zone;
                RouteInfo info = new(group.Place.ToString(), zone.Text, zone.Wire, "");
                group.UnroutedObserver ??= context.UnroutedObserver;
                context.OnServed?.Invoke(info);
                group.Add(key, new Route(info, chain)
                {
                    ServesChaosClass = context.ServesChaosClass,
                    StackTraces = context.StackTraces,
                    Observers = observers,
                });
            }
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

        public ListenerSettings Settings { get; } = new();

        public IQueryObserver? UnroutedObserver { get; set; }

        public IReadOnlyList<Zone> Zones => [.. _members.Select(static member => member.Key.Address.Zone)];

        public IEnumerable<Route> Blocks => _members.Select(static member => member.Block);

        public BlockKey? Find(Zone zone) => _keys.GetValueOrDefault(zone);

        public void Add(BlockKey key, Route block)
        {
            _members.Add((key, block));
            _keys.Add(key.Address.Zone, key);
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
