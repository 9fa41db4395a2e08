using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Serving;

/// <summary>
/// Takes a message in, finds the server block, runs its chain and writes the response. Every query ends here, in <see cref="OnEnd"/>,
/// exactly once.
/// </summary>
/// <param name="server">The listener's name as metrics have it, like <c>dns://:53</c>.</param>
/// <param name="routes">The listener's server blocks.</param>
/// <param name="metrics">What is counted of ends that no plugin sees.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">For exceptions out of plugins.</param>
/// <param name="unrouted">Sees queries that no server block takes.</param>
internal sealed partial class QueryPipeline(
    string server,
    RoutingTable routes,
    QueryEndMetrics metrics,
    TimeProvider timeProvider,
    ILogger logger,
    IQueryObserver? unrouted = null) : IQueryPipeline, IQueryRouter, IQueryEndSink
{
    private readonly ServerBlockInfo _unrouted = ServerBlockInfo.Dropped with { Server = server };
    private readonly IQueryObserver[] _unroutedObservers = unrouted is null ? [] : [unrouted];

    /// <inheritdoc/>
    public ValueTask<bool> HandleAsync(
        QueryContext context,
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        IWaitGate? waitGate)
    {
        context.Begin(this);
        long received = context.ReceivedTimestamp == 0 ? timeProvider.GetTimestamp() : context.ReceivedTimestamp;
        switch (context.Accept(length, transport, in local, in remote, received, waitGate))
        {
            case QueryVerdict.Drop:
                context.End(QueryEnd.Ignored);
                return new(false);
            case QueryVerdict.Respond:
                context.WriteResponse();
                context.End(QueryEnd.Malformed);
                return new(true);
        }

        context.Router = this;
        ServerBlock? block = routes.Find(context);
        ValueTask served = ServeAsync(context, block);
        if (!served.IsCompletedSuccessfully)
        {
            return FinishAsync(served, context, block);
        }

        return new(context.HasWaited ? FinishWait(context, block) : Finish(context, block));
    }

    /// <inheritdoc/>
    public ValueTask RouteAsync(QueryContext query)
    {
        query.Begin(this);
        ValueTask served = ServeAsync(query, routes.Find(query));
        if (!served.IsCompletedSuccessfully)
        {
            return FinishInternalAsync(served, query);
        }

        query.End(GetEnd(query));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "An observer that fails must not keep the others from the query, nor the client from its answer.")]
    public void OnEnd(QueryContext query, QueryEnd outcome)
    {
        if (outcome is QueryEnd.Malformed or QueryEnd.Ignored)
        {
            (outcome == QueryEnd.Ignored ? metrics.Ignored : metrics.Malformed(query.Response.Code)).Add();
            return;
        }

        foreach (IQueryObserver observer in query.Observers.Span)
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

    private QueryEnd GetEnd(QueryContext context)
        => context.HasFailed ? QueryEnd.Failed
            : context.Response.Status == ResponseStatus.Dropped ? QueryEnd.Dropped
            : ReferenceEquals(context.Block, _unrouted) ? QueryEnd.Unrouted
            : QueryEnd.Answered;

    /// <summary>Runs a block's chain; what it throws becomes SERVFAIL.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An exception out of a plugin is one query's SERVFAIL, not the server's end.")]
    private ValueTask ServeAsync(QueryContext context, ServerBlock? block)
    {
        if (block?.Chain is null || (context.Class != RecordClass.IN && !block.ServesChaosClass))
        {
            context.Response.Fail("", ResponseCode.Refused, failure: null);
            context.Block = _unrouted;
            context.Observers = _unroutedObservers;
            return ValueTask.CompletedTask;
        }

        context.Block = block.Info;
        context.Observers = block.Observers;
        try
        {
            ValueTask served = block.Chain.ServeAsync(context);
            if (!served.IsCompletedSuccessfully)
            {
                return AwaitAsync(served, context, block);
            }

            served.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Recover(context, block, exception);
        }

        return ValueTask.CompletedTask;
    }

    [SuppressMessage("Design", "CA1031", Justification = "An exception out of a plugin is one query's SERVFAIL, not the server's end.")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask served, QueryContext context, ServerBlock block)
    {
        try
        {
            await served;
        }
        catch (Exception exception)
        {
            Recover(context, block, exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FinishAsync(ValueTask served, QueryContext context, ServerBlock? block)
    {
        await served;
        return FinishWait(context, block);
    }

    /// <summary>Ends a query that has waited: its place is safe from now on, unless somebody has taken it already.</summary>
    private bool FinishWait(QueryContext context, ServerBlock? block)
    {
        switch (context.EndWait())
        {
            case WaitEnd.Evicted:
                return FinishEvicted(context);
            case WaitEnd.ClientGone:
                context.End(QueryEnd.ClientGone);
                return false;
            default:
                return Finish(context, block);
        }
    }

    /// <summary>Ends a query whose place another has taken: whatever its chain found out, it is too late.</summary>
    private static bool FinishEvicted(QueryContext context)
    {
        context.Response.Fail("", ResponseCode.ServFail, failure: null);
        bool isAnswered = context.Transport != TransportProtocol.Udp;
        if (isAnswered)
        {
            context.WriteResponse();
        }
        else
        {
            context.Response.Drop("");
        }

        context.End(QueryEnd.Evicted);
        return isAnswered;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishInternalAsync(ValueTask served, QueryContext query)
    {
        await served;
        query.End(GetEnd(query));
    }

    /// <summary>
    /// Writes the response and ends the query, except one with a <see cref="Response.Stream"/>: the listener ends it with its last message.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "Records that cannot be written are a plugin's bug: one query's SERVFAIL.")]
    private bool Finish(QueryContext context, ServerBlock? block)
    {
        Response response = context.Response;
        if (response.Status == ResponseStatus.Dropped)
        {
            context.End(GetEnd(context));
            return false;
        }

        if (response.Status == ResponseStatus.None)
        {
            response.Fail("", ResponseCode.ServFail, failure: null);
        }

        try
        {
            context.WriteResponse();
        }
        catch (Exception exception)
        {
            Recover(context, block, exception);
            context.WriteResponse();
        }

        if (response.Stream is null || context.Transport == TransportProtocol.Udp)
        {
            context.End(GetEnd(context));
        }

        return true;
    }

    private void Recover(QueryContext context, ServerBlock? block, Exception exception)
    {
        metrics.Panics.Add();
        context.HasFailed = true;
        context.Response.Fail("", ResponseCode.ServFail, failure: null);
        if (block is { StackTraces: true })
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Recovered from panic in server: \"{Server}\"")]
    private partial void LogPanicWithTrace(Exception exception, string server);
}
