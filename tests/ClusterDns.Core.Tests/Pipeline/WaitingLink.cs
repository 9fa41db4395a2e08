using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>A link that ends when the test says so.</summary>
internal sealed class WaitingLink() : PluginHandler(EndOfChain.Instance)
{
    private readonly TaskCompletionSource _done = new();

    public override string Name => "waiting";

    public QueryContext? Query { get; private set; }

    public override ValueTask ServeAsync(QueryContext context)
    {
        Query = context;
        return new ValueTask(_done.Task);
    }

    public void Continue() => _done.SetResult();

    public void Fail(Exception exception) => _done.SetException(exception);
}
