namespace ClusterDns.Core.Resources;

/// <summary>The shared resources that one configuration has. Disposing releases them all. For one thread at a time.</summary>
public sealed class ResourceScope : IDisposable
{
    private readonly SharedResources _resources;
    private readonly List<SharedEntry> _entries = [];
    private readonly Dictionary<(Type Type, object Key), SharedEntry> _known = [];

    internal ResourceScope(SharedResources resources) => _resources = resources;

    /// <summary>A resource, taken over from a configuration that made it under an equal key, or made.</summary>
    /// <typeparam name="T">What it is; resources of different types have nothing in common, whatever their keys are.</typeparam>
    /// <param name="key">Everything that the resource is made of; compared by value.</param>
    /// <param name="create">Makes it. What this throws is passed on, and nothing is kept.</param>
    public T Get<T>(object key, Func<T> create)
        where T : class
    {
        if (_known.TryGetValue((typeof(T), key), out SharedEntry? known))
        {
            return (T)known.Resource;
        }

        SharedEntry entry = _resources.Take(key, create);
        _entries.Add(entry);
        _known.Add(entry.Place, entry);
        return (T)entry.Resource;
    }

    /// <summary>Begins the work of those that are new.</summary>
    public void Start()
    {
        foreach (SharedEntry entry in _entries)
        {
            _resources.Start(entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            _resources.Release(_entries[i]);
        }

        _entries.Clear();
        _known.Clear();
    }
}
