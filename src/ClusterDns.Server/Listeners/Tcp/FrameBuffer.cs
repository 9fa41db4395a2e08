using System.Buffers;
using System.Buffers.Binary;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>
/// What a connection has received, cut into messages (RFC 1035 section 4.2.2). It grows with what arrives, not with what a
/// length prefix promises. At rest it keeps <see cref="RestingSize"/> bytes; more is reserved before it is allocated.
/// </summary>
/// <param name="memory">Where more than the resting size is reserved; null for no bound.</param>
internal sealed class FrameBuffer(IStreamMemory? memory = null)
{
    /// <summary>The bytes of a connection without a query: two or three queries of the usual size.</summary>
    internal const int RestingSize = 512;

    private const int PrefixSize = 2;

    /// <summary>The bytes of a connection that sends many queries at once.</summary>
    private const int WorkingSize = 4096;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(RestingSize);
    private int _start;
    private int _end;
    private int _reserved;
    private bool _wasFull;

    /// <summary>Whether a message has begun to arrive and is not whole.</summary>
    internal bool HasPart => _end > _start;

    /// <summary>How many bytes are reserved beyond the resting size.</summary>
    internal int Reserved => Volatile.Read(ref _reserved);

    /// <summary>Room for at least one more byte; false when there is no memory for it.</summary>
    internal bool TryGetRoom(out Memory<byte> room)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            int wanted = _wasFull ? WorkingSize : RestingSize;
            if (_bytes.Length != wanted && (wanted < _bytes.Length || TryReserve(wanted - _bytes.Length)))
            {
                Exchange(wanted, kept: 0);
            }
        }
        else if (_end == _bytes.Length && !TryMakeRoom())
        {
            room = default;
            return false;
        }

        room = _bytes.AsMemory(_end);
        return true;
    }

    /// <summary>Takes in what was received into the room of <see cref="TryGetRoom"/>.</summary>
    internal void Advance(int count)
    {
        _end += count;
        _wasFull = _end == _bytes.Length;
    }

    /// <summary>Cuts off the next message, if it is whole.</summary>
    /// <param name="message">The message without its length; valid until the next <see cref="TryGetRoom"/>.</param>
    internal bool TryTake(out ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> received = _bytes.AsSpan(_start, _end - _start);
        if (received.Length >= PrefixSize)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(received);
            if (received.Length >= PrefixSize + length)
            {
                message = received.Slice(PrefixSize, length);
                _start += PrefixSize + length;
                return true;
            }
        }

        message = default;
        return false;
    }

    /// <summary>Returns the memory.</summary>
    internal void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
        ReleaseReservation();
    }

    /// <summary>Returns what is reserved, for a connection that ends: its memory follows in a moment. For any thread.</summary>
    internal void ReleaseReservation() => memory?.Release(Interlocked.Exchange(ref _reserved, 0));

    private bool TryMakeRoom()
    {
        int kept = _end - _start;
        if (kept <= _bytes.Length / 2)
        {
            _bytes.AsSpan(_start, kept).CopyTo(_bytes);
        }
        else if (TryReserve(_bytes.Length))
        {
            Exchange(_bytes.Length * 2, kept);
        }
        else
        {
            return false;
        }

        _start = 0;
        _end = kept;
        return true;
    }

    private bool TryReserve(int bytes)
    {
        if (memory is null || memory.TryReserve(bytes))
        {
            Interlocked.Add(ref _reserved, bytes);
            return true;
        }

        return false;
    }

    private void Exchange(int size, int kept)
    {
        byte[] old = _bytes;
        _bytes = ArrayPool<byte>.Shared.Rent(size);
        old.AsSpan(_start, kept).CopyTo(_bytes);
        ArrayPool<byte>.Shared.Return(old);
        if (size < old.Length)
        {
            GiveBack(old.Length - size);
        }
    }

    /// <summary>Returns a part of what is reserved, unless another thread has returned it all.</summary>
    private void GiveBack(int bytes)
    {
        int reserved = Reserved;
        while (reserved >= bytes)
        {
            int seen = Interlocked.CompareExchange(ref _reserved, reserved - bytes, reserved);
            if (seen == reserved)
            {
                memory?.Release(bytes);
                return;
            }

            reserved = seen;
        }
    }
}
