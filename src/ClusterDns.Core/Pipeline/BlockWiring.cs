using System.Diagnostics.CodeAnalysis;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Resources;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A server block to which all plugins have added their parts. What is made from it sees every offer of the block, whatever the order of the
/// plugins is: an offer is made when it is first asked for, and only once.
/// </summary>
public sealed class BlockWiring
{
    private readonly BlockParts _parts;
    private readonly Action<PluginPlace, Exception> _onFailure;
    private readonly Dictionary<Type, object[]> _made = [];
    private readonly List<Type> _underWay = [];

    internal BlockWiring(BlockParts parts, Action<PluginPlace, Exception> onFailure)
    {
        _parts = parts;
        _onFailure = onFailure;
    }

    /// <inheritdoc cref="BlockBuilder.Block"/>
    public BlockInfo Block => _parts.Block;

    /// <inheritdoc cref="BlockBuilder.Environment"/>
    public PluginEnvironment Environment => _parts.Environment;

    /// <inheritdoc cref="BlockBuilder.Resources"/>
    public ResourceScope Resources => _parts.Resources;

    /// <inheritdoc cref="BlockBuilder.Diagnostics"/>
    public DiagnosticBag Diagnostics => _parts.Diagnostics;

    /// <summary>Where the block is served: one route for each of its zones at each of its listeners.</summary>
    public IReadOnlyList<RouteInfo> Routes { get; internal set; } = [];

    /// <summary>The zones whose queries have metadata; null when the block uses none.</summary>
    public IReadOnlyList<Zone>? MetadataZones => _parts.MetadataZones;

    /// <summary>The name of the block's view; empty for none.</summary>
    public string ViewName => _parts.ViewName;

    /// <summary>The names of the block's plugins that take part in its queries, as links, observers or seals for example.</summary>
    public IReadOnlyList<string> Plugins => _parts.QueryPlugins;

    /// <summary>Everything that the block's plugins offer as one type, in running order.</summary>
    /// <typeparam name="T">The type as which it was offered; not a base type of it.</typeparam>
    /// <exception cref="InvalidOperationException">An offer of this type is being made, and depends on itself.</exception>
    public IReadOnlyList<T> All<T>()
        where T : class
        => Has<T>() ? (T[])All(typeof(T)) : [];

    /// <summary>The one value that the block's plugins offer as a type; null when there is none.</summary>
    /// <typeparam name="T">The type as which it was offered.</typeparam>
    /// <exception cref="InvalidOperationException">There are several, or the offer depends on itself.</exception>
    public T? SingleOrDefault<T>()
        where T : class
    {
        IReadOnlyList<T> offers = All<T>();
        return offers.Count switch
        {
            0 => null,
            1 => offers[0],
            _ => throw new InvalidOperationException($"{offers.Count} plugins of this server block offer {typeof(T).Name}: expected one"),
        };
    }

    /// <summary>Whether a plugin of the block has offered a type. It makes nothing, so an offer may depend on it freely.</summary>
    /// <typeparam name="T">The type as which it was offered.</typeparam>
    public bool Has<T>()
        where T : class
        => _parts.Offers.ContainsKey(typeof(T));

    /// <summary>
    /// The path to use for one that the Corefile names: a relative path starts from the folder of the <em>root</em> plugin, or else from the
    /// working folder.
    /// </summary>
    /// <param name="path">The path as the Corefile has it.</param>
    public string ResolvePath(string path) => Path.Combine(SingleOrDefault<RootFolder>()?.Path ?? "", path);

    /// <summary>Makes every offer that has not been made, so that none is made while queries are served.</summary>
    internal void MakeAll()
    {
        foreach (Type type in _parts.Offers.Keys)
        {
            All(type);
        }
    }

    /// <summary>Makes a part. Whatever its plugin throws is an error of that plugin, and never the end of the process.</summary>
    /// <param name="part">The part.</param>
    /// <param name="failed">What there is in its place when it cannot be made.</param>
    [SuppressMessage("Design", "CA1031", Justification = "Any exception of a plugin is reported with the plugin's name and place.")]
    internal T Make<T>(BlockPart<T> part, T failed)
    {
        try
        {
            return part.Create(this);
        }
        catch (Exception exception)
        {
            _onFailure(part.Plugin, exception);
            return failed;
        }
    }

    private object[] All(Type type)
    {
        if (_made.TryGetValue(type, out object[]? made))
        {
            return made;
        }

        if (_underWay.Contains(type))
        {
            throw new InvalidOperationException(
                $"an offer depends on itself: {string.Join(" -> ", _underWay.Append(type).Select(static step => step.Name))}");
        }

        _underWay.Add(type);
        OfferList offers = _parts.Offers[type];
        made = offers.ToTypedArray(offers.Parts.SelectMany(part => Make(part, [])));
        _underWay.Remove(type);
        _made.Add(type, made);
        return made;
    }
}
