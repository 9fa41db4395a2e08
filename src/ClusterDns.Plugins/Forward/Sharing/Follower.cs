using System.Threading.Tasks.Sources;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// A query that waits for what another finds out. Its continuation runs on the thread that completes it where that is the thread that joined,
/// and on the pool otherwise: no thread sends the answers of another's clients.
/// </summary>
internal sealed class Follower : IValueTaskSource<SharedOutcome>
{
    /// <summary>What a follower takes, in bytes.</summary>
    public const int Bytes = 192;

    private readonly IdleStack<Follower> _idle;
    private ManualResetValueTaskSourceCore<SharedOutcome> _completion;
    private int _thread;

    private Follower(IdleStack<Follower> idle) => _idle = idle;

    /// <summary>The query; it belongs to its chain, which waits.</summary>
    public Query Context { get; private set; } = null!;

    /// <summary>The follower that joined before; the table's.</summary>
    public Follower? Next { get; set; }

    /// <summary>What the query's chain awaits, once.</summary>
    public ValueTask<SharedOutcome> Completion => new(this, _completion.Version);

    /// <summary>A follower for a query that joins on this thread.</summary>
    /// <param name="idle">Where it comes from, and where it goes back to.</param>
    /// <param name="query">The query.</param>
    public static Follower Rent(IdleStack<Follower> idle, Query query)
    {
        Follower follower = idle.Take() ?? new Follower(idle);
        follower.Context = query;
        follower._thread = Environment.CurrentManagedThreadId;
        return follower;
    }

    /// <summary>Lets the query continue. Whoever calls this has taken the follower out of its flight.</summary>
    public void Complete(in SharedOutcome outcome)
    {
        _completion.RunContinuationsAsynchronously = Environment.CurrentManagedThreadId != _thread;
        _completion.SetResult(outcome);
    }

    SharedOutcome IValueTaskSource<SharedOutcome>.GetResult(short token)
    {
        SharedOutcome outcome = _completion.GetResult(token);
        Context = null!;
        _completion.Reset();
        _idle.Return(this);
        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<SharedOutcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<SharedOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);
}
