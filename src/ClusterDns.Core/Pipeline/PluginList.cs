using System.Buffers;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// The plugins that a Corefile may use, in the order in which they run: the first sees a query first, whatever the Corefile's order is. A
/// server's list is complete before the server reads its Corefile.
/// </summary>
public sealed class PluginList
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("{}\"#(), \t\r\n");

    private readonly List<Entry> _entries = [];

    /// <summary>The plugins, in running order.</summary>
    public IEnumerable<IPlugin> Plugins => _entries.Select(static entry => entry.Plugin).OfType<IPlugin>();

    /// <summary>The names that a Corefile may mention, in running order, including those that only have a place.</summary>
    public IReadOnlyList<string> Names => [.. _entries.Select(static entry => entry.Name)];

    /// <summary>A plugin by its name; null when there is none.</summary>
    /// <param name="name">The name of the plugin's directive.</param>
    public IPlugin? Find(string name) => _entries.Find(entry => entry.Is(name))?.Plugin;

    /// <summary>
    /// Adds a plugin. Without <paramref name="before"/> and <paramref name="after"/> it takes the place that its name has in CoreDNS's order, or
    /// else the last one.
    /// </summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="before">The name of the plugin that runs next; null for none.</param>
    /// <param name="after">The name of the plugin that runs just before; null for none.</param>
    /// <exception cref="ArgumentException">
    /// The list has a plugin of this name, or has no plugin of the name to run before or after, or the name cannot be a directive.
    /// </exception>
    public void Add(IPlugin plugin, string? before = null, string? after = null)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        string name = plugin.Name;
        ThrowIfNotDirective(name);
        if (Find(name) is not null)
        {
            throw new ArgumentException($"plugin '{name}' is in the list already: use Replace to put another one in its place", nameof(plugin));
        }

        if (before is not null && after is not null)
        {
            throw new ArgumentException($"plugin '{name}' is to run before '{before}' and after '{after}': give one of them", nameof(after));
        }

        // An anchor may be the plugin's own place in CoreDNS's order, so that is given up last.
        Entry? reserved = _entries.Find(entry => entry.Is(name));
        Entry added = new(name, plugin);
        if (before is not null)
        {
            _entries.Insert(IndexOf(before, nameof(before)), added);
        }
        else if (after is not null)
        {
            _entries.Insert(IndexOf(after, nameof(after)) + 1, added);
        }
        else
        {
            _entries.Insert(reserved is null ? _entries.Count : _entries.IndexOf(reserved), added);
        }

        if (reserved is not null)
        {
            _entries.Remove(reserved);
        }
    }

    /// <summary>Puts a plugin in the place that its name has in the list.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <exception cref="ArgumentException">The list does not have the name.</exception>
    public void Replace(IPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        int index = IndexOf(plugin.Name, nameof(plugin));
        _entries[index] = new Entry(plugin.Name, plugin);
    }

    /// <summary>Adds a plugin without options that answers queries.</summary>
    /// <param name="name">The name of its directive.</param>
    /// <param name="tryAnswer">
    /// Answers a query, in <see cref="Query.Response"/>, or returns false to pass it on. It is called by several threads at once, and must not wait.
    /// </param>
    /// <param name="before">The name of the plugin that runs next; null for none.</param>
    /// <param name="after">The name of the plugin that runs just before; null for none.</param>
    /// <exception cref="ArgumentException">As for <see cref="Add"/>.</exception>
    public void Map(string name, Func<Query, bool> tryAnswer, string? before = null, string? after = null)
    {
        ArgumentNullException.ThrowIfNull(tryAnswer);
        Add(new MappedPlugin(name, tryAnswer), before, after);
    }

    /// <summary>Adds a place for a plugin that CoreDNS has and this list has not: a Corefile that uses it gets an error that says so.</summary>
    /// <param name="name">The plugin's name.</param>
    public void Reserve(string name)
    {
        ThrowIfNotDirective(name);
        _entries.Add(new Entry(name, null));
    }

    private int IndexOf(string name, string parameter)
    {
        int index = _entries.FindIndex(entry => entry.Is(name));
        if (index >= 0)
        {
            return index;
        }

        string hint = NearMiss.Find(name, Names) is { } meant ? $"; did you mean '{meant}'?" : "";
        throw new ArgumentException($"the list has no plugin '{name}'{hint}", parameter);
    }

    private static void ThrowIfNotDirective(string name)
    {
        if (string.IsNullOrEmpty(name) || name is "import" || name.AsSpan().ContainsAny(Separators))
        {
            throw new ArgumentException(
                $"'{name}' cannot be the name of a plugin: expected a word without spaces, quotes, commas, braces, parentheses or '#', other than 'import'",
                nameof(name));
        }
    }

    private sealed record Entry(string Name, IPlugin? Plugin)
    {
        public bool Is(string name) => string.Equals(Name, name, StringComparison.Ordinal);
    }
}
