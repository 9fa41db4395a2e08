using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Autopath;

/// <summary>
/// Answers the first question of a client's search with what the search would find, so that the client asks once. Where it finds nothing,
/// the answer is what the client would get anyway, and the client goes on by itself.
/// </summary>
/// <param name="next">The link below.</param>
/// <param name="options">The zones.</param>
/// <param name="path">Where clients search.</param>
/// <param name="metrics">The process's metrics.</param>
internal sealed class AutopathHandler(PluginHandler next, AutopathOptions options, ISearchPath path, MetricRegistry metrics) : PluginHandler(next)
{
    private readonly ZoneSet _zones = new(options.Zones);
    private readonly BlockTable<Counter> _found = new(block => metrics
        .Counters("coredns_autopath_success_total", "Counter of requests that did autopath.", "server")
        .With(block.Server));

    /// <inheritdoc/>
    public override string Name => "autopath";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(QueryContext context)
    {
        if (context.Class != RecordClass.IN ||
            _zones.Match(context.Name) is null ||
            path.Find(context, out int baseLength) is not { } domains)
        {
            return NextAsync(context);
        }

        Search search = new(domains, baseLength, 0);
        ValueTask below = NextAsync(context);
        return below.IsCompletedSuccessfully ? BeginAsync(context, search) : AwaitFirstAsync(below, context, search);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitFirstAsync(ValueTask below, QueryContext context, Search search)
    {
        await below;
        await BeginAsync(context, search);
    }

    private ValueTask BeginAsync(QueryContext context, Search search)
    {
        Response response = context.Response;
        if (response.Status != ResponseStatus.Answered)
        {
            return ValueTask.CompletedTask;
        }

        if (response.Code == ResponseCode.NXDomain)
        {
            return GoOnAsync(context, search);
        }

        if (response.Code == ResponseCode.NoError)
        {
            _found.For(context.Block).Add();
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask GoOnAsync(QueryContext context, Search search)
    {
        while (search.TryNext(context, out QueryContext? query))
        {
            query.Metadata = context.Metadata;
            ValueTask asked = AskNextAsync(query);
            if (!asked.IsCompletedSuccessfully)
            {
                return AwaitAsync(asked, context, query, search);
            }

            if (Ends(context, query))
            {
                break;
            }
        }

        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask asked, QueryContext context, QueryContext query, Search search)
    {
        await asked;
        if (!Ends(context, query))
        {
            await GoOnAsync(context, search);
        }
    }

    /// <summary>
    /// Whether the search is over. At an error it is, with nothing found: only the client knows whether it looks any further then.
    /// </summary>
    private bool Ends(QueryContext context, QueryContext query)
    {
        Response found = query.Response;
        if (found.Status == ResponseStatus.Answered && found.Code == ResponseCode.NoError)
        {
            Take(context, query);
            return true;
        }

        return found.Status != ResponseStatus.Answered || found.Code != ResponseCode.NXDomain;
    }

    private void Take(QueryContext context, QueryContext query)
    {
        Response response = context.Response;
        InternalAnswer.TryTake(response, query, Name);
        if (query.Response.Answers.Count > 0)
        {
            response.TryAdd(
                ResponseSection.Answer,
                RecordType.CNAME,
                query.Response.Answers.Span[0].TimeToLive,
                query.RequestBuffer,
                DnsHeader.Length,
                query.QuestionName.Length);
        }

        InternalAnswer.AddRecords(response, query);
        context.Upstream = query.Upstream;
        _found.For(context.Block).Add();
    }
}
