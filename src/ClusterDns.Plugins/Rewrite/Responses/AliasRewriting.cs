using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Responses;

/// <summary>Gives an alias in an answer another target, and answers for that.</summary>
internal static class AliasRewriting
{
    /// <summary>
    /// Rewrites the first alias whose target matches. What follows it in the answer is replaced with what the server answers for the new target;
    /// the response code stays. Where the server answers nothing, the answer stays.
    /// </summary>
    /// <param name="query">The query, with its response.</param>
    /// <param name="target">Which targets, and what becomes of them.</param>
    [SkipLocalsInit]
    public static ValueTask RewriteAsync(Query query, NamePattern target)
    {
        Span<byte> name = stackalloc byte[DomainName.MaxWireLength];
        int alias = Find(query.Response, target, name, out int length);
        if (alias < 0 || !query.HasRouter || InternalQuery.TryCreate(query, name[..length], query.Type) is not { } child)
        {
            return ValueTask.CompletedTask;
        }

        child.Metadata = query.Metadata;
        ValueTask routed = InternalQuery.RouteAsync(child);
        if (!routed.IsCompletedSuccessfully)
        {
            return AwaitAsync(routed, query, child, alias);
        }

        Take(query, child, alias);
        return ValueTask.CompletedTask;
    }

    /// <summary>The place of the alias in the answer, and its new target; -1 for none.</summary>
    private static int Find(Response response, NamePattern target, Span<byte> name, out int length)
    {
        length = 0;
        PatternMapping mapping = new(target);
        Span<ResponseRecord> answers = response.Answers.Span;
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i].Type == RecordType.CNAME && mapping.Map(answers[i].Rdata, name, out length) == MappedName.Changed)
            {
                return i;
            }
        }

        return -1;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitAsync(ValueTask routed, Query query, Query child, int alias)
    {
        await routed;
        Take(query, child, alias);
    }

    private static void Take(Query query, Query child, int alias)
    {
        Response response = query.Response;
        if (child.Response.Status is ResponseStatus.None or ResponseStatus.Dropped)
        {
            return;
        }

        ref ResponseRecord record = ref response.Answers.Span[alias];
        if (!RecordNames.TryReplaceValue(response, ref record, 0, record.RdataLength, child.AskedName))
        {
            return;
        }

        response.Answers.Truncate(alias + 1);
        response.Answers.TryAppend(child, ResponseSection.Answer);
        response.Truncated = child.Response.Truncated;
        response.AuthenticData = false;
    }
}
