using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>A link that answers when the test says so.</summary>
internal sealed class WaitingLink() : PluginHandler(EndOfChain.Instance)
{
    private TaskCompletionSource _waiting = new();
    private QueryContext? _query;

    public override string Name => "waiting";

    public override ValueTask ServeAsync(QueryContext context)
    {
        _query = context;
        _waiting = new TaskCompletionSource();
        return new ValueTask(_waiting.Task);
    }

    public void Answer(Action<Response> answer)
    {
        answer(_query!.Response);
        _waiting.SetResult();
    }
}
