using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Cancel;

/// <summary>Gives queries a deadline, and leaves those unanswered that have waited past it.</summary>
internal sealed class CancelHandler : PluginHandler
{
    private readonly TimeProvider _timeProvider;
    private readonly long _timeout;

    /// <summary>A link.</summary>
    /// <param name="next">The link below.</param>
    /// <param name="timeout">How long a query may take.</param>
    /// <param name="timeProvider">The clock.</param>
    public CancelHandler(PluginHandler next, TimeSpan timeout, TimeProvider timeProvider)
        : base(next)
    {
        _timeProvider = timeProvider;
        _timeout = (long)Math.Min(timeout.TotalSeconds * timeProvider.TimestampFrequency, long.MaxValue / 2);
    }

    /// <inheritdoc/>
    public override string Name => "cancel";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        long deadline = query.ReceivedTimestamp + _timeout;
        if (query.Deadline == 0 || deadline < query.Deadline)
        {
            query.Deadline = deadline;
        }

        ValueTask below = NextAsync(query);

        // What has not waited is not late, and need not read the clock.
        return below.IsCompletedSuccessfully ? ValueTask.CompletedTask : AwaitAsync(below, query);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query)
    {
        await below;
        if (_timeProvider.GetTimestamp() >= query.Deadline)
        {
            query.Response.Drop(Name);
        }
    }
}
