using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// The runtime's own sockets, for systems without recvmmsg: one socket and one loop for each address. On a wildcard address
/// the system picks the address that answers come from; to answer from the one that was asked, listen on it by itself.
/// </summary>
internal sealed class ManagedUdpBackend : IUdpBackend
{
    /// <inheritdoc/>
    public IUdpTransport Open(IReadOnlyList<IPEndPoint> endpoints, int workers, ListenerCore core)
    {
        QueryPool<ManagedUdpQuery> pool = new(pool => new ManagedUdpQuery(core, pool), core.Pools);
        ManagedUdpTransport transport = new(pool);
        foreach (IPEndPoint endpoint in endpoints)
        {
            try
            {
                transport.Add(new ManagedUdpSocket(endpoint, core, pool));
            }
            catch (SocketException failure)
            {
                transport.Dispose();
                throw ListenException.From("udp", endpoint, failure);
            }
        }

        return transport;
    }

    private sealed class ManagedUdpTransport(QueryPool<ManagedUdpQuery> pool) : IUdpTransport
    {
        private readonly List<ManagedUdpSocket> _sockets = [];

        public int Workers => _sockets.Count;

        public void Start() => _sockets.ForEach(static socket => socket.Start());

        public void Grow(int workers)
        {
            // One loop serves each address, whatever the number.
        }

        public Task ShrinkAsync(int workers) => Task.CompletedTask;

        public Task StopReceivingAsync() => Task.WhenAll(_sockets.Select(static socket => socket.StopReceivingAsync()));

        public void Dispose()
        {
            _sockets.ForEach(static socket => socket.Dispose());
            pool.Dispose();
        }

        internal void Add(ManagedUdpSocket socket) => _sockets.Add(socket);
    }
}
