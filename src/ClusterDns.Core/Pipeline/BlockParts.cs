using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Resources;

namespace ClusterDns.Core.Pipeline;

/// <summary>A plugin in a server block.</summary>
/// <param name="Name">The plugin's name.</param>
/// <param name="Place">Where its first directive is.</param>
internal sealed record PluginPlace(string Name, SourcePlace Place);

/// <summary>Something that a plugin has added to a block, not yet made.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Create">Makes it.</param>
internal readonly record struct BlockPart<T>(PluginPlace Plugin, Func<BlockWiring, T> Create);

/// <summary>What plugins offer as one type.</summary>
/// <param name="ToTypedArray">Copies values into an array of that type.</param>
internal sealed record OfferList(Func<IEnumerable<object>, object[]> ToTypedArray)
{
    public List<BlockPart<IEnumerable<object>>> Parts { get; } = [];
}

/// <summary>All that the plugins of one server block have added, in running order. Once complete, it takes nothing more.</summary>
internal sealed class BlockParts(PluginEnvironment environment, BlockInfo block, ResourceScope resources, DiagnosticBag diagnostics)
{
    private bool _isComplete;

    public PluginEnvironment Environment { get; } = environment;

    public BlockInfo Block { get; } = block;

    public ResourceScope Resources { get; } = resources;

    public DiagnosticBag Diagnostics { get; } = diagnostics;

    public List<BlockPart<Func<PluginHandler, PluginHandler>>> Links { get; } = [];

    public List<BlockPart<IQueryObserver>> Observers { get; } = [];

    public List<BlockPart<IResponseSeal>> Seals { get; } = [];

    public List<BlockPart<IHostService?>> Services { get; } = [];

    public ListenerOptionSet Listener { get; } = new();

    /// <summary>The offers by their types, in the order in which the types were first offered.</summary>
    public OrderedDictionary<Type, OfferList> Offers { get; } = [];

    public List<Func<Query, bool>> Predicates { get; } = [];

    public string ViewName { get; private set; } = "";

    public IReadOnlyList<Zone>? MetadataZones { get; private set; }

    /// <summary>The plugins that take part in the block's queries.</summary>
    public List<string> QueryPlugins { get; } = [];

    public void Use(PluginPlace plugin, Func<PluginHandler, BlockWiring, PluginHandler> create)
        => AddForQueries(Links, plugin, wiring => next => create(next, wiring));

    public void Observe(PluginPlace plugin, Func<BlockWiring, IQueryObserver> create) => AddForQueries(Observers, plugin, create);

    public void Seal(PluginPlace plugin, Func<BlockWiring, IResponseSeal> create) => AddForQueries(Seals, plugin, create);

    public void Route(PluginPlace plugin, Func<Query, bool> predicate, string viewName)
    {
        ThrowIfComplete(plugin);
        TakePart(plugin);
        Predicates.Add(predicate);
        if (viewName.Length > 0)
        {
            ViewName = ViewName.Length == 0 ? viewName : throw new InvalidOperationException($"the block is view '{ViewName}' already");
            Offer<MetadataField>(plugin, _ => [new MetadataField("view/name", _ => viewName)]);
        }
    }

    public void AttachMetadata(PluginPlace plugin, IReadOnlyList<Zone> zones)
    {
        ThrowIfComplete(plugin);
        TakePart(plugin);
        MetadataZones = zones;
    }

    public void Run(PluginPlace plugin, Func<BlockWiring, IHostService?> create) => Add(Services, plugin, create);

    public void Offer<T>(PluginPlace plugin, Func<BlockWiring, IEnumerable<T>> create)
        where T : class
    {
        if (!Offers.TryGetValue(typeof(T), out OfferList? offers))
        {
            Offers.Add(typeof(T), offers = new OfferList(static values => values.Cast<T>().ToArray()));
        }

        Add<IEnumerable<object>>(offers.Parts, plugin, wiring => create(wiring).ToArray());
    }

    public void Listen<T>(PluginPlace plugin, T options)
        where T : class, IMergeable<T>
    {
        ThrowIfComplete(plugin);
        Listener.Add(options, []);
    }

    public void Complete() => _isComplete = true;

    private void AddForQueries<T>(List<BlockPart<T>> parts, PluginPlace plugin, Func<BlockWiring, T> create)
    {
        Add(parts, plugin, create);
        TakePart(plugin);
    }

    private void TakePart(PluginPlace plugin)
    {
        if (!QueryPlugins.Contains(plugin.Name, StringComparer.Ordinal))
        {
            QueryPlugins.Add(plugin.Name);
        }
    }

    private void Add<T>(List<BlockPart<T>> parts, PluginPlace plugin, Func<BlockWiring, T> create)
    {
        ThrowIfComplete(plugin);
        parts.Add(new BlockPart<T>(plugin, create));
    }

    private void ThrowIfComplete(PluginPlace plugin)
    {
        if (_isComplete)
        {
            throw new InvalidOperationException($"'{plugin.Name}' adds to a server block that is complete: add all parts in Build");
        }
    }
}
