using System.Buffers;

namespace ClusterDns.Core.Http;

/// <summary>
/// The body of a response, in chunks that are reserved before they are allocated. A body that does not fit is cut: what is written
/// beyond the bound is dropped, and <see cref="IsCut"/> is set.
/// </summary>
/// <param name="tryReserve">Reserves bytes; null for no bound.</param>
public sealed class HttpBody(Func<int, bool>? tryReserve = null) : IBufferWriter<byte>, IDisposable
{
    private const int ChunkSize = 16 * 1024;

    private readonly List<(byte[] Bytes, int Length)> _chunks = [];
    private byte[] _current = [];
    private int _used;

    /// <summary>Whether the body did not fit.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many bytes were written.</summary>
    public long Length { get; private set; }

    /// <summary>The body, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Chunks
    {
        get
        {
            foreach ((byte[] bytes, int length) in _chunks)
            {
                yield return bytes.AsMemory(0, length);
            }

            yield return _current.AsMemory(0, IsCut ? 0 : _used);
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _current.Length - _used);
        if (!IsCut)
        {
            _used += count;
            Length += count;
        }
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_current.Length - _used < Math.Max(1, sizeHint))
        {
            AddChunk(Math.Max(ChunkSize, sizeHint));
        }

        return _current.AsMemory(_used);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>A copy of the whole body.</summary>
    public byte[] ToArray()
    {
        byte[] copy = new byte[Length];
        int position = 0;
        foreach (ReadOnlyMemory<byte> chunk in Chunks)
        {
            chunk.CopyTo(copy.AsMemory(position));
            position += chunk.Length;
        }

        return copy;
    }

    /// <summary>Returns the chunks to the pool. Whoever reserved them releases them.</summary>
    public void Dispose()
    {
        foreach ((byte[] bytes, int _) in _chunks)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _chunks.Clear();
        if (_current.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_current);
        }

        _current = [];
        _used = 0;
    }

    private void AddChunk(int size)
    {
        byte[] next = ArrayPool<byte>.Shared.Rent(size);
        if (!IsCut && tryReserve is not null && !tryReserve(next.Length))
        {
            Cut();
        }

        if (IsCut)
        {
            // What follows is written over and over into one chunk.
            _used = 0;
            if (_current.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_current);
            }
        }
        else if (_current.Length > 0)
        {
            _chunks.Add((_current, _used));
        }

        _current = next;
        _used = 0;
    }

    private void Cut()
    {
        IsCut = true;
        Length = 0;
        foreach ((byte[] bytes, int _) in _chunks)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        _chunks.Clear();
    }
}
