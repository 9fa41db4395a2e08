using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Udp;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners;

/// <summary>Sockets on which every receive fails, while epoll reports them as ready: a stream socket without a connection behaves so.</summary>
public sealed partial class ReceiveFailureTests
{
    private const int Rounds = 50;

    private static readonly IPEndPoint Free = new(IPAddress.Loopback, 0);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _logger = new();
    private readonly ListenerCore _core;

    public ReceiveFailureTests()
    {
        MetricRegistry metrics = new();
        _core = new ListenerCore(new ListenerServices(new WaitBound(8, metrics), metrics, NullLoggerFactory.Instance, _time), _logger)
        {
            Pipeline = new ScriptedPipeline(),
        };
    }

    [LinuxFact]
    public async Task Worker_rests_from_a_socket_that_keeps_failing_and_serves_the_others()
    {
        NativeUdpSocket broken = NativeUdpSocket.OpenAlone(Free);
        NativeUdpSocket good = NativeUdpSocket.OpenAlone(Free);
        Break(broken.Handle.Descriptor);
        using UdpTestClient client = new(good.Local.ToIPEndPoint());
        using UdpWorker worker = new(_core, new QueryPool<NativeUdpQuery>(pool => new NativeUdpQuery(_core, pool)), [broken, good], "udp test");
        worker.Start();

        await AskAsync(client);
        Assert.Equal(ReceivePause.MaxFailuresInRow, _core.Metrics.ReceiveFailed.Value);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await AskAsync(client);
        Assert.Equal(2 * ReceivePause.MaxFailuresInRow, _core.Metrics.ReceiveFailed.Value);
        Assert.Single(_logger.Records);
    }

    [LinuxFact]
    public async Task Worker_receives_from_a_socket_again_that_has_failed()
    {
        NativeUdpSocket socket = NativeUdpSocket.OpenAlone(Free);
        IPEndPoint endpoint = socket.Local.ToIPEndPoint();
        int working = Duplicate(socket.Handle.Descriptor);
        Break(socket.Handle.Descriptor);
        using UdpTestClient client = new(endpoint);
        using UdpWorker worker = new(_core, new QueryPool<NativeUdpQuery>(pool => new NativeUdpQuery(_core, pool)), [socket], "udp test");
        worker.Start();
        client.Send(ScriptedPipeline.Sync, 1);
        await TestListener.UntilAsync(() => _core.Metrics.ReceiveFailed.Value == ReceivePause.MaxFailuresInRow);

        Replace(socket.Handle.Descriptor, working);

        // The pause may begin only after the last failure was counted.
        Task<byte[]> answer = client.ReceiveAsync();
        await TestListener.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return answer.IsCompleted;
        });
        Assert.Equal(1, TestQuery.GetId(await answer));
        await AskAsync(client);
    }

    [LinuxFact]
    public async Task Managed_socket_rests_while_it_keeps_failing()
    {
        using ManagedUdpSocket socket = new(Free, _core, new QueryPool<ManagedUdpQuery>(pool => new ManagedUdpQuery(_core, pool)));
        Break((int)socket.Handle.DangerousGetHandle());
        socket.Start();

        for (int pauses = 1; pauses <= 10; pauses++)
        {
            int failures = pauses * ReceivePause.MaxFailuresInRow;
            await TestListener.UntilAsync(() => _core.Metrics.ReceiveFailed.Value >= failures);
            Assert.Equal(failures, _core.Metrics.ReceiveFailed.Value);
            await TestListener.UntilAsync(() => IsOver(_core.Metrics.ReceiveFailed, failures));
        }

        await socket.StopReceivingAsync();
        Assert.Single(_logger.Records);
    }

    [Fact]
    public void Pauses_double_up_to_a_second()
    {
        ReceivePause pause = default;
        int[] lengths = [.. Enumerable.Range(0, 12).Select(_ => (int)pause.Next().TotalMilliseconds)];

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1000], lengths);
        Assert.True(pause.IsFailing);
        pause.End();
        Assert.False(pause.IsFailing);
        Assert.Equal(1, pause.Next().TotalMilliseconds);
    }

    /// <summary>Lets the clock go on until the pause has ended: its timer may not be there yet.</summary>
    private bool IsOver(Counter failed, int failures)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        return failed.Value > failures;
    }

    /// <summary>Each answer takes the worker through its loop at least once.</summary>
    private static async Task AskAsync(UdpTestClient client)
    {
        for (ushort id = 0; id < Rounds; id++)
        {
            client.Send(ScriptedPipeline.Sync, id);
            Assert.Equal(id, TestQuery.GetId(await client.ReceiveAsync()));
        }
    }

    private static void Break(int descriptor)
    {
        using Socket stream = new(SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(descriptor, ReplaceDescriptor((int)stream.Handle, descriptor));
    }

    private static void Replace(int descriptor, int by)
    {
        Assert.Equal(descriptor, ReplaceDescriptor(by, descriptor));
        Assert.Equal(0, CloseDescriptor(by));
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int ReplaceDescriptor(int source, int target);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
