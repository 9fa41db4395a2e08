using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Rewrite.Responses;

/// <summary>The further messages of an answer, each rewritten as the first was.</summary>
/// <param name="messages">The messages.</param>
/// <param name="rewrite">Rewrites a message; false where it cannot be rewritten.</param>
internal sealed class RewrittenStream(ResponseStream messages, Func<Response, bool> rewrite) : ResponseStream
{
    /// <inheritdoc/>
    public override bool TryFill(Response response) => messages.TryFill(response) && rewrite(response);

    /// <inheritdoc/>
    public override void Dispose()
    {
        messages.Dispose();
        base.Dispose();
    }
}
