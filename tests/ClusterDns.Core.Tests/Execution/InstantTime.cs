namespace ClusterDns.Core.Tests.Execution;

/// <summary>A clock that stands still and whose timers are due at once, so that pauses take no time.</summary>
internal sealed class InstantTime : TimeProvider
{
    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new Timer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}
