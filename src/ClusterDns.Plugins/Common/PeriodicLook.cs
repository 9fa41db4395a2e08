using ClusterDns.Core.Execution;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// Looks again and again at files that may have changed, one look at a time: one that takes longer than the period is not overtaken by the
/// next. What has changed is read on a thread of its own, so that a long file keeps no thread of the pool.
/// </summary>
internal sealed class PeriodicLook : IDisposable
{
    private readonly CallbackGuard _guard;
    private readonly string _name;
    private readonly Func<bool> _hasChanged;
    private readonly Action _read;
    private readonly Action? _otherwise;
    private readonly ITimer _timer;
    private int _isLooking;

    /// <summary>Begins to look.</summary>
    /// <param name="guard">Starts the timer and the threads.</param>
    /// <param name="name">What failures are counted as.</param>
    /// <param name="period">How often.</param>
    /// <param name="hasChanged">Whether there is something to read.</param>
    /// <param name="read">Reads it, on a thread of its own.</param>
    /// <param name="otherwise">Runs where there is nothing to read; null for nothing.</param>
    public PeriodicLook(CallbackGuard guard, string name, TimeSpan period, Func<bool> hasChanged, Action read, Action? otherwise = null)
    {
        _guard = guard;
        _name = name;
        _hasChanged = hasChanged;
        _read = read;
        _otherwise = otherwise;
        _timer = guard.CreateTimer(name, static look => look.Look(), this, period, period);
    }

    /// <summary>Looks no more.</summary>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
        {
            return;
        }

        bool isAside = false;
        try
        {
            if (_hasChanged())
            {
                _guard.RunAside(_name, ReadAndEnd);
                isAside = true;
            }
            else
            {
                _otherwise?.Invoke();
            }
        }
        finally
        {
            if (!isAside)
            {
                Volatile.Write(ref _isLooking, 0);
            }
        }
    }

    private void ReadAndEnd()
    {
        try
        {
            _read();
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
