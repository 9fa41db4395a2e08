using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Resources;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A server block under construction. Each plugin adds its parts here, in any order, and sees none of the others'. When all plugins have
/// done so, the block is complete, and the parts are made from a <see cref="BlockWiring"/>, which shows everything that the block's plugins
/// offer. A part that needs to know other plugins is therefore added as a function of the wiring.
/// </summary>
public sealed class BlockBuilder
{
    private readonly BlockParts _parts;
    private readonly PluginPlace _plugin;

    internal BlockBuilder(BlockParts parts, PluginPlace plugin)
    {
        _parts = parts;
        _plugin = plugin;
    }

    /// <summary>The block's keys and fingerprint.</summary>
    public BlockInfo Block => _parts.Block;

    /// <summary>What the process gives to plugins.</summary>
    public PluginEnvironment Environment => _parts.Environment;

    /// <summary>
    /// What outlives the configuration: state that is expensive to make or to lose. A later configuration that asks for it by an equal key
    /// takes it over.
    /// </summary>
    public ResourceScope Resources => _parts.Resources;

    /// <summary>Where a plugin reports what only shows when it is built, such as a missing file.</summary>
    public DiagnosticBag Diagnostics => _parts.Diagnostics;

    /// <summary>Adds a link to the chain, below those that are there.</summary>
    /// <param name="create">Makes the link, given the one below.</param>
    public void Use(Func<PluginHandler, PluginHandler> create) => Use((next, _) => create(next));

    /// <summary>Adds a link to the chain, below those that are there.</summary>
    /// <param name="create">Makes the link, given the one below. It returns that one when the plugin has no use for a link.</param>
    public void Use(Func<PluginHandler, BlockWiring, PluginHandler> create) => _parts.Use(_plugin, create);

    /// <summary>
    /// Makes the block take only those queries of its zones for which a predicate holds; of several, all must. Other blocks of the zone take the
    /// rest.
    /// </summary>
    /// <param name="predicate">
    /// Called before the chain runs, on the query's thread; it may read metadata, and must not wait. An exception counts as false.
    /// </param>
    /// <param name="viewName">
    /// The name of the block's view, which is the label <c>view</c> of its metrics and its metadata <c>view/name</c>. Empty for none; a block has
    /// at most one.
    /// </param>
    public void Route(Func<Query, bool> predicate, string viewName = "") => _parts.Route(_plugin, predicate, viewName);

    /// <summary>Gives queries of some zones the metadata that the block's plugins offer, before the block's predicate is called.</summary>
    /// <param name="zones">The zones.</param>
    public void AttachMetadata(IReadOnlyList<Zone> zones) => _parts.AttachMetadata(_plugin, zones);

    /// <summary>Adds an observer, which sees each of the block's queries when it is received and when it has ended.</summary>
    /// <param name="observer">The observer.</param>
    public void Observe(IQueryObserver observer) => Observe(_ => observer);

    /// <summary>Adds an observer, which sees each of the block's queries when it is received and when it has ended.</summary>
    /// <param name="create">Makes the observer.</param>
    public void Observe(Func<BlockWiring, IQueryObserver> create) => _parts.Observe(_plugin, create);

    /// <summary>Adds a seal, which changes the octets of each of the block's responses when they are written.</summary>
    /// <param name="seal">The seal.</param>
    public void Seal(IResponseSeal seal) => Seal(_ => seal);

    /// <summary>Adds a seal, which changes the octets of each of the block's responses when they are written.</summary>
    /// <param name="create">Makes the seal.</param>
    public void Seal(Func<BlockWiring, IResponseSeal> create) => _parts.Seal(_plugin, create);

    /// <summary>Adds a service, which starts before the listeners serve and stops after they have closed.</summary>
    /// <param name="service">The service.</param>
    public void Run(IHostService service) => Run(_ => service);

    /// <summary>Adds a service, which starts before the listeners serve and stops after they have closed.</summary>
    /// <param name="create">Makes the service, or returns null when there is nothing to run.</param>
    public void Run(Func<BlockWiring, IHostService?> create) => _parts.Run(_plugin, create);

    /// <summary>Sets options of the listeners that serve the block. They are merged with those of other blocks at the same listener.</summary>
    /// <typeparam name="T">The options; at most one value of each type has an effect at a listener.</typeparam>
    /// <param name="options">The values.</param>
    public void Listen<T>(T options)
        where T : class, IMergeable<T>
        => _parts.Listen(_plugin, options);

    /// <summary>
    /// Offers a value to the other plugins of the block and to the server, which find it by the type that it is offered as: a
    /// <see cref="MetadataField"/>, a <see cref="ReadinessCheck"/>, an <see cref="Http.HttpEndpoint"/>, or a type of the plugin's own.
    /// </summary>
    /// <typeparam name="T">The type by which it is found.</typeparam>
    /// <param name="offer">The value.</param>
    public void Offer<T>(T offer)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(offer);
        _parts.Offer<T>(_plugin, _ => [offer]);
    }

    /// <summary>Offers a value that depends on what other plugins offer.</summary>
    /// <typeparam name="T">The type by which it is found.</typeparam>
    /// <param name="create">Makes the value, or returns null for none. It is called once.</param>
    public void Offer<T>(Func<BlockWiring, T?> create)
        where T : class
        => _parts.Offer<T>(_plugin, wiring => create(wiring) is { } offer ? [offer] : []);

    /// <summary>Offers values whose number depends on what other plugins offer.</summary>
    /// <typeparam name="T">The type by which they are found.</typeparam>
    /// <param name="create">Makes the values. It is called once.</param>
    public void OfferAll<T>(Func<BlockWiring, IEnumerable<T>> create)
        where T : class
        => _parts.Offer(_plugin, create);
}
