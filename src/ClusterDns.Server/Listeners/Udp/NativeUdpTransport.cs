using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>The workers of a listener. Their number may change while it serves.</summary>
internal sealed class NativeUdpTransport : IUdpTransport
{
    private readonly IReadOnlyList<IPEndPoint> _endpoints;
    private readonly ListenerCore _core;
    private readonly QueryPool<NativeUdpQuery> _pool;
    private readonly List<UdpWorker> _workers = [];
    private int _created;

    /// <summary>Opens the sockets of the workers; none serves yet.</summary>
    /// <param name="endpoints">Where; the port is not 0.</param>
    /// <param name="workers">How many, at least one.</param>
    /// <param name="core">The listener.</param>
    /// <exception cref="ListenException">An address is taken, not this host's, or not allowed.</exception>
    internal NativeUdpTransport(IReadOnlyList<IPEndPoint> endpoints, int workers, ListenerCore core)
    {
        _endpoints = endpoints;
        _core = core;
        _pool = new QueryPool<NativeUdpQuery>(pool => new NativeUdpQuery(core, pool), core.Pools);
        try
        {
            // The first worker's sockets detect whether another process has the address; those of the others join them.
            _workers.Add(CreateWorker(OpenFirst));
            while (_workers.Count < workers)
            {
                _workers.Add(CreateWorker(NativeUdpSocket.OpenShared));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Workers => _workers.Count;

    /// <inheritdoc/>
    public void Start() => _workers.ForEach(static worker => worker.Start());

    /// <inheritdoc/>
    public void Grow(int workers)
    {
        List<UdpWorker> joining = [];
        try
        {
            while (_workers.Count + joining.Count < workers)
            {
                joining.Add(CreateWorker(NativeUdpSocket.OpenShared));
            }
        }
        catch
        {
            // What the kernel has given to these sockets meanwhile is served before they close.
            joining.ForEach(static worker => worker.Start());
            joining.ForEach(worker => _core.Guard.Forget("udp_worker_leave", worker.LeaveAsync()));
            throw;
        }

        joining.ForEach(static worker => worker.Start());
        _workers.AddRange(joining);
    }

    /// <inheritdoc/>
    public async Task ShrinkAsync(int workers)
    {
        if (_workers.Count <= workers)
        {
            return;
        }

        List<UdpWorker> leaving = _workers[workers..];
        _workers.RemoveRange(workers, leaving.Count);
        await Task.WhenAll(leaving.Select(static worker => worker.LeaveAsync()));
    }

    /// <inheritdoc/>
    public Task StopReceivingAsync() => Task.WhenAll(_workers.Select(static worker => worker.StopReceivingAsync()));

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.ForEach(static worker => worker.Dispose());
        _pool.Dispose();
    }

    private UdpWorker CreateWorker(Func<IPEndPoint, NativeUdpSocket> open)
        => new(_core, _pool, OpenSockets(open), $"udp {_endpoints[0].Port} {_created++}");

    private NativeUdpSocket OpenFirst(IPEndPoint endpoint)
    {
        try
        {
            return NativeUdpSocket.OpenAlone(endpoint);
        }
        catch (SocketException failure) when (
            failure.SocketErrorCode == SocketError.AddressAlreadyInUse && _core.Ports.Overlap(ProtocolType.Udp, endpoint))
        {
            return NativeUdpSocket.OpenShared(endpoint);
        }
    }

    private NativeUdpSocket[] OpenSockets(Func<IPEndPoint, NativeUdpSocket> open)
    {
        NativeUdpSocket[] sockets = new NativeUdpSocket[_endpoints.Count];
        for (int i = 0; i < sockets.Length; i++)
        {
            try
            {
                sockets[i] = open(_endpoints[i]);
            }
            catch (SocketException failure)
            {
                foreach (NativeUdpSocket opened in sockets.AsSpan(0, i))
                {
                    opened.Handle.Dispose();
                }

                throw ListenException.From("udp", _endpoints[i], failure);
            }
        }

        return sockets;
    }
}
