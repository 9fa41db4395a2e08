using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// Has identical queries of a *forward* share one attempt at its upstreams: the first leads, the others follow it, and each is settled with what
/// it found out.
/// </summary>
internal sealed class SharedAttempts
{
    private readonly UpstreamAttempts _attempts;
    private readonly Func<QueryContext, ValueTask> _next;
    private readonly FlightTable _flights;
    private readonly ForwardMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly int _maxConcurrent;
    private readonly string _tooMany;
    private readonly long _maxTime;
    private int _underWay;

    /// <summary>Sharing for a *forward*.</summary>
    /// <param name="attempts">Asks its upstreams.</param>
    /// <param name="next">The link below, for queries that are passed on.</param>
    /// <param name="maxConcurrent">How many queries lead at once at most; 0 for no bound.</param>
    /// <param name="flights">The queries on their way, of all server blocks.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    public SharedAttempts(
        UpstreamAttempts attempts,
        Func<QueryContext, ValueTask> next,
        int maxConcurrent,
        FlightTable flights,
        ForwardMetrics metrics,
        TimeProvider timeProvider)
    {
        _attempts = attempts;
        _next = next;
        _maxConcurrent = maxConcurrent;
        _flights = flights;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _tooMany = $"concurrent queries exceeded maximum {maxConcurrent}";
        _maxTime = (long)UpstreamAttempts.MaxTime.TotalSeconds * timeProvider.TimestampFrequency;
    }

    /// <summary>Waits for what an identical query finds out, or asks.</summary>
    public ValueTask ShareAsync(QueryContext context)
    {
        long now = _timeProvider.GetTimestamp();
        return ShareAsync(context, now, now + _maxTime);
    }

    private ValueTask ShareAsync(QueryContext context, long now, long retryEnd)
    {
        if (_flights.Join(this, context, _attempts.UsesStream(context), now, now + _maxTime, out Flight? flight) is { } follower)
        {
            _metrics.Coalesced.Add();
            return FollowAsync(context, follower.Completion, retryEnd);
        }

        if (flight is null)
        {
            _metrics.FollowersRejected.Add();
            context.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, "too many queries wait for the same answer");
            return ValueTask.CompletedTask;
        }

        if (_maxConcurrent > 0 && Interlocked.Increment(ref _underWay) > _maxConcurrent)
        {
            _metrics.MaxConcurrentRejects.Add();
            context.Response.Fail(ForwardHandler.PluginName, ResponseCode.Refused, _tooMany);
            Leave();
            EndFlight(context, flight, passOn: false);
            return ValueTask.CompletedTask;
        }

        return LeadAsync(context, flight);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LeadAsync(QueryContext context, Flight flight)
    {
        bool passOn = false;
        try
        {
            passOn = await _attempts.AskAsync(context, flight);
        }
        finally
        {
            Leave();
            EndFlight(context, flight, passOn);
        }

        if (passOn)
        {
            await _next(context);
        }
    }

    /// <summary>Lets the followers of a query continue with what it found out.</summary>
    private void EndFlight(QueryContext context, Flight flight, bool passOn)
    {
        UpstreamReply? reply = flight.Reply;
        UpstreamProtocol protocol = flight.Protocol;
        Follower? follower = _flights.End(flight, out int followers);
        if (follower is null)
        {
            if (reply is not null)
            {
                context.Hold(reply);
            }

            return;
        }

        SharedReply? shared = null;
        if (reply is not null)
        {
            shared = new SharedReply(reply, followers + 1);
            context.Hold(shared.CreateHold());
        }

        SharedOutcome outcome = SharedOutcome.Of(context, shared, protocol, passOn);
        while (follower is not null)
        {
            Follower next = follower;
            follower = next.Next;
            next.Next = null;
            next.Complete(in outcome);
        }

        if (_attempts.IsOver(context))
        {
            // The query went on for its followers alone.
            context.Response.Drop(ForwardHandler.PluginName);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FollowAsync(QueryContext context, ValueTask<SharedOutcome> completion, long retryEnd)
    {
        SharedOutcome outcome = await completion;
        context.Upstream = outcome.Upstream;
        if (outcome.Reply is { } reply)
        {
            context.Hold(reply.CreateHold());
            ReplyReader.Read(context.Response, reply.Message, reply.Length, outcome.Protocol);
            OwnNames.Restore(context, reply.Message);
        }
        else if (outcome.AsksAgain)
        {
            // Others may lose their places again and again; that must not keep this query waiting without end.
            long now = _timeProvider.GetTimestamp();
            if (now < retryEnd)
            {
                await ShareAsync(context, now, retryEnd);
                return;
            }

            context.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, "identical queries that were asked first made room for others");
        }
        else
        {
            outcome.CopyTo(context.Response, ForwardHandler.PluginName);
        }

        if (outcome.PassesOn)
        {
            await _next(context);
        }
    }

    private void Leave()
    {
        if (_maxConcurrent > 0)
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
