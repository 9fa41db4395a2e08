namespace ClusterDns.Core.Resources;

/// <summary>
/// The process's long-lived things by what they are made of, each with a count of the configurations that have it. A new
/// configuration takes over what an old one made from equal options, and what nobody has any more ends.
/// </summary>
public sealed class SharedResources
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Type Type, object Key), SharedEntry> _entries = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The resources of a new configuration; none yet.</summary>
    public ResourceScope CreateScope() => new(this);

    /// <summary>Takes hold of a resource, which is made where there is none.</summary>
    internal SharedEntry Take<T>(object key, Func<T> create)
        where T : class
    {
        lock (_lock)
        {
            (Type, object) place = (typeof(T), key);
            if (!_entries.TryGetValue(place, out SharedEntry? entry))
            {
                entry = new SharedEntry(place, create());
                _entries.Add(place, entry);
            }

            entry.Holders++;
            return entry;
        }
    }

    /// <summary>Begins the work of a resource, unless that was done.</summary>
    internal void Start(SharedEntry entry)
    {
        lock (_lock)
        {
            if (!entry.IsStarted)
            {
                entry.IsStarted = true;
                (entry.Resource as ISharedResource)?.Start();
            }
        }
    }

    /// <summary>Releases a resource, which ends when nobody else has it.</summary>
    internal void Release(SharedEntry entry)
    {
        lock (_lock)
        {
            if (--entry.Holders > 0)
            {
                return;
            }

            _entries.Remove(entry.Place);
        }

        (entry.Resource as IDisposable)?.Dispose();
    }
}

/// <summary>A resource and who has it.</summary>
/// <param name="place">Its type and key.</param>
/// <param name="resource">The resource.</param>
internal sealed class SharedEntry((Type Type, object Key) place, object resource)
{
    /// <summary>Its type and key.</summary>
    public (Type Type, object Key) Place { get; } = place;

    /// <summary>The resource.</summary>
    public object Resource { get; } = resource;

    /// <summary>How many configurations have it.</summary>
    public int Holders { get; set; }

    /// <summary>Whether its work has begun.</summary>
    public bool IsStarted { get; set; }
}
