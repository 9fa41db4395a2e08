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
    private readonly Func<Query, ValueTask> _next;
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
        Func<Query, ValueTask> next,
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
    public ValueTask ShareAsync(Query query)
    {
        long now = _timeProvider.GetTimestamp();
        return ShareAsync(query, now, now + _maxTime);
    }

    private ValueTask ShareAsync(Query query, long now, long retryEnd)
    {
        if (!query.TryGetRequest(out ReadOnlyMemory<byte> request))
        {
            query.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, "the query as it was rewritten does not fit into a message");
            return ValueTask.CompletedTask;
        }

        if (_flights.Join(this, query, request, _attempts.UsesStream(query), now, now + _maxTime, out Flight? flight) is { } follower)
        {
            _metrics.Coalesced.Add();
            return FollowAsync(query, follower.Completion, retryEnd);
        }

        if (flight is null)
        {
            _metrics.FollowersRejected.Add();
            query.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, "too many queries wait for the same upstream query");
            return ValueTask.CompletedTask;
        }

        if (_maxConcurrent > 0 && Interlocked.Increment(ref _underWay) > _maxConcurrent)
        {
            _metrics.MaxConcurrentRejects.Add();
            query.Response.Fail(ForwardHandler.PluginName, ResponseCode.Refused, _tooMany);
            Leave();
            EndFlight(query, flight, passOn: false);
            return ValueTask.CompletedTask;
        }

        return LeadAsync(query, flight);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LeadAsync(Query query, Flight flight)
    {
        bool passOn = false;
        try
        {
            passOn = await _attempts.AskAsync(query, flight);
        }
        finally
        {
            Leave();
            EndFlight(query, flight, passOn);
        }

        if (passOn)
        {
            await _next(query);
        }
    }

    /// <summary>Lets the followers of a query continue with what it found out.</summary>
    private void EndFlight(Query query, Flight flight, bool passOn)
    {
        UpstreamReply? reply = flight.Reply;
        UpstreamProtocol protocol = flight.Protocol;
        Follower? follower = _flights.End(flight, out int followers);
        if (follower is null)
        {
            if (reply is not null)
            {
                query.Hold(reply);
            }

            return;
        }

        SharedReply? shared = null;
        if (reply is not null)
        {
            shared = new SharedReply(reply, followers + 1);
            query.Hold(shared.CreateHold());
        }

        SharedOutcome outcome = SharedOutcome.Of(query, shared, protocol, passOn);
        while (follower is not null)
        {
            Follower next = follower;
            follower = next.Next;
            next.Next = null;
            next.Complete(in outcome);
        }

        if (_attempts.IsOver(query))
        {
            // The query continued only for its followers.
            query.Response.Drop(ForwardHandler.PluginName);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FollowAsync(Query query, ValueTask<SharedOutcome> completion, long retryEnd)
    {
        SharedOutcome outcome = await completion;
        query.Upstream = outcome.Upstream;
        if (outcome.Reply is { } reply)
        {
            query.Hold(reply.CreateHold());
            ReplyReader.Read(query, reply.Message, reply.Length, outcome.Protocol);
            OwnNames.Restore(query, reply.Message);
        }
        else if (outcome.AsksAgain)
        {
            // Others may lose their places again and again; that must not keep this query waiting without end.
            long now = _timeProvider.GetTimestamp();
            if (now < retryEnd)
            {
                await ShareAsync(query, now, retryEnd);
                return;
            }

            query.Response.Fail(ForwardHandler.PluginName, ResponseCode.ServFail, "the query that was shared was rejected, because too many queries wait");
        }
        else
        {
            outcome.CopyTo(query.Response, ForwardHandler.PluginName);
        }

        if (outcome.PassesOn)
        {
            await _next(query);
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
