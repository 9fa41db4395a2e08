using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>Follows an answer that ends in an alias (RFC 1034 section 3.6.2) to whoever answers its target.</summary>
internal static class AliasTarget
{
    /// <summary>
    /// When the last record of the answer is a CNAME, asks the server for its target and adds what it answers. Where that gives
    /// nothing, the answer stays the alias alone, which is what a resolver needs to go on by itself.
    /// </summary>
    /// <param name="context">The query; its response has been declared an answer.</param>
    public static ValueTask FollowAsync(QueryContext context)
    {
        if (context.Router is null ||
            context.Response.Answers.Span is not [.., { Type: RecordType.CNAME, IsFromMessage: false } alias] ||
            InternalQuery.TryCreate(context, alias.Rdata, context.Type) is not { } query)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask routed = InternalQuery.RouteAsync(query);
        if (!routed.IsCompletedSuccessfully)
        {
            return AwaitAsync(routed, context, query);
        }

        Take(context, query);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitAsync(ValueTask routed, QueryContext context, QueryContext query)
    {
        await routed;
        Take(context, query);
    }

    private static void Take(QueryContext context, QueryContext query)
    {
        context.Response.Truncated |= query.Response.Truncated;
        context.Response.Answers.TryAppend(query, ResponseSection.Answer);
    }
}
