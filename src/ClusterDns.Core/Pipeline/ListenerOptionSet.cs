namespace ClusterDns.Core.Pipeline;

/// <summary>The options of a listener, at most one value of each type.</summary>
public sealed class ListenerOptionSet
{
    private readonly OrderedDictionary<Type, IEntry> _entries = [];

    private interface IEntry
    {
        /// <summary>Adds this value to another set.</summary>
        void AddTo(ListenerOptionSet set, ICollection<string> ignored);
    }

    /// <summary>The options of one type; null when no server block sets any.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public T? Find<T>()
        where T : class, IMergeable<T>
        => (_entries.GetValueOrDefault(typeof(T)) as Entry<T>)?.Options;

    /// <summary>Adds options; those that are there count.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="options">The options.</param>
    /// <param name="ignored">Takes the names of options without effect.</param>
    public void Add<T>(T options, ICollection<string> ignored)
        where T : class, IMergeable<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        _entries[typeof(T)] = new Entry<T>(Find<T>()?.Merge(options, ignored) ?? options);
    }

    /// <summary>Adds all options of another set; those that are there count.</summary>
    /// <param name="others">The other set.</param>
    /// <param name="ignored">Takes the names of options without effect.</param>
    public void Add(ListenerOptionSet others, ICollection<string> ignored)
    {
        ArgumentNullException.ThrowIfNull(others);
        foreach (IEntry entry in others._entries.Values)
        {
            entry.AddTo(this, ignored);
        }
    }

    private sealed class Entry<T>(T options) : IEntry
        where T : class, IMergeable<T>
    {
        public T Options => options;

        public void AddTo(ListenerOptionSet set, ICollection<string> ignored) => set.Add(options, ignored);
    }
}
