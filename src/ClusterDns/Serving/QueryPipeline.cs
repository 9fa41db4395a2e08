using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Serving;

/// <summary>Takes a message in, finds the server block, runs its chain and writes the response.</summary>
/// <param name="server">The listener's name as metrics have it, like <c>dns://:53</c>.</param>
/// <param name="routes">The listener's server blocks.</param>
/// <param name="panics"><c>coredns_panics_total</c>.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">For exceptions out of plugins.</param>
/// <param name="onDropped">Told of queries that enter no chain.</param>
internal sealed partial class QueryPipeline(
    string server,
    RoutingTable routes,
    Counter panics,
    TimeProvider timeProvider,
    ILogger logger,
    Action<QueryContext>? onDropped = null) : IQueryPipeline, IQueryRouter
{
    /// <inheritdoc/>
    public ValueTask<bool> HandleAsync(
        QueryContext context,
        int length,
        TransportProtocol transport,
        in NetworkEndpoint local,
        in NetworkEndpoint remote,
        IWaitGate? waitGate)
    {
        switch (context.Accept(length, transport, in local, in remote, timeProvider.GetTimestamp(), waitGate))
        {
            case QueryVerdict.Drop:
                return new(false);
            case QueryVerdict.Respond:
                return new(Finish(context, null));
        }

        context.Router = this;
        ServerBlock? block = routes.Find(context);
        ValueTask served = ServeAsync(context, block);
        if (!served.IsCompletedSuccessfully)
        {
            return FinishAsync(served, context, block);
        }

        return new(Finish(context, block));
    }

    /// <inheritdoc/>
    public ValueTask RouteAsync(QueryContext query) => ServeAsync(query, routes.Find(query));

    /// <summary>Runs a block's chain; what it throws becomes SERVFAIL.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An exception out of a plugin is one query's SERVFAIL, not the server's end.")]
    private ValueTask ServeAsync(QueryContext context, ServerBlock? block)
    {
        if (block?.Chain is null || (context.Class != RecordClass.IN && !block.ServesChaosClass))
        {
            context.Response.Fail("", ResponseCode.Refused, failure: null);
            onDropped?.Invoke(context);
            return ValueTask.CompletedTask;
        }

        context.Block = block.Info;
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
        return Finish(context, block);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Records that cannot be written are a plugin's bug: one query's SERVFAIL.")]
    private bool Finish(QueryContext context, ServerBlock? block)
    {
        Response response = context.Response;
        if (response.Status == ResponseStatus.Dropped)
        {
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

        return true;
    }

    private void Recover(QueryContext context, ServerBlock? block, Exception exception)
    {
        panics.Add();
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
