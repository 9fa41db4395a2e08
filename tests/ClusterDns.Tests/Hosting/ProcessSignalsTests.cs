using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Hosting;

public sealed class ProcessSignalsTests : IDisposable
{
    private readonly List<string> _done = [];
    private readonly ProcessSignals _signals;

    public ProcessSignalsTests()
        => _signals = new ProcessSignals(
            reason => _done.Add($"stop {reason}"),
            code => _done.Add($"exit {code}"),
            () => _done.Add("reload"),
            new CallbackGuard(new MetricRegistry(), TimeProvider.System, NullLogger.Instance),
            NullLogger.Instance);

    public void Dispose() => _signals.Dispose();

    [Fact]
    public void TerminateStopsInGoodOrder()
    {
        _signals.OnTerminate();
        _signals.OnTerminate();

        Assert.Equal(["stop Graceful", "stop Graceful"], _done);
    }

    [Fact]
    public void TheSecondInterruptEndsTheProcess()
    {
        _signals.OnInterrupt();
        _signals.OnInterrupt();

        Assert.Equal(["stop Graceful", "exit 2"], _done);
    }

    [Fact]
    public void AnInterruptAfterTerminateIsTheFirst()
    {
        _signals.OnTerminate();
        _signals.OnInterrupt();

        Assert.Equal(["stop Graceful", "stop Graceful"], _done);
    }

    [Fact]
    public void UserSignalOneReloads()
    {
        _signals.OnReload();

        Assert.Equal(["reload"], _done);
    }

    [Fact]
    public void QuitStopsAtOnce()
    {
        _signals.OnQuit();

        Assert.Equal(["stop Immediate"], _done);
    }
}
