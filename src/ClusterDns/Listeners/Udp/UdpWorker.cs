using ClusterDns.Interop;

namespace ClusterDns.Listeners.Udp;

/// <summary>
/// A thread that serves one socket on each address. It reads first and asks epoll only when the sockets seem empty, and blocks
/// on nothing else.
/// </summary>
internal sealed class UdpWorker : IDisposable
{
    // Under a flood on one address, how many rounds go by before epoll is asked about the others.
    private const int MaxRoundsBetweenPolls = 16;
    private const int MaxDrainedBatches = 4096;

    private readonly ListenerCore _core;
    private readonly NativeUdpSocket[] _sockets;
    private readonly DatagramBatch _batch;
    private readonly EventPoll _poll;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;
    private bool _started;

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
        _batch = new DatagramBatch(core, pool);
        _thread = new Thread(Run) { Name = name };
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

    /// <summary>Completes when everything that had arrived is served and the thread has ended.</summary>
    internal Task StopReceivingAsync()
    {
        if (!_started)
        {
            return Task.CompletedTask;
        }

        _stopping = true;
        _poll.Wake();
        return _ended.Task;
    }

    /// <summary>Closes the sockets; those that a waiting query still needs, when it is done. The thread has ended.</summary>
    public void Dispose()
    {
        foreach (NativeUdpSocket socket in _sockets)
        {
            socket.Handle.Dispose();
        }

        _batch.Dispose();
        _poll.Dispose();
    }

    private void Run()
    {
        int rounds = 0;
        while (!_stopping)
        {
            bool more = RunRound();
            if (!more || ++rounds == MaxRoundsBetweenPolls)
            {
                rounds = 0;
                CountReceiveDrops(more);
                WaitForDatagrams(block: !more);
            }
        }

        foreach (NativeUdpSocket socket in _sockets)
        {
            socket.LeaveGroup();
        }

        foreach (NativeUdpSocket socket in _sockets)
        {
            for (int i = 0; i < MaxDrainedBatches && _batch.Run(socket) > 0; i++)
            {
            }
        }

        CountReceiveDrops(overloaded: true);
        _ended.SetResult();
    }

    /// <summary>A batch from each socket that may hold something; whether any may hold more.</summary>
    private bool RunRound()
    {
        bool more = false;
        foreach (NativeUdpSocket socket in _sockets)
        {
            if (socket.MayHaveMore)
            {
                socket.MayHaveMore = _batch.Run(socket) == DatagramBatch.Size;
                more |= socket.MayHaveMore;
            }
        }

        return more;
    }

    private void WaitForDatagrams(bool block)
    {
        int events = _poll.Wait(block);
        for (int i = 0; i < events; i++)
        {
            ulong token = _poll.GetToken(i);
            if (token != EventPoll.WakeToken)
            {
                _sockets[token].MayHaveMore = true;
            }
        }
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
