using System.Runtime.CompilerServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Autopath;

/// <summary>
/// Answers the first question of a client's search with what the search would find, so that the client asks once. Where it finds nothing,
/// the answer is what the client would get anyway, and the client continues the search itself.
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
    public override ValueTask ServeAsync(Query query)
    {
        if (query.Class != RecordClass.IN ||
            _zones.Match(query) is null ||
            path.Find(query, out int baseLength) is not { } domains)
        {
            return NextAsync(query);
        }

        Search search = new(domains, baseLength, 0);
        ValueTask below = NextAsync(query);
        return below.IsCompletedSuccessfully ? BeginAsync(query, search) : AwaitFirstAsync(below, query, search);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitFirstAsync(ValueTask below, Query query, Search search)
    {
        await below;
        await BeginAsync(query, search);
    }

    private ValueTask BeginAsync(Query query, Search search)
    {
        Response response = query.Response;
        if (response.Status != ResponseStatus.Answered)
        {
            return ValueTask.CompletedTask;
        }

        if (response.Code == ResponseCode.NXDomain)
        {
            return GoOnAsync(query, search);
        }

        if (response.Code == ResponseCode.NoError)
        {
            _found.For(query.Route).Add();
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask GoOnAsync(Query query, Search search)
    {
        while (search.TryNext(query, out Query? child))
        {
            child.Metadata = query.Metadata;
            ValueTask asked = AskNextAsync(child);
            if (!asked.IsCompletedSuccessfully)
            {
                return AwaitAsync(asked, query, child, search);
            }

            if (Ends(query, child))
            {
                break;
            }
        }

        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask asked, Query query, Query child, Search search)
    {
        await asked;
        if (!Ends(query, child))
        {
            await GoOnAsync(query, search);
        }
    }

    /// <summary>
    /// Whether the search is over. At an error it is, with nothing found: only the client knows whether it looks any further then.
    /// </summary>
    private bool Ends(Query query, Query child)
    {
        Response found = child.Response;
        if (found.Status == ResponseStatus.Answered && found.Code == ResponseCode.NoError)
        {
            Take(query, child);
            return true;
        }

        return found.Status != ResponseStatus.Answered || found.Code != ResponseCode.NXDomain;
    }

    private void Take(Query query, Query child)
    {
        Response response = query.Response;
        InternalAnswer.TryTake(response, child, Name);
        if (child.Response.Answers.Count > 0)
        {
            response.TryAddCopy(ResponseSection.Answer, [], RecordType.CNAME, child.Response.Answers.Span[0].TimeToLive, child.QuestionName);
        }

        InternalAnswer.AddRecords(response, child);
        query.Upstream = child.Upstream;
        _found.For(query.Route).Add();
    }
}
