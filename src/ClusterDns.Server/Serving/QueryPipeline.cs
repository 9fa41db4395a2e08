using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Server.Serving;

/// <summary>
/// Takes a message in, finds the route, runs its chain and writes the response. Every query ends here, in <see cref="OnEnd"/>,
/// exactly once.
/// </summary>
/// <param name="server">The listener's name as metrics have it, like <c>dns://:53</c>.</param>
/// <param name="routes">The listener's routes.</param>
/// <param name="metrics">What is counted of ends that no plugin sees.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">For exceptions out of plugins.</param>
/// <param name="unrouted">Sees queries that no route takes.</param>
internal sealed partial class QueryPipeline(
    string server,
    RoutingTable routes,
    QueryEndMetrics metrics,
    TimeProvider timeProvider,
    ILogger logger,
    IQueryObserver? unrouted = null) : IQueryPipeline, IQueryRouter, IQueryEndSink, IRouteFailures
{
    private readonly RouteInfo _unrouted = RouteInfo.Dropped with { Server = server };
    private readonly IQueryObserver[] _unroutedObservers = unrouted is null ? [] : [unrouted];

    /// <inheritdoc/>
    public ValueTask<bool> HandleAsync(
        Exchange exchange,
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        IWaitGate? waitGate)
    {
        Query query = exchange.Query;
        exchange.Begin(this);
        long received = query.ReceivedTimestamp == 0 ? timeProvider.GetTimestamp() : query.ReceivedTimestamp;
        switch (exchange.Accept(length, transport, in local, in remote, received, waitGate))
        {
            case QueryVerdict.Drop:
                exchange.End(QueryEnd.Ignored);
                return new(false);
            case QueryVerdict.Respond:
                exchange.WriteResponse();
                exchange.End(QueryEnd.Malformed);
                return new(true);
        }

        exchange.Router = this;
        Route? route = routes.Find(query, this);
        ValueTask served = ServeAsync(query, route);
        if (!served.IsCompletedSuccessfully)
        {
            return FinishAsync(served, query, route);
        }

        return new(exchange.HasWaited ? FinishWait(query, route) : Finish(query, route));
    }

    /// <inheritdoc/>
    public ValueTask RouteAsync(Query query)
    {
        query.Exchange.Begin(this);
        ValueTask served = ServeAsync(query, routes.Find(query, this));
        if (!served.IsCompletedSuccessfully)
        {
            return FinishInternalAsync(served, query);
        }

        query.Exchange.End(GetEnd(query));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "A failing observer must not affect the other observers, nor the client's answer.")]
    public void OnEnd(Query query, QueryEnd outcome)
    {
        if (outcome is QueryEnd.Malformed or QueryEnd.Ignored)
        {
            (outcome == QueryEnd.Ignored ? metrics.Ignored : metrics.Malformed(query.Response.Code)).Add();
            return;
        }

        foreach (IQueryObserver observer in query.Exchange.Observers.Span)
        {
            try
            {
                observer.OnEnd(query, outcome);
            }
            catch (Exception exception)
            {
                metrics.Panics.Add();
                LogPanicWithTrace(exception, server);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "An observer that fails must not keep the others from the query, nor the client from its answer.")]
    private void OnReceived(Query query)
    {
        foreach (IQueryObserver observer in query.Exchange.Observers.Span)
        {
            try
            {
                observer.OnReceived(query);
            }
            catch (Exception exception)
            {
                metrics.Panics.Add();
                LogPanicWithTrace(exception, server);
            }
        }
    }

    /// <inheritdoc/>
    public void OnPredicateFailed(Route route, Exception exception)
    {
        metrics.Panics.Add();
        if (route.MarkPredicateFailed())
        {
            LogPredicateFailed(server, route.Info.Zone, route.Info.View, exception.GetType().Name, exception.Message);
        }
    }

    private QueryEnd GetEnd(Query query)
        => query.HasFailed ? QueryEnd.Failed
            : query.Response.Status == ResponseStatus.Dropped ? QueryEnd.Dropped
            : ReferenceEquals(query.Route, _unrouted) ? QueryEnd.Unrouted
            : QueryEnd.Answered;

    /// <summary>Runs a route's chain; what it throws becomes SERVFAIL.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An exception of a plugin fails one query, not the server.")]
    private ValueTask ServeAsync(Query query, Route? route)
    {
        if (route?.Chain is null || (query.Class != RecordClass.IN && !route.ServesChaosClass))
        {
            query.Route = _unrouted;
            query.Exchange.Observers = _unroutedObservers;
            OnReceived(query);
            query.Response.Fail("", ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }

        query.Route = route.Info;
        query.MatchedZone = route.Zone;
        query.Exchange.Observers = route.Observers;
        query.Exchange.Seals = route.Seals;
        OnReceived(query);
        try
        {
            ValueTask served = route.Chain.ServeAsync(query);
            if (!served.IsCompletedSuccessfully)
            {
                return AwaitAsync(served, query, route);
            }

            served.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Recover(query, route, exception);
        }

        return ValueTask.CompletedTask;
    }

    [SuppressMessage("Design", "CA1031", Justification = "An exception of a plugin fails one query, not the server.")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask served, Query query, Route route)
    {
        try
        {
            await served;
        }
        catch (Exception exception)
        {
            Recover(query, route, exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FinishAsync(ValueTask served, Query query, Route? route)
    {
        await served;
        return FinishWait(query, route);
    }

    /// <summary>Ends a query that has waited: its place is safe from now on, unless somebody has taken it already.</summary>
    private bool FinishWait(Query query, Route? route)
    {
        switch (query.Exchange.EndWait())
        {
            case WaitEnd.Evicted:
                return FinishEvicted(query, route);
            case WaitEnd.ClientGone:
                query.Exchange.End(QueryEnd.ClientGone);
                return false;
            default:
                return Finish(query, route);
        }
    }

    /// <summary>Ends a query whose place another has taken: whatever its chain found out, it is too late.</summary>
    private bool FinishEvicted(Query query, Route? route)
    {
        query.Response.Fail("", ResponseCode.ServFail, failure: null);
        bool isAnswered = query.Transport != TransportProtocol.Udp;
        if (isAnswered)
        {
            Write(query, route);
        }
        else
        {
            query.Response.Drop("");
        }

        query.Exchange.End(QueryEnd.Evicted);
        return isAnswered;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishInternalAsync(ValueTask served, Query query)
    {
        await served;
        query.Exchange.End(GetEnd(query));
    }

    /// <summary>Writes the response. What a link or a seal has made unwritable becomes SERVFAIL without seals.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Records that cannot be written are a plugin's bug, which fails one query.")]
    private void Write(Query query, Route? route)
    {
        try
        {
            query.Exchange.WriteResponse();
        }
        catch (Exception exception)
        {
            query.Exchange.Seals = default;
            Recover(query, route, exception);
            query.Exchange.WriteResponse();
        }
    }

    /// <summary>
    /// Writes the response and ends the query, except one with a <see cref="Response.Stream"/>: the listener ends it with its last message.
    /// </summary>
    private bool Finish(Query query, Route? route)
    {
        Response response = query.Response;
        if (response.Status == ResponseStatus.Dropped)
        {
            query.Exchange.End(GetEnd(query));
            return false;
        }

        if (response.Status == ResponseStatus.None)
        {
            response.Fail("", ResponseCode.ServFail, failure: null);
        }

        Write(query, route);
        if (response.Stream is null || query.Transport == TransportProtocol.Udp)
        {
            query.Exchange.End(GetEnd(query));
        }

        return true;
    }

    private void Recover(Query query, Route? route, Exception exception)
    {
        metrics.Panics.Add();
        query.HasFailed = true;
        query.Response.Fail("", ResponseCode.ServFail, failure: null);
        if (route is { StackTraces: true })
        {
            LogPanicWithTrace(exception, server);
        }
        else
        {
            LogPanic(server, exception.GetType().Name, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Recovered from panic in server: \"{Server}\" {Kind}: {Reason}")]
    private partial void LogPanic(string server, string kind, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Recovered from panic in server: \"{Server}\": the condition of view '{View}' of zone {Zone} failed, and counts as false (logged once): {Kind}: {Reason}")]
    private partial void LogPredicateFailed(string server, string zone, string view, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Recovered from panic in server: \"{Server}\"")]
    private partial void LogPanicWithTrace(Exception exception, string server);
}
