using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>Adds the addresses of SRV targets outside the cluster (RFC 2782), which others answer.</summary>
internal static class TargetAddresses
{
    /// <summary>Where an SRV record's target begins.</summary>
    private const int TargetOffset = 6;

    /// <summary>
    /// Asks the server for the addresses of targets, and adds what it answers. Where that gives nothing the records are answered alone, and the client
    /// continues itself.
    /// </summary>
    /// <param name="query">The query; its response has been declared an answer.</param>
    /// <param name="first">From which SRV record on.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask AddAsync(Query query, int first)
    {
        for (int record = first; record < query.Response.Answers.Count; record++)
        {
            if (!IsRepeated(query.Response.Answers.Span[first..(record + 1)]))
            {
                await AskAsync(query, record, RecordType.A);
                await AskAsync(query, record, RecordType.AAAA);
            }
        }
    }

    /// <summary>Whether the last record's target is one of the others' too.</summary>
    private static bool IsRepeated(ReadOnlySpan<ResponseRecord> records)
    {
        ReadOnlySpan<byte> target = records[^1].Rdata[TargetOffset..];
        foreach (ref readonly ResponseRecord record in records[..^1])
        {
            if (DomainName.Equals(record.Rdata[TargetOffset..], target))
            {
                return true;
            }
        }

        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AskAsync(Query query, int record, RecordType type)
    {
        if (query.Router is not null &&
            InternalQuery.TryCreate(query, query.Response.Answers.Span[record].Rdata[TargetOffset..], type) is { } child)
        {
            await InternalQuery.RouteAsync(child);
            query.Response.Additional.TryAppend(child, ResponseSection.Answer);
        }
    }
}
