using System.Threading.Tasks.Sources;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// A query that waits for what another finds out. Its continuation runs on the thread that completes it where that is the thread that joined,
/// and on the pool otherwise: no thread sends the answers of another's clients.
/// </summary>
internal sealed class Follower : IValueTaskSource<SharedOutcome>
{
    private const int MaxIdle = 1024;

    private static readonly Lock Gate = new();
    private static readonly Follower[] Idle = new Follower[MaxIdle];
    private static int IdleCount;

    private ManualResetValueTaskSourceCore<SharedOutcome> _completion;
    private int _thread;

    private Follower()
    {
    }

    /// <summary>The query; it belongs to its chain, which waits.</summary>
    public QueryContext Context { get; private set; } = null!;

    /// <summary>The follower that joined before; the table's.</summary>
    public Follower? Next { get; set; }

    /// <summary>What the query's chain awaits, once.</summary>
    public ValueTask<SharedOutcome> Completion => new(this, _completion.Version);

    /// <summary>A follower for a query that joins on this thread.</summary>
    public static Follower Rent(QueryContext context)
    {
        Follower? follower = null;
        lock (Gate)
        {
            if (IdleCount > 0)
            {
                follower = Idle[--IdleCount];
            }
        }

        follower ??= new Follower();
        follower.Context = context;
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
        lock (Gate)
        {
            if (IdleCount < MaxIdle)
            {
                Idle[IdleCount++] = this;
            }
        }

        return outcome;
    }

    ValueTaskSourceStatus IValueTaskSource<SharedOutcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<SharedOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);
}
