using ClusterDns.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>
/// A clock that a test lets go on. While what a timer has begun is under way, until it waits for the clock again or ends, the clock stands
/// still, so that a busy machine changes no outcome.
/// </summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    private int _armed;
    private int _fired;

    /// <summary>How often timers have fired.</summary>
    public int Fired => Volatile.Read(ref _fired);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Arm(dueTime);
        return new CountedTimer(
            this,
            base.CreateTimer(
                argument =>
                {
                    Interlocked.Increment(ref _fired);
                    callback(argument);
                },
                state,
                dueTime,
                period));
    }

    /// <summary>Lets the clock go on, step by step, until a task has ended that waits for it again and again.</summary>
    /// <param name="task">The task. Nothing else may wait for the clock meanwhile.</param>
    /// <param name="step">How far each step goes.</param>
    public async Task RunUntilAsync(Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            int armed = Volatile.Read(ref _armed);
            int fired = Fired;
            Advance(step);
            if (Fired != fired)
            {
                await Eventually.IsAsync(() => task.IsCompleted || Volatile.Read(ref _armed) != armed);
            }
        }
    }

    private void Arm(TimeSpan dueTime)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Interlocked.Increment(ref _armed);
        }
    }

    private sealed class CountedTimer(SteppedClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Arm(dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
