using ClusterDns.Server.Interop;
using ClusterDns.Server.Upstreams;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// A thread that serves one socket on each address. It reads first and asks epoll only when the sockets seem empty. Where it has one
/// socket only, waits for no upstream, and is busy, it waits on the socket itself, which saves a call for each batch; never for longer
/// than the socket's timeout, since nothing else wakes it there.
/// </summary>
internal sealed class UdpWorker : IDisposable
{
    // Under a flood on one address, how many rounds go by before epoll is asked about the others.
    private const int MaxRoundsBetweenPolls = 16;
    private const int MaxDrainedBatches = 4096;
    private const int LingerMilliseconds = 20;

    // A batch of so many says that the next datagram is soon there.
    private const int BusyBatch = 2;

    private readonly ListenerCore _core;
    private readonly NativeUdpSocket[] _sockets;
    private readonly DatagramBatch _batch;
    private readonly EventPoll _poll;
    private readonly PausedSockets _paused;
    private readonly Thread _thread;
    private readonly UpstreamEngine _upstreams;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isBusy;
    private volatile bool _stopping;
    private volatile bool _leaving;
    private volatile bool _released;
    private bool _started;
    private bool _disposed;

    /// <summary>A worker that has not started.</summary>
    /// <param name="core">The listener.</param>
    /// <param name="pool">Queries for those that wait.</param>
    /// <param name="sockets">The worker's own sockets; it closes them.</param>
    /// <param name="name">The thread's name.</param>
    internal UdpWorker(ListenerCore core, QueryPool<NativeUdpQuery> pool, NativeUdpSocket[] sockets, string name)
    {
        _core = core;
        _sockets = sockets;
        _poll = new EventPoll();
        _paused = new PausedSockets(_poll, sockets, core.TimeProvider);
        _upstreams = new UpstreamEngine(_poll, core.TimeProvider, core.UpstreamMetrics);
        _batch = new DatagramBatch(core, pool);
        _thread = core.Guard.CreateThread("udp_worker", name, Run, End, isEssential: true);
        for (int i = 0; i < sockets.Length; i++)
        {
            _poll.Add(sockets[i].Handle.Descriptor, (ulong)i);
        }
    }

    /// <summary>Begins to serve.</summary>
    internal void Start()
    {
        _started = true;
        _thread.Start();
    }

    /// <summary>
    /// Completes when everything that had arrived is served, but for what waits: the thread continues until <see cref="Dispose"/>, since
    /// replies of upstreams come to it.
    /// </summary>
    internal Task StopReceivingAsync()
    {
        if (!_started)
        {
            return Task.CompletedTask;
        }

        _stopping = true;
        _poll.Wake();
        return _drained.Task;
    }

    /// <summary>
    /// Leaves while others continue to serve: what had arrived is served, replies of upstreams that queries wait for are awaited, then
    /// the sockets close. Completes when that is done. The worker has started.
    /// </summary>
    internal async Task LeaveAsync()
    {
        _leaving = true;
        _stopping = true;
        _poll.Wake();
        await _ended.Task;
        Dispose();
    }

    /// <summary>Ends the thread, and closes the sockets; those that a waiting query still needs, when it is done.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping = true;
        _released = true;
        _poll.Wake();
        if (_started)
        {
            _thread.Join();
        }

        _upstreams.Dispose();
        foreach (NativeUdpSocket socket in _sockets)
        {
            socket.Handle.Dispose();
        }

        _batch.Dispose();
        _poll.Dispose();
    }

    private void Run()
    {
        UpstreamEngine.Current = _upstreams;
        int rounds = 0;
        while (!_stopping)
        {
            bool more = RunRound();
            _upstreams.Flush();
            if ((!more && !_isBusy) || ++rounds >= MaxRoundsBetweenPolls || _upstreams.PendingCount > 0)
            {
                rounds = 0;
                CountReceiveDrops(more);
                WaitForEvents(more || _isBusy ? 0 : _upstreams.WaitMilliseconds);
            }
        }

        _isBusy = false;
        Drain();
        _drained.TrySetResult();
        if (_leaving)
        {
            Linger();
        }

        while (!_released && !(_leaving && _upstreams.PendingCount == 0))
        {
            WaitForEvents(RunRound() ? 0 : _upstreams.WaitMilliseconds);
        }
    }

    // Whoever waits for the worker to stop must not wait for one that gave up.
    private void End()
    {
        _drained.TrySetResult();
        _ended.TrySetResult();
    }

    // A datagram may have been on its way to a socket when that left its group.
    private void Linger()
    {
        long end = Environment.TickCount64 + LingerMilliseconds;
        for (long left = LingerMilliseconds; left > 0 && !_released; left = end - Environment.TickCount64)
        {
            WaitForEvents(RunRound() ? 0 : (int)left);
        }
    }

    private void Drain()
    {
        foreach (NativeUdpSocket socket in _sockets)
        {
            socket.LeaveGroup();
        }

        foreach (NativeUdpSocket socket in _sockets)
        {
            for (int i = 0; i < MaxDrainedBatches && _batch.Run(socket) > 0; i++)
            {
                _upstreams.Flush();
            }
        }

        CountReceiveDrops(overloaded: true);
    }

    /// <summary>A batch from each socket that may hold something; whether any may hold more.</summary>
    private bool RunRound()
    {
        bool more = false;
        for (int i = 0; i < _sockets.Length; i++)
        {
            NativeUdpSocket socket = _sockets[i];
            if (socket.MayHaveMore)
            {
                // A query that continued since then may wait for an upstream, whose reply comes elsewhere.
                int received = _batch.Run(socket, waits: _isBusy && _upstreams.PendingCount == 0);
                _isBusy = !_stopping && _sockets.Length == 1 && _upstreams.PendingCount == 0 && received >= (_isBusy ? 1 : BusyBatch);
                socket.MayHaveMore = _batch.WasFull || _isBusy;
                more |= _batch.WasFull;
                _paused.Observe(i, _batch.IsFailing);
            }
        }

        return more;
    }

    private void WaitForEvents(int milliseconds)
    {
        int events = _poll.Wait(_paused.Shorten(milliseconds));
        for (int i = 0; i < events; i++)
        {
            ulong token = _poll.GetToken(i);
            if (UpstreamEngine.IsOwn(token))
            {
                _upstreams.Receive(token);
            }
            else if (token == EventPoll.WakeToken)
            {
                // Whatever it is about is looked at below, or by the loop.
                _poll.ClearWake();
            }
            else
            {
                _sockets[token].MayHaveMore = true;
            }
        }

        _paused.Resume();
        _upstreams.Tick();
        _upstreams.Flush();
    }

    // The kernel drops only from a full buffer, so the question is worth a call only when batches are full.
    private void CountReceiveDrops(bool overloaded)
    {
        if (!overloaded)
        {
            return;
        }

        foreach (NativeUdpSocket socket in _sockets)
        {
            uint drops = socket.TakeReceiveDrops();
            if (drops > 0)
            {
                _core.Metrics.ReceiveBuffer.Add(drops);
            }
        }
    }
}
