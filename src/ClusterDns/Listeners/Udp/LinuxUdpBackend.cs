using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ClusterDns.Listeners.Udp;

/// <summary>
/// recvmmsg and sendmmsg on sockets that share their address (SO_REUSEPORT): each worker has its own, and the kernel spreads
/// the clients over them.
/// </summary>
internal sealed class LinuxUdpBackend : IUdpBackend
{
    /// <summary>Whether it works here: the structures are laid out for 64-bit Linux on x64 and arm64.</summary>
    internal static bool IsSupported
        => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <inheritdoc/>
    public IUdpTransport Open(IReadOnlyList<IPEndPoint> endpoints, int workers, ListenerCore core)
    {
        foreach (IPEndPoint endpoint in endpoints)
        {
            try
            {
                NativeUdpSocket.Probe(endpoint);
            }
            catch (SocketException failure)
            {
                throw ListenException.From("udp", endpoint, failure);
            }
        }

        NativeUdpTransport transport = new();
        try
        {
            QueryPool<NativeUdpQuery> pool = new(pool => new NativeUdpQuery(core, pool));
            for (int i = 0; i < workers; i++)
            {
                transport.Add(new UdpWorker(core, pool, OpenSockets(endpoints), $"udp {endpoints[0].Port} {i}"));
            }

            return transport;
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    private static NativeUdpSocket[] OpenSockets(IReadOnlyList<IPEndPoint> endpoints)
    {
        NativeUdpSocket[] sockets = new NativeUdpSocket[endpoints.Count];
        for (int i = 0; i < sockets.Length; i++)
        {
            try
            {
                sockets[i] = NativeUdpSocket.Open(endpoints[i]);
            }
            catch (SocketException failure)
            {
                foreach (NativeUdpSocket opened in sockets.AsSpan(0, i))
                {
                    opened.Handle.Dispose();
                }

                throw ListenException.From("udp", endpoints[i], failure);
            }
        }

        return sockets;
    }

    private sealed class NativeUdpTransport : IUdpTransport
    {
        private readonly List<UdpWorker> _workers = [];

        public void Start() => _workers.ForEach(static worker => worker.Start());

        public Task StopReceivingAsync() => Task.WhenAll(_workers.Select(static worker => worker.StopReceivingAsync()));

        public void Dispose() => _workers.ForEach(static worker => worker.Dispose());

        internal void Add(UdpWorker worker) => _workers.Add(worker);
    }
}
