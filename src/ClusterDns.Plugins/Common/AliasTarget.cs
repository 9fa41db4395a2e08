using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Common;

/// <summary>Follows an answer that ends in an alias (RFC 1034 section 3.6.2) to whoever answers its target.</summary>
internal static class AliasTarget
{
    /// <summary>
    /// When the last record of the answer is a CNAME, asks the server for its target and adds what it answers. Where that gives
    /// nothing, the answer stays the alias alone, which is enough for a resolver to continue itself.
    /// </summary>
    /// <param name="query">The query; its response has been declared an answer.</param>
    public static ValueTask FollowAsync(Query query)
    {
        if (query.Router is null ||
            query.Response.Answers.Span is not [.., { Type: RecordType.CNAME } alias] ||
            InternalQuery.TryCreate(query, alias.Rdata, query.Type) is not { } child)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask routed = InternalQuery.RouteAsync(child);
        if (!routed.IsCompletedSuccessfully)
        {
            return AwaitAsync(routed, query, child);
        }

        Take(query, child);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitAsync(ValueTask routed, Query query, Query child)
    {
        await routed;
        Take(query, child);
    }

    private static void Take(Query query, Query child)
    {
        query.Response.Truncated |= child.Response.Truncated;
        query.Response.Answers.TryAppend(child, ResponseSection.Answer);
    }
}
