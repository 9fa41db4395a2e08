using System.Buffers;
using System.Buffers.Binary;

namespace ClusterDns.Listeners.Tcp;

/// <summary>
/// What a connection has received, cut into messages (RFC 1035 section 4.2.2). It grows with what arrives, not with what a
/// length prefix promises.
/// </summary>
internal sealed class FrameBuffer
{
    private const int PrefixSize = 2;
    private const int InitialSize = 2048;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _start;
    private int _end;

    /// <summary>Whether a message has begun to arrive and is not whole.</summary>
    internal bool HasPart => _end > _start;

    /// <summary>Room for at least one more byte.</summary>
    internal Memory<byte> GetRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _bytes.Length)
        {
            MakeRoom();
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>Takes in what was received into <see cref="GetRoom"/>.</summary>
    internal void Advance(int count) => _end += count;

    /// <summary>Cuts off the next message, if it is whole.</summary>
    /// <param name="message">The message without its length; it stands until the next <see cref="GetRoom"/>.</param>
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

    /// <summary>Gives the memory back.</summary>
    internal void Release()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    private void MakeRoom()
    {
        int kept = _end - _start;
        byte[] target = kept > _bytes.Length / 2 ? ArrayPool<byte>.Shared.Rent(_bytes.Length * 2) : _bytes;
        _bytes.AsSpan(_start, kept).CopyTo(target);
        if (!ReferenceEquals(target, _bytes))
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = target;
        }

        _start = 0;
        _end = kept;
    }
}
