using System.Runtime.CompilerServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Plugins.Header;

/// <summary>Changes flags of queries on their way down, and of responses on their way up.</summary>
/// <param name="next">The link below.</param>
/// <param name="options">What is changed.</param>
internal sealed class HeaderHandler(PluginHandler next, HeaderOptions options) : PluginHandler(next)
{
    private readonly HeaderChange _query = options.Query;
    private readonly bool? _authoritative = options.Response.Of(HeaderFlags.AuthoritativeAnswer);
    private readonly bool? _recursionAvailable = options.Response.Of(HeaderFlags.RecursionAvailable);
    private readonly bool? _recursionDesired = options.Response.Of(HeaderFlags.RecursionDesired);

    /// <inheritdoc/>
    public override string Name => "header";

    /// <inheritdoc/>
    public override ValueTask ServeAsync(Query query)
    {
        if (!_query.IsNone)
        {
            query.ChangeFlags(_query.Set, _query.Clear);
        }

        ValueTask below = NextAsync(query);
        if (below.IsCompletedSuccessfully)
        {
            Change(query.Response);
            return ValueTask.CompletedTask;
        }

        return AwaitAsync(below, query);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitAsync(ValueTask below, Query query)
    {
        await below;
        Change(query.Response);
    }

    private void Change(Response response)
    {
        // A failure's message is the server's own, not one of the links below.
        if (response.Status != ResponseStatus.Answered)
        {
            return;
        }

        response.Authoritative = _authoritative ?? response.Authoritative;
        response.RecursionAvailable = _recursionAvailable ?? response.RecursionAvailable;
        response.RecursionDesired = _recursionDesired ?? response.RecursionDesired;
    }
}
