using System.Buffers;
using System.Buffers.Binary;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>Takes messages out of a stream. Its buffer grows with what arrives, not with what lengths promise. Not for several threads.</summary>
internal sealed class FrameReader
{
    private const int UsualBytes = 2048;
    private const int PrefixLength = StreamExchange.PrefixLength;

    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>Whether a part of a message is there.</summary>
    internal bool HasPart => _end > _start;

    /// <summary>Room for what arrives next.</summary>
    internal Memory<byte> GetRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
        }
        else if (_end == _buffer.Length)
        {
            // Full of a part of one message: the messages that were whole are taken.
            byte[] larger = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
            _buffer.AsSpan(_start.._end).CopyTo(larger);
            if (!ReferenceEquals(larger, _buffer))
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            _end -= _start;
            _start = 0;
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Takes note of what arrived.</summary>
    internal void Advance(int bytes) => _end += bytes;

    /// <summary>The next whole message; it lasts until the next call of another method.</summary>
    internal bool TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        int length = _end - _start;
        if (length < PrefixLength)
        {
            return false;
        }

        int announced = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
        if (length < PrefixLength + announced)
        {
            return false;
        }

        message = _buffer.AsSpan(_start + PrefixLength, announced);
        _start += PrefixLength + announced;
        if (_start == _end)
        {
            _start = _end = 0;
        }

        return true;
    }

    /// <summary>Gives a buffer back that a long message made large, or any buffer at the end.</summary>
    /// <param name="isEnd">Whether nothing is read any more.</param>
    internal void Trim(bool isEnd)
    {
        if (_buffer is not null && (isEnd || (_end == 0 && _buffer.Length > UsualBytes)))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _start = _end = 0;
        }
    }
}
