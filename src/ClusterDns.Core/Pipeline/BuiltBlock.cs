using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Pipeline;

/// <summary>A plugin whose options have been read.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Options">Its options.</param>
/// <param name="Place">Where its first directive is.</param>
internal sealed record ConfiguredPlugin(IPlugin Plugin, object Options, SourcePlace Place);

/// <summary>A server block with all its parts made.</summary>
internal sealed class BuiltBlock
{
    private readonly BlockParts _parts;

    private BuiltBlock(BlockParts parts, BlockWiring wiring)
    {
        _parts = parts;
        Wiring = wiring;
    }

    /// <summary>What the block's plugins offer.</summary>
    public BlockWiring Wiring { get; }

    /// <summary>The options of the block's listeners.</summary>
    public ListenerOptionSet Listener => _parts.Listener;

    /// <summary>What a query must be like for the block to take it; null when the block takes all of its zones.</summary>
    public Func<Query, bool>? Predicate => _parts.Predicates switch
    {
        [] => null,
        [var only] => only,
        var all => query => all.TrueForAll(predicate => predicate(query)),
    };

    /// <summary>What sees the block's queries, in running order of the plugins.</summary>
    public required IReadOnlyList<IQueryObserver> Observers { get; init; }

    /// <summary>What changes the octets of the block's responses, in running order of the plugins.</summary>
    public required IReadOnlyList<IResponseSeal> Seals { get; init; }

    /// <summary>The first link; null for a block without plugins that take part in queries.</summary>
    public required PluginHandler? Chain { get; init; }

    /// <summary>What runs beside the queries, in running order of the plugins.</summary>
    public required IReadOnlyList<IHostService> Services { get; init; }

    /// <summary>
    /// Has all plugins add their parts, then makes the parts: offers, observers, links from the last to the first, services.
    /// </summary>
    /// <param name="parts">The block, empty.</param>
    /// <param name="plugins">Its plugins in running order.</param>
    /// <param name="end">The end of the chain.</param>
    /// <param name="createRoutes">Says where the block is served.</param>
    /// <param name="onFailure">Reports an exception of a plugin.</param>
    public static BuiltBlock Build(
        BlockParts parts,
        IEnumerable<ConfiguredPlugin> plugins,
        PluginHandler end,
        Func<BlockWiring, IReadOnlyList<RouteInfo>> createRoutes,
        Action<PluginPlace, Exception> onFailure)
    {
        foreach (ConfiguredPlugin plugin in plugins)
        {
            AddParts(parts, plugin, onFailure);
        }

        parts.Complete();
        BlockWiring wiring = new(parts, onFailure);
        wiring.Routes = createRoutes(wiring);
        wiring.MakeAll();
        return new BuiltBlock(parts, wiring)
        {
            Observers = [.. parts.Observers.Select(part => wiring.Make(part, null!)).OfType<IQueryObserver>()],
            Seals = [.. parts.Seals.Select(part => wiring.Make(part, null!)).OfType<IResponseSeal>()],
            Chain = parts.QueryPlugins.Count == 0 ? null : CreateChain(parts, wiring, end),
            Services = [.. parts.Services.Select(part => wiring.Make(part, null)).OfType<IHostService>()],
        };
    }

    private static PluginHandler CreateChain(BlockParts parts, BlockWiring wiring, PluginHandler end)
    {
        PluginHandler chain = end;
        for (int i = parts.Links.Count - 1; i >= 0; i--)
        {
            BlockPart<Func<PluginHandler, PluginHandler>> link = parts.Links[i];
            PluginHandler next = chain;
            chain = wiring.Make(new BlockPart<PluginHandler>(link.Plugin, made => link.Create(made)(next)), next);
        }

        return chain;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any exception of a plugin is reported with the plugin's name and place.")]
    private static void AddParts(BlockParts parts, ConfiguredPlugin configured, Action<PluginPlace, Exception> onFailure)
    {
        PluginPlace place = new(configured.Plugin.Name, configured.Place);
        try
        {
            configured.Plugin.Build(configured.Options, new BlockBuilder(parts, place));
        }
        catch (Exception exception)
        {
            onFailure(place, exception);
        }
    }
}
