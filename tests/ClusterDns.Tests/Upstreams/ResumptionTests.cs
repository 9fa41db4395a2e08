using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Server.Upstreams;
using ClusterDns.Tests.Listeners;

namespace ClusterDns.Tests.Upstreams;

/// <summary>Where an asker continues that has no engine of its own, such as one whose query came over TCP.</summary>
public sealed class ResumptionTests : IDisposable
{
    private readonly UpstreamFactory _factory = new(new MetricRegistry(), TimeProvider.System);
    private readonly ScriptedUpstream _server = new();
    private readonly IUpstream _upstream;

    public ResumptionTests() => _upstream = _factory.Open(_server.Endpoint, TimeSpan.FromSeconds(10), TimeSpan.Zero);

    public void Dispose()
    {
        _upstream.Dispose();
        _factory.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(UpstreamProtocol.Udp)]
    [InlineData(UpstreamProtocol.Tcp)]
    public async Task Asker_without_an_engine_continues_on_the_thread_pool(UpstreamProtocol protocol)
    {
        using ManualResetEventSlim awaited = HoldReplies();
        TaskCompletionSource<bool> isOnPool = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await OnReplyAsync(protocol, () => isOnPool.SetResult(Thread.CurrentThread.IsThreadPoolThread));
        awaited.Set();

        Assert.True(await isOnPool.Task.WaitAsync(TestListener.Patience));
    }

    [Theory]
    [InlineData(UpstreamProtocol.Udp)]
    [InlineData(UpstreamProtocol.Tcp)]
    public async Task Asker_that_takes_long_does_not_delay_another(UpstreamProtocol protocol)
    {
        using ManualResetEventSlim awaited = HoldReplies();
        using ManualResetEventSlim release = new();
        TaskCompletionSource blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await OnReplyAsync(protocol, () =>
        {
            blocked.SetResult();
            release.Wait(TestListener.Patience);
        });
        awaited.Set();
        await blocked.Task.WaitAsync(TestListener.Patience);

        UpstreamOutcome outcome = await AskAsync(protocol).AsTask().WaitAsync(TestListener.Patience);
        release.Set();
        Assert.Equal(UpstreamStatus.Answered, outcome.Status);
    }

    private ManualResetEventSlim HoldReplies()
    {
        ManualResetEventSlim awaited = new();
        _server.OnDatagram = (query, _) =>
        {
            awaited.Wait(TestListener.Patience);
            return [ScriptedUpstream.Answer(query)];
        };
        _server.OnStream = query =>
        {
            awaited.Wait(TestListener.Patience);
            return [ScriptedUpstream.Answer(query)];
        };
        return awaited;
    }

    /// <summary>Asks on a thread that has no synchronization context, as a connection does.</summary>
    private Task OnReplyAsync(UpstreamProtocol protocol, Action action) => Task.Run(() =>
    {
        _ = AskAsync(protocol).AsTask().ContinueWith(
            asked =>
            {
                asked.Result.Reply?.Release();
                action();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    });

    private ValueTask<UpstreamOutcome> AskAsync(UpstreamProtocol protocol)
        => (protocol == UpstreamProtocol.Udp ? _upstream.Udp : _upstream.Stream).AskAsync(
            new UpstreamQuery(ForwardRig.Query(), TestListener.Patience));
}
