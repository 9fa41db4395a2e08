using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClusterDns.Core.Upstreams;
using ClusterDns.Interop;
using ClusterDns.Listeners.Udp;

namespace ClusterDns.Upstreams;

/// <summary>
/// The datagrams to upstreams of one thread: what is asked during a round goes out in batches at its end, replies come in by the
/// thread's own epoll, and askers go on where they asked. For that thread alone.
/// </summary>
internal sealed unsafe class UpstreamEngine : IDisposable
{
    /// <summary>How often an engine looks for queries to send again or to give up, while there are any.</summary>
    internal const int TickMilliseconds = 20;

    private const int BatchSize = 32;
    private const ulong TokenBit = 1UL << 32;
    private const int MaxReceiveRounds = 8;

    [ThreadStatic]
    private static UpstreamEngine? ThreadsOwn;

    private readonly EventPoll _poll;
    private readonly TimeProvider _timeProvider;
    private readonly UpstreamMetrics _metrics;
    private readonly QueryIds _ids = new();
    private readonly Dictionary<Upstream, UpstreamSocketPool> _pools = [];
    private readonly List<UpstreamSocket?> _sockets = [];
    private readonly Stack<int> _freeSlots = [];
    private readonly List<UdpExchange> _queue = [];
    private readonly List<UdpExchange> _due = [];
    private readonly HashSet<UpstreamSocket> _refused = [];
    private readonly byte[][] _buffers = new byte[BatchSize][];
    private readonly BatchedMessage* _messages;
    private readonly IoVector* _vectors;
    private UdpExchange? _first;
    private long _lastTick;

    /// <summary>An engine.</summary>
    /// <param name="poll">The thread's epoll.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="metrics">What is counted.</param>
    internal UpstreamEngine(EventPoll poll, TimeProvider timeProvider, UpstreamMetrics metrics)
    {
        _poll = poll;
        _timeProvider = timeProvider;
        _metrics = metrics;
        _messages = (BatchedMessage*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(BatchedMessage));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(IoVector));
        for (int i = 0; i < BatchSize; i++)
        {
            _buffers[i] = GC.AllocateUninitializedArray<byte>(UdpExchange.BufferSize, pinned: true);
        }
    }

    /// <summary>Whether engines work here.</summary>
    internal static bool IsSupported => LinuxUdpBackend.IsSupported;

    /// <summary>The engine of this thread; null on a thread that has none.</summary>
    internal static UpstreamEngine? Current
    {
        get => ThreadsOwn;
        set => ThreadsOwn = value;
    }

    /// <summary>How many queries wait for their reply.</summary>
    internal int PendingCount { get; private set; }

    /// <summary>How long the thread may wait for events.</summary>
    internal int WaitMilliseconds => _queue.Count > 0 ? 0 : PendingCount > 0 ? TickMilliseconds : -1;

    /// <summary>Whether an event is about one of the engine's sockets.</summary>
    internal static bool IsOwn(ulong token) => token != EventPoll.WakeToken && (token & TokenBit) != 0;

    /// <summary>Takes a query; it goes out with the next <see cref="Flush"/>.</summary>
    internal void Submit(UdpExchange exchange)
    {
        long now = _timeProvider.GetTimestamp();
        ref UpstreamSocketPool? pool = ref CollectionsMarshal.GetValueRefOrAddDefault(_pools, exchange.Upstream, out _);
        pool ??= new UpstreamSocketPool(exchange.Upstream);
        if (pool.Next(this, _ids, now) is not { } socket)
        {
            exchange.Complete(UpstreamStatus.Failed);
            return;
        }

        ushort id = _ids.Next();
        while (!socket.IsFree(id))
        {
            id = _ids.Next();
        }

        exchange.SetId(id);
        exchange.Socket = socket;
        exchange.SentAt = now;
        exchange.RetransmitAfter = ToTimestampTicks(exchange.Upstream.RetransmitAfter);
        exchange.NextSend = now + exchange.RetransmitAfter;
        socket.Expect(exchange);
        Link(exchange);
        Enqueue(exchange);
    }

    /// <summary>Sends what was asked since the last time.</summary>
    internal void Flush()
    {
        for (int from = 0; from < _queue.Count;)
        {
            UpstreamSocket socket = _queue[from].Socket!;
            int count = 0;
            while (count < BatchSize && from + count < _queue.Count && ReferenceEquals(_queue[from + count].Socket, socket))
            {
                Prepare(_queue[from + count], count);
                count++;
            }

            Send(socket, count);
            from += count;
        }

        foreach (UdpExchange exchange in CollectionsMarshal.AsSpan(_queue))
        {
            exchange.IsQueued = false;
            exchange.Sent++;
        }

        if (_queue.Count > 0)
        {
            _queue.Clear();
            foreach (UpstreamSocketPool pool in _pools.Values)
            {
                pool.EndBatch();
            }
        }

        if (_refused.Count > 0)
        {
            UpstreamSocket[] refused = [.. _refused];
            _refused.Clear();
            foreach (UpstreamSocket socket in refused)
            {
                Fail(socket, UpstreamStatus.Failed);
            }
        }
    }

    /// <summary>Takes in the replies at a socket; their askers go on at once.</summary>
    /// <param name="token">The event's token.</param>
    internal void Receive(ulong token)
    {
        if (_sockets[(int)(token & ~TokenBit)] is not { } socket)
        {
            return;
        }

        for (int round = 0; round < MaxReceiveRounds; round++)
        {
            int received = ReceiveBatch(socket);
            for (int i = 0; i < received; i++)
            {
                Take(socket, i);
            }

            // The last reply may have closed the socket.
            if (received < BatchSize || socket.Handle.IsClosed)
            {
                break;
            }
        }

        if (socket.Mismatches >= UpstreamSocket.MaxMismatches && !socket.IsRetired)
        {
            _metrics.Suspicious.Add();
            Retire(socket);
            Fail(socket, UpstreamStatus.Suspicious);
        }

        CloseIfDone(socket);
    }

    /// <summary>Sends again what got no reply, and gives up what got none for too long.</summary>
    internal void Tick()
    {
        if (PendingCount == 0)
        {
            return;
        }

        long now = _timeProvider.GetTimestamp();
        if (_timeProvider.GetElapsedTime(_lastTick, now).TotalMilliseconds < TickMilliseconds)
        {
            return;
        }

        _lastTick = now;
        for (UdpExchange? exchange = _first; exchange is not null; exchange = exchange.Next)
        {
            if (exchange.Deadline <= now)
            {
                _due.Add(exchange);
            }
            else if (exchange.NextSend <= now && !exchange.IsQueued)
            {
                _metrics.Retransmitted.Add();
                exchange.RetransmitAfter *= 2;
                exchange.NextSend = now + exchange.RetransmitAfter;
                Enqueue(exchange);
            }
        }

        // The askers go on only now, since they may ask anew.
        for (int i = 0; i < _due.Count; i++)
        {
            Finish(_due[i], UpstreamStatus.TimedOut);
        }

        _due.Clear();
    }

    /// <summary>Closes the sockets to an upstream; what waits for it fails.</summary>
    internal void Forget(Upstream upstream)
    {
        if (!_pools.Remove(upstream))
        {
            return;
        }

        foreach (UpstreamSocket? socket in _sockets.ToArray())
        {
            if (socket is not null && ReferenceEquals(socket.Pool.Upstream, upstream))
            {
                Retire(socket);
                Fail(socket, UpstreamStatus.Failed);
                CloseIfDone(socket);
            }
        }
    }

    /// <summary>Opens a socket to an upstream.</summary>
    internal UpstreamSocket? Open(UpstreamSocketPool pool, long now)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _sockets.Count;
        UpstreamSocket? socket = UpstreamSocket.TryOpen(pool.Endpoint, pool, slot, now);
        if (slot == _sockets.Count)
        {
            _sockets.Add(socket);
        }
        else
        {
            _sockets[slot] = socket;
        }

        if (socket is null)
        {
            _metrics.OpenFailed.Add();
            _freeSlots.Push(slot);
            return null;
        }

        _poll.Add(socket.Handle.Descriptor, TokenBit | (uint)slot);
        return socket;
    }

    /// <summary>Sends no more from a socket; it is closed when its last reply has come or was given up.</summary>
    internal void Retire(UpstreamSocket socket)
    {
        socket.IsRetired = true;
        CloseIfDone(socket);
    }

    /// <summary>Whether something happened longer ago than a time.</summary>
    internal bool IsOlderThan(long timestamp, TimeSpan age, long now) => _timeProvider.GetElapsedTime(timestamp, now) > age;

    /// <summary>Closes everything; what waits fails.</summary>
    public void Dispose()
    {
        foreach (Upstream upstream in _pools.Keys.ToArray())
        {
            Forget(upstream);
        }

        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
    }

    // The buffers are pinned for as long as they live, and the exchange or the engine keeps them alive.
    private static byte* Address(byte[] pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    private long ToTimestampTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    private void Enqueue(UdpExchange exchange)
    {
        exchange.IsQueued = true;
        _queue.Add(exchange);
    }

    private void Prepare(UdpExchange exchange, int index)
    {
        _vectors[index].Base = Address(exchange.RequestBuffer);
        _vectors[index].Length = (nuint)exchange.Request.Length;
        _messages[index] = default;
        _messages[index].Header.Vectors = &_vectors[index];
        _messages[index].Header.VectorCount = 1;
    }

    private void Send(UpstreamSocket socket, int count)
    {
        int done = 0;
        while (done < count)
        {
            int sent = SocketCalls.SendBatch(
                socket.Handle.Descriptor, _messages + done, (uint)(count - done), SocketCalls.FlagDontWait | SocketCalls.FlagNoSignal);
            if (sent > 0)
            {
                done += sent;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case ErrorNumbers.Interrupted:
                    break;
                case ErrorNumbers.ConnectionRefused or ErrorNumbers.NetworkUnreachable or ErrorNumbers.HostUnreachable:
                    // Of this datagram or an earlier one: nobody is there.
                    _refused.Add(socket);
                    return;
                default:
                    // What is not sent now is sent again.
                    _metrics.SendFailed.Add();
                    done++;
                    break;
            }
        }
    }

    private int ReceiveBatch(UpstreamSocket socket)
    {
        for (int i = 0; i < BatchSize; i++)
        {
            _vectors[i].Base = Address(_buffers[i]);
            _vectors[i].Length = UdpExchange.BufferSize;
            _messages[i] = default;
            _messages[i].Header.Vectors = &_vectors[i];
            _messages[i].Header.VectorCount = 1;
        }

        while (true)
        {
            int received = SocketCalls.ReceiveBatch(socket.Handle.Descriptor, _messages, BatchSize, SocketCalls.FlagDontWait, null);
            if (received >= 0)
            {
                return received;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == ErrorNumbers.WouldBlock)
            {
                return 0;
            }

            if (error != ErrorNumbers.Interrupted)
            {
                // Nobody listens there, or it cannot be reached: waiting for the rest of the time would be in vain.
                Fail(socket, UpstreamStatus.Failed);
                return 0;
            }
        }
    }

    private void Take(UpstreamSocket socket, int index)
    {
        int length = (int)_messages[index].Length;
        if (socket.Match(_buffers[index].AsSpan(0, length)) is not { } exchange)
        {
            _metrics.Mismatched.Add();
            return;
        }

        if ((_messages[index].Header.Flags & SocketCalls.FlagTruncated) != 0)
        {
            // What was cut off is as good as left out by the server.
            _buffers[index][2] |= 2;
        }

        if (exchange.Sent <= 1)
        {
            exchange.Upstream.Measured(_timeProvider.GetElapsedTime(exchange.SentAt));
        }

        exchange.TakeReply(ref _buffers[index], length);
        Finish(exchange, UpstreamStatus.Answered);
    }

    private void Fail(UpstreamSocket socket, UpstreamStatus status)
    {
        foreach (UdpExchange exchange in socket.Pending.ToArray())
        {
            Finish(exchange, status);
        }
    }

    private void Finish(UdpExchange exchange, UpstreamStatus status)
    {
        if (exchange.Socket is not { } socket || socket.IsFree(exchange.Id))
        {
            return;
        }

        socket.Forget(exchange);
        Unlink(exchange);
        if (exchange.IsQueued)
        {
            _queue.Remove(exchange);
            exchange.IsQueued = false;
        }

        CloseIfDone(socket);
        exchange.Complete(status);
    }

    private void CloseIfDone(UpstreamSocket socket)
    {
        if (socket.IsRetired && socket.PendingCount == 0 && ReferenceEquals(_sockets[socket.Slot], socket))
        {
            _sockets[socket.Slot] = null;
            _freeSlots.Push(socket.Slot);
            socket.Dispose();
        }
    }

    private void Link(UdpExchange exchange)
    {
        exchange.Previous = null;
        exchange.Next = _first;
        if (_first is not null)
        {
            _first.Previous = exchange;
        }

        _first = exchange;
        PendingCount++;
    }

    private void Unlink(UdpExchange exchange)
    {
        if (exchange.Previous is null)
        {
            _first = exchange.Next;
        }
        else
        {
            exchange.Previous.Next = exchange.Next;
        }

        if (exchange.Next is not null)
        {
            exchange.Next.Previous = exchange.Previous;
        }

        exchange.Previous = exchange.Next = null;
        PendingCount--;
    }
}
