using System.Threading.Channels;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>A link that answers when the test says so.</summary>
internal sealed class WaitingLink() : PluginHandler(EndOfChain.Instance)
{
    private readonly Channel<(Query Query, TaskCompletionSource Answered)> _asked =
        Channel.CreateUnbounded<(Query, TaskCompletionSource)>();

    public override string Name => "waiting";

    public override ValueTask ServeAsync(Query context)
    {
        TaskCompletionSource answered = new();
        Assert.True(_asked.Writer.TryWrite((context, answered)));
        return new ValueTask(answered.Task);
    }

    /// <summary>Answers the next query, once it is there: whoever asks twice may continue on another thread in between.</summary>
    public async Task AnswerAsync(Action<Response> answer)
    {
        (Query query, TaskCompletionSource answered) = await _asked.Reader.ReadAsync();
        answer(query.Response);
        answered.SetResult();
    }
}
