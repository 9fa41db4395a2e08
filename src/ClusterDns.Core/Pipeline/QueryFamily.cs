using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// What a query and the questions that are asked for it have in common: how many there are, and the place in which they wait. It outlives
/// whichever of them ends last, so a question in flight never touches a context that serves another query by now.
/// </summary>
internal sealed class QueryFamily : IWaitGate
{
    private const int MaxIdle = 64;

    private static readonly IdleStack<QueryFamily> Idle = new(MaxIdle);

    private readonly Lock _lock = new();
    private Exchange? _root;
    private IWaitGate? _gate;
    private int _members;
    private int _asked;

    private QueryFamily()
    {
    }

    /// <summary>Whether nobody waits any longer for what the questions find out: the query has ended, or was abandoned.</summary>
    public bool IsAbandoned => Volatile.Read(ref _root) is not { IsAbandoned: false };

    /// <summary>The family of a query that asks its first question; the query is its first member.</summary>
    /// <param name="root">The query.</param>
    /// <param name="gate">Where it waits; null for no bound.</param>
    public static QueryFamily Create(Exchange root, IWaitGate? gate)
    {
        QueryFamily family = Idle.Take() ?? new QueryFamily();
        family._gate = gate;
        family._members = 1;
        family._asked = 0;
        Volatile.Write(ref family._root, root);
        return family;
    }

    /// <summary>Takes in one more question; false beyond the bound, and when the query has ended.</summary>
    public bool TryAsk()
    {
        lock (_lock)
        {
            if (_root is null || _asked >= InternalQuery.MaxPerQuery)
            {
                return false;
            }

            _asked++;
        }

        Interlocked.Increment(ref _members);
        return true;
    }

    /// <summary>Takes a place for the whole family; false when there is none, and when the query has ended.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_root is null)
            {
                return false;
            }

            _root.HasWaited = true;
            return _gate is null || _gate.TryEnter();
        }
    }

    /// <summary>The query has ended, and its place is no longer its own.</summary>
    public void LeaveRoot()
    {
        lock (_lock)
        {
            Volatile.Write(ref _root, null);
            _gate = null;
        }

        Leave();
    }

    /// <summary>A member's context has gone back to its pool.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _members) == 0)
        {
            Idle.Return(this);
        }
    }
}
