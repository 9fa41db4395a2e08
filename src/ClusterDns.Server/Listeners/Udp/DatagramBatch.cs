using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Interop;
using ClusterDns.Server.Serving;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// A worker's batch: up to <see cref="Size"/> datagrams come in with one call, are served in turn, and the answers that are
/// ready go out with one call. It begins small, and doubles whenever it is full: most of a thousand listeners are seldom asked. Grown,
/// it allocates nothing, but for queries that wait when the pool is empty.
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    /// <summary>How many datagrams a batch holds.</summary>
    internal const int Size = 32;

    private const int FirstSize = 2;

    private readonly ListenerCore _core;
    private readonly QueryPool<NativeUdpQuery> _pool;
    private readonly NativeUdpQuery[] _queries = new NativeUdpQuery[Size];
    private readonly BatchedMessage* _in;
    private readonly BatchedMessage* _out;
    private readonly IoVector* _inVectors;
    private readonly IoVector* _outVectors;
    private NativeUdpQuery? _spare;
    private int _size;

    /// <summary>An empty batch.</summary>
    internal DatagramBatch(ListenerCore core, QueryPool<NativeUdpQuery> pool)
    {
        _core = core;
        _pool = pool;
        _in = (BatchedMessage*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(BatchedMessage));
        _out = (BatchedMessage*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(BatchedMessage));
        _inVectors = (IoVector*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(IoVector));
        _outVectors = (IoVector*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(IoVector));
        Grow(FirstSize);
    }

    /// <summary>Whether the last run filled the batch, so that the socket may hold more.</summary>
    internal bool WasFull { get; private set; }

    /// <summary>Whether every receive of the last run failed: the next one would too, most likely.</summary>
    internal bool IsFailing { get; private set; }

    /// <summary>Receives what there is, serves it, and sends the answers that are ready.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="waits">Whether to wait for the first datagram, for as long as the socket's timeout allows.</param>
    /// <returns>How many datagrams came.</returns>
    internal int Run(NativeUdpSocket socket, bool waits = false)
    {
        int received = Receive(socket.Handle.Descriptor, waits ? SocketCalls.FlagWaitForOne : SocketCalls.FlagDontWait);
        WasFull = received == _size;
        IsFailing = received < 0;
        if (received <= 0)
        {
            return 0;
        }

        try
        {
            ServeAll(socket, received);
        }
        finally
        {
            // Whatever threw, the worker runs again, over slots that must be reset.
            for (int i = 0; i < received; i++)
            {
                _queries[i].Reset();
                _queries[i].PrepareReceive(&_in[i].Header, &_inVectors[i]);
            }
        }

        if (WasFull && _size < Size)
        {
            Grow(_size * 2);
        }

        return received;
    }

    private void ServeAll(NativeUdpSocket socket, int received)
    {
        IQueryPipeline pipeline = _core.Pipeline;
        long now = _core.TimeProvider.GetTimestamp();
        int answers = 0;
        for (int i = 0; i < received; i++)
        {
            _queries[i].Exchange.MarkReceived(now);
            if (Serve(pipeline, socket, i))
            {
                _queries[i].PrepareSend(&_out[answers].Header, &_outVectors[answers]);
                answers++;
            }
        }

        Send(socket.Handle.Descriptor, answers);
    }

    /// <summary>Frees the native memory and gives the queries back.</summary>
    public void Dispose()
    {
        foreach (NativeUdpQuery query in _queries.AsSpan(0, _size))
        {
            _pool.Return(query);
        }

        if (_spare is not null)
        {
            _pool.Return(_spare);
        }

        NativeMemory.Free(_in);
        NativeMemory.Free(_out);
        NativeMemory.Free(_inVectors);
        NativeMemory.Free(_outVectors);
    }

    private void Grow(int size)
    {
        while (_size < size)
        {
            PutInSlot(_size++, _pool.Rent());
        }
    }

    private void PutInSlot(int slot, NativeUdpQuery query)
    {
        _queries[slot] = query;
        query.PrepareReceive(&_in[slot].Header, &_inVectors[slot]);
    }

    /// <summary>How many datagrams came; negative when the socket keeps failing.</summary>
    private int Receive(int descriptor, int flags)
    {
        for (int errors = 0; errors < ReceivePause.MaxFailuresInRow;)
        {
            int received = SocketCalls.ReceiveBatch(descriptor, _in, (uint)_size, flags, null);
            if (received >= 0)
            {
                return received;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == ErrorNumbers.WouldBlock)
            {
                return 0;
            }

            if (error is ErrorNumbers.BadDescriptor or ErrorNumbers.NotASocket)
            {
                // It will never receive anything; the guard of the thread decides.
                throw ErrorNumbers.LastError();
            }

            if (error != ErrorNumbers.Interrupted)
            {
                errors++;
                _core.Metrics.ReceiveFailed.Add();
                if (error != ErrorNumbers.ConnectionRefused)
                {
                    _core.ReportReceiveFailure(error);
                }
            }
        }

        return -1;
    }

    /// <summary>Serves the datagram of a slot; true when its answer is ready. One that waits leaves, and the slot gets another.</summary>
    private bool Serve(IQueryPipeline pipeline, NativeUdpSocket socket, int slot)
    {
        BatchedMessage* message = &_in[slot];
        if (message->Length < DnsHeader.Length)
        {
            _core.Metrics.Short.Add();
            return false;
        }

        if ((message->Header.Flags & SocketCalls.FlagTruncated) != 0)
        {
            _core.Metrics.Oversized.Add();
        }

        // Taken before the query starts: one that waits must leave its slot whatever happens.
        _spare ??= _pool.Rent();
        NativeUdpQuery query = _queries[slot];
        query.ReadAddresses(&message->Header, socket, out NetworkEndpoint local, out NetworkEndpoint remote);
        QueryProgress progress = query.Serve(pipeline, (int)message->Length, TransportProtocol.Udp, in local, in remote);
        if (progress == QueryProgress.Waiting)
        {
            PutInSlot(slot, _spare);
            _spare = null;
            query.AwaitAnswer();
        }

        return progress == QueryProgress.Answered;
    }

    /// <summary>Sends the first answers of the batch. One that cannot be sent is counted and skipped.</summary>
    private void Send(int descriptor, int count)
    {
        int done = 0;
        while (done < count)
        {
            int sent = SocketCalls.SendBatch(
                descriptor, _out + done, (uint)(count - done), SocketCalls.FlagDontWait | SocketCalls.FlagNoSignal);
            if (sent > 0)
            {
                done += sent;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != ErrorNumbers.Interrupted)
            {
                SendErrors.Count(_core.Metrics, error);
                done++;
            }
        }
    }
}
