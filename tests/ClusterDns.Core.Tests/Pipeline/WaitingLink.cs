using System.Threading.Tasks.Sources;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Tests.Pipeline;

/// <summary>A link that ends when the test says so; what waits for it goes on before that returns.</summary>
internal sealed class WaitingLink() : PluginHandler(EndOfChain.Instance), IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done;

    public override string Name => "waiting";

    public Query? Query { get; private set; }

    public override ValueTask ServeAsync(Query query)
    {
        Query = query;
        return new ValueTask(this, _done.Version);
    }

    public void Continue() => _done.SetResult(result: true);

    public void Fail(Exception exception) => _done.SetException(exception);

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _done.OnCompleted(continuation, state, token, flags);
}
