namespace ClusterDns.Listeners;

/// <summary>
/// Queries that are ready for use. Making more is never refused, since what may be under way is bounded elsewhere; but only so
/// many lie idle, and the collector has the rest.
/// </summary>
/// <typeparam name="T">The transport's queries.</typeparam>
/// <param name="create">Makes one.</param>
internal sealed class QueryPool<T>(Func<QueryPool<T>, T> create)
    where T : ListenerQuery
{
    /// <summary>How many lie idle at most: about 6 MiB.</summary>
    internal const int MaxIdle = 512;

    private readonly Lock _lock = new();
    private readonly T[] _idle = new T[MaxIdle];
    private int _count;
    private int _lent;

    /// <summary>How many are taken out and not yet put back.</summary>
    internal int Lent => Volatile.Read(ref _lent);

    /// <summary>Takes one out.</summary>
    internal T Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                T query = _idle[--_count];
                _idle[_count] = null!;
                _lent++;
                return query;
            }
        }

        T made = create(this);
        lock (_lock)
        {
            _lent++;
        }

        return made;
    }

    /// <summary>Makes one ready for the next query and puts it back.</summary>
    internal void Return(T query)
    {
        query.Reset();
        lock (_lock)
        {
            _lent--;
            if (_count < MaxIdle)
            {
                _idle[_count++] = query;
            }
        }
    }
}
