using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Listeners.Udp;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Tests.Listeners;

/// <summary>Sockets that share an address, as workers have them, without the workers.</summary>
internal sealed class TestGroup : IDisposable
{
    private readonly List<UdpTestClient> _clients = [];
    private readonly DatagramBatch _batch;
    private readonly IPEndPoint _endpoint = new(IPAddress.Loopback, 0);

    internal TestGroup(int sockets)
    {
        MetricRegistry metrics = new();
        ListenerServices services = new(new WaitBound(1, metrics), metrics, NullLoggerFactory.Instance, TimeProvider.System);
        ListenerCore core = new(services, NullLogger.Instance) { Pipeline = new ScriptedPipeline() };
        _batch = new DatagramBatch(core, new QueryPool<NativeUdpQuery>(pool => new NativeUdpQuery(core, pool)));
        for (int i = 0; i < sockets; i++)
        {
            NativeUdpSocket socket = NativeUdpSocket.OpenShared(_endpoint);
            Sockets.Add(socket);
            _endpoint.Port = socket.Local.Port;
        }
    }

    internal List<NativeUdpSocket> Sockets { get; } = [];

    /// <summary>Sends a query from a port of its own.</summary>
    internal void Send(ushort id)
    {
        UdpTestClient client = new(_endpoint);
        _clients.Add(client);
        client.Send(ScriptedPipeline.Sync, id);
    }

    internal int Drain(NativeUdpSocket socket)
    {
        int total = 0;
        for (int got = _batch.Run(socket); got > 0; got = _batch.Run(socket))
        {
            total += got;
        }

        return total;
    }

    public void Dispose()
    {
        _clients.ForEach(static client => client.Dispose());
        Sockets.ForEach(static socket => socket.Handle.Dispose());
        _batch.Dispose();
    }
}
