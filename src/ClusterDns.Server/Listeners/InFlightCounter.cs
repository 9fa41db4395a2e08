namespace ClusterDns.Server.Listeners;

/// <summary>Counts operations in progress, and signals when there are none.</summary>
internal sealed class InFlightCounter
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _empty;
    private int _count;

    /// <summary>How many are under way.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>One more.</summary>
    internal void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One less.</summary>
    internal void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            lock (_lock)
            {
                if (Count == 0)
                {
                    _empty?.TrySetResult();
                    _empty = null;
                }
            }
        }
    }

    /// <summary>Completes when nothing is under way.</summary>
    internal Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            if (Count == 0)
            {
                return Task.CompletedTask;
            }

            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }
}
