using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Upstreams;

/// <summary>Room for the datagrams of one system call to or from an upstream. For one thread.</summary>
internal sealed unsafe class UpstreamBatch : IDisposable
{
    /// <summary>How many datagrams one call moves.</summary>
    internal const int Size = 32;

    private const byte TruncatedBit = 2;

    private readonly byte[][] _buffers = new byte[Size][];
    private readonly BatchedMessage* _in;
    private readonly BatchedMessage* _out;
    private readonly IoVector* _inVectors;
    private readonly IoVector* _outVectors;
    private int _used = Size;

    /// <summary>An empty batch.</summary>
    internal UpstreamBatch()
    {
        _in = (BatchedMessage*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(BatchedMessage));
        _out = (BatchedMessage*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(BatchedMessage));
        _inVectors = (IoVector*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(IoVector));
        _outVectors = (IoVector*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(IoVector));
    }

    /// <summary>Sends queries; one that cannot be sent is counted and skipped, since it is sent again later.</summary>
    /// <param name="socket">Where from.</param>
    /// <param name="exchanges">At most <see cref="Size"/>.</param>
    /// <param name="failed">Counts those that cannot be sent.</param>
    /// <returns>False when the system says, of these datagrams or of earlier ones, that nobody is there.</returns>
    internal bool TrySend(UpstreamSocket socket, ReadOnlySpan<UdpExchange> exchanges, Counter failed)
    {
        for (int i = 0; i < exchanges.Length; i++)
        {
            Point(&_out[i], &_outVectors[i], exchanges[i].RequestBuffer, exchanges[i].Request.Length);
        }

        int done = 0;
        while (done < exchanges.Length)
        {
            int sent = SocketCalls.SendBatch(
                socket.Handle.Descriptor,
                _out + done,
                (uint)(exchanges.Length - done),
                SocketCalls.FlagDontWait | SocketCalls.FlagNoSignal);
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
                    return false;
                default:
                    failed.Add();
                    done++;
                    break;
            }
        }

        return true;
    }

    /// <summary>Receives what there is, up to <see cref="Size"/> datagrams.</summary>
    /// <param name="socket">Where from.</param>
    /// <param name="count">How many came.</param>
    /// <returns>False when the system says that nobody is there.</returns>
    internal bool TryReceive(UpstreamSocket socket, out int count)
    {
        for (int i = 0; i < _used; i++)
        {
            // A listener that forwards nothing needs none.
            _buffers[i] ??= GC.AllocateUninitializedArray<byte>(UdpExchange.BufferSize, pinned: true);
            Point(&_in[i], &_inVectors[i], _buffers[i], UdpExchange.BufferSize);
        }

        _used = 0;
        while (true)
        {
            count = SocketCalls.ReceiveBatch(socket.Handle.Descriptor, _in, Size, SocketCalls.FlagDontWait, null);
            if (count >= 0)
            {
                _used = count;
                return true;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != ErrorNumbers.Interrupted)
            {
                count = 0;
                return error == ErrorNumbers.WouldBlock;
            }
        }
    }

    /// <summary>A datagram of the last receive.</summary>
    /// <param name="index">Less than how many came.</param>
    internal ReadOnlySpan<byte> GetReply(int index) => _buffers[index].AsSpan(0, (int)_in[index].Length);

    /// <summary>Hands a datagram of the last receive over, without copying it. One that was cut off is marked as truncated.</summary>
    /// <param name="index">Less than how many came.</param>
    /// <param name="exchange">Whose reply it is.</param>
    internal void HandOver(int index, UdpExchange exchange)
    {
        if ((_in[index].Header.Flags & SocketCalls.FlagTruncated) != 0)
        {
            _buffers[index][2] |= TruncatedBit;
        }

        exchange.TakeReply(ref _buffers[index], (int)_in[index].Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_in);
        NativeMemory.Free(_out);
        NativeMemory.Free(_inVectors);
        NativeMemory.Free(_outVectors);
    }

    // The buffers are pinned for as long as they live, and the exchange or the batch keeps them alive.
    private static void Point(BatchedMessage* message, IoVector* vector, byte[] pinned, int length)
    {
        vector->Base = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        vector->Length = (nuint)length;
        *message = default;
        message->Header.Vectors = vector;
        message->Header.VectorCount = 1;
    }
}
