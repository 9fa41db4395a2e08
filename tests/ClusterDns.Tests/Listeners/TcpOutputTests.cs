using System.Net.Sockets;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Listeners;

/// <summary>What a stream connection has yet to send, where sending fails.</summary>
public sealed class TcpOutputTests : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CountedMemory _memory = new();
    private readonly MetricRegistry _metrics = new();
    private int _progress;

    public void Dispose() => _socket.Dispose();

    [Fact]
    public void Failed_send_returns_everything_and_ends_the_connection()
    {
        TcpOutput output = Create(TimeProvider.System);
        Fill(output);

        output.Flush();

        AssertEnded(output);
    }

    [Fact]
    public void Send_that_throws_something_unexpected_returns_everything_and_ends_the_connection()
    {
        TcpOutput output = Create(new BrokenClock());
        Fill(output);

        output.Flush();

        AssertEnded(output);
        Assert.Equal(
            1, _metrics.Counters("clusterdns_callback_failures_total", "Counter of exceptions caught in background work (timers, threads, loops, handlers) that continued.", "callback").With("tcp_send").Value);
    }

    private TcpOutput Create(TimeProvider clock)
        => new(_socket, _memory, clock, new CallbackGuard(_metrics, TimeProvider.System, NullLogger.Instance), () => _progress++);

    private void Fill(TcpOutput output)
    {
        Assert.True(output.TryAppend(new byte[1000]));
        Assert.True(output.TryAppend(new byte[20_000]));
        Assert.Equal(output.Held, _memory.Used);
    }

    private void AssertEnded(TcpOutput output)
    {
        Assert.True(output.HasFailed);
        Assert.True(output.IsIdle);
        Assert.Equal(1, _progress);
        Assert.Equal(0, output.Held);
        Assert.Equal(0, _memory.Used);
        Assert.True(output.TryAppend(new byte[1000]));
        Assert.Equal(0, _memory.Used);
    }

    private sealed class CountedMemory : IStreamMemory
    {
        public int Used { get; private set; }

        public bool TryReserve(int bytes)
        {
            Used += bytes;
            return true;
        }

        public void Release(int bytes) => Used -= bytes;
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override long GetTimestamp() => throw new InvalidOperationException("no clock");
    }
}
