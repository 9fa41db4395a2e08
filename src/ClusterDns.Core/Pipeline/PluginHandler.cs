using System.Runtime.CompilerServices;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// A link of a server block's chain. It answers (<see cref="Response.Answer"/>), fails (<see cref="Response.Fail"/>), drops, or
/// passes the query on to the next link; it may change the query before that and the response after it. One instance serves
/// all queries at once, so what it holds is immutable or made for many threads.
/// </summary>
/// <param name="next">The link below.</param>
public abstract class PluginHandler(PluginHandler next)
{
    private readonly PluginHandler _next = next;

    /// <summary>The plugin's name in the Corefile.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Handles one query. A link that finishes at once returns a completed task and never uses the <c>async</c> keyword on that
    /// path; one that must wait asks <see cref="Query.TryBeginWait"/> first.
    /// </summary>
    /// <param name="query">The query; it belongs to the chain until the task completes, and not an instant longer.</param>
    /// <returns>A task that completes when <see cref="Query.Response"/> holds what this link has to say.</returns>
    /// <exception cref="Exception">
    /// A bug: it becomes SERVFAIL, a log line and <c>coredns_panics_total</c>, and the server lives.
    /// </exception>
    public abstract ValueTask ServeAsync(Query query);

    /// <summary>Passes the query on.</summary>
    /// <param name="query">The query.</param>
    protected ValueTask NextAsync(Query query) => _next.ServeAsync(query);

    /// <summary>Has the links below answer a question within a question.</summary>
    /// <param name="query">What <see cref="InternalQuery.TryCreate"/> made.</param>
    protected ValueTask AskNextAsync(Query query) => InternalQuery.AskAsync(query, _next);
}

/// <summary>A link that looks at every response on its way up: logs, metrics, reordering.</summary>
/// <param name="next">The link below.</param>
public abstract class ResponseHandler(PluginHandler next) : PluginHandler(next)
{
    /// <inheritdoc/>
    public sealed override ValueTask ServeAsync(Query query)
    {
        ValueTask below = NextAsync(query);
        if (below.IsCompletedSuccessfully)
        {
            After(query);
            return ValueTask.CompletedTask;
        }

        return AwaitAsync(below, query);
    }

    /// <summary>Runs when the links below have finished without an exception.</summary>
    /// <param name="query">The query, with its response.</param>
    protected abstract void After(Query query);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query)
    {
        await below;
        After(query);
    }
}

/// <summary>The end of every chain: nobody answered.</summary>
public sealed class EndOfChain : PluginHandler
{
    private EndOfChain()
        : base(null!)
    {
    }

    /// <summary>The one instance.</summary>
    public static EndOfChain Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        query.Response.Fail("", Wire.ResponseCode.ServFail, "no next plugin found");
        return ValueTask.CompletedTask;
    }
}
