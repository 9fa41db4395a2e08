using ClusterDns.Core.Memory;

namespace ClusterDns.Server.Listeners;

/// <summary>
/// Queries that are ready for use. Making more is never refused, since what may be under way is bounded elsewhere; but only so
/// many lie idle as memory allows, and the collector has the rest.
/// </summary>
/// <typeparam name="T">The transport's queries.</typeparam>
/// <param name="create">Makes one.</param>
/// <param name="memory">Where the places of idle queries are reserved; null for no bound but <see cref="MaxIdle"/>.</param>
internal sealed class QueryPool<T>(Func<QueryPool<T>, T> create, MemoryShare? memory = null) : IDisposable
    where T : ListenerQuery
{
    /// <summary>How many lie idle at most: about 6 MiB.</summary>
    internal const int MaxIdle = 512;

    /// <summary>How many places are reserved at once. The first are there whatever the share has, so that a listener at its work allocates nothing.</summary>
    internal const int Step = 16;

    private readonly Lock _lock = new();
    private readonly T[] _idle = new T[MaxIdle];
    private int _places;
    private int _count;
    private int _lent;
    private bool _isClosed;

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
            if (_count < _places || TryAddPlaces())
            {
                _idle[_count++] = query;
            }
        }
    }

    /// <summary>Releases the places. Queries that are still out go to the collector.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            memory?.Release((long)_places * PoolSizes.QueryBytes);
            _places = _count = 0;
            Array.Clear(_idle);
        }
    }

    private bool TryAddPlaces()
    {
        const long bytes = (long)Step * PoolSizes.QueryBytes;
        if (_isClosed || _places == MaxIdle)
        {
            return false;
        }

        if (_places == 0)
        {
            memory?.Reserve(bytes);
        }
        else if (memory is not null && !memory.TryReserve(bytes))
        {
            return false;
        }

        _places += Step;
        return true;
    }
}
