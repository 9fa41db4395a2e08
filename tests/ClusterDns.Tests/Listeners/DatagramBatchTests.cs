using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Udp;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Listeners;

public sealed class DatagramBatchTests : IDisposable
{
    private readonly ScriptedPipeline _pipeline = new();
    private readonly ListenerCore _core;
    private readonly QueryPool<NativeUdpQuery> _pool;
    private readonly DatagramBatch _batch;
    private readonly NativeUdpSocket _socket = NativeUdpSocket.OpenAlone(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpTestClient _client;
    private bool _hasMemory = true;

    public DatagramBatchTests()
    {
        _core = CreateCore(new RecordingLogger(), TimeProvider.System);
        _pool = new QueryPool<NativeUdpQuery>(
            pool => _hasMemory ? new NativeUdpQuery(_core, pool) : throw new InvalidOperationException("no memory"));
        _batch = new DatagramBatch(_core, _pool);
        _client = new UdpTestClient(_socket.Local.ToIPEndPoint());
    }

    [Fact]
    public async Task Query_starts_only_when_its_slot_can_be_filled_again()
    {
        _hasMemory = false;
        _client.Send(ScriptedPipeline.WaitUnasked, 1);

        Assert.Throws<InvalidOperationException>(() => _batch.Run(_socket));
        Assert.Equal(0, _pipeline.Handled);
        Assert.Equal(2, _pool.Lent);

        _hasMemory = true;
        _client.Send(ScriptedPipeline.WaitUnasked, 2);
        _batch.Run(_socket);
        _hasMemory = false;
        _client.Send(ScriptedPipeline.WaitUnasked, 3);
        Assert.Throws<InvalidOperationException>(() => _batch.Run(_socket));

        _pipeline.Release();
        Assert.Equal(2, TestQuery.GetId(await _client.ReceiveAsync()));
    }

    [Fact]
    public void Receive_failures_are_logged_once_a_minute()
    {
        RecordingLogger logger = new();
        FakeTimeProvider time = new();
        ListenerCore core = CreateCore(logger, time);

        for (int i = 0; i < 100; i++)
        {
            core.ReportReceiveFailure(12);
        }

        Assert.Single(logger.Records);
        time.Advance(TimeSpan.FromMinutes(1));
        core.ReportReceiveFailure(12);
        Assert.Equal(2, logger.Records.Count);
    }

    public void Dispose()
    {
        _client.Dispose();
        _socket.Handle.Dispose();
        _batch.Dispose();
    }

    private ListenerCore CreateCore(RecordingLogger logger, TimeProvider timeProvider)
    {
        MetricRegistry metrics = new();
        return new ListenerCore(new ListenerServices(new WaitBound(8, metrics), metrics, NullLoggerFactory.Instance, timeProvider), logger)
        {
            Pipeline = _pipeline,
        };
    }
}
