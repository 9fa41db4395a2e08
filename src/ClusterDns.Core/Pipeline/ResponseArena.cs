using System.Buffers;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Bytes that live as long as one response: owner names and rdata that a plugin puts together for this query alone.
/// What it hands out stays where it is until the response is cleared.
/// </summary>
public sealed class ResponseArena
{
    private const int KeptSize = 1024;
    private const int LargeChunkSize = 16 * 1024;
    private const int MaxLargeBytes = 1024 * 1024;
    private const int MaxLargeChunks = MaxLargeBytes / LargeChunkSize;

    private readonly byte[] _kept = new byte[KeptSize];
    private readonly byte[][] _large = new byte[MaxLargeChunks][];
    private byte[] _current;
    private int _used;
    private int _largeCount;
    private int _largeBytes;

    /// <summary>An empty arena.</summary>
    public ResponseArena() => _current = _kept;

    /// <summary>Sets aside bytes, whose content is undefined until it is written.</summary>
    /// <param name="length">How many, at most 65535: the most that rdata has.</param>
    /// <param name="array">The array they are in.</param>
    /// <param name="offset">Where they start.</param>
    /// <returns>False when the response already holds 1 MiB, sixteen times what a message can carry.</returns>
    public bool TryAllocate(int length, out byte[] array, out int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue);
        if (_current.Length - _used < length && !TryGrow(length))
        {
            array = [];
            offset = 0;
            return false;
        }

        array = _current;
        offset = _used;
        _used += length;
        return true;
    }

    /// <summary>Takes everything back.</summary>
    public void Clear()
    {
        _used = 0;
        if (_largeCount == 0)
        {
            return;
        }

        for (int i = 0; i < _largeCount; i++)
        {
            ArrayPool<byte>.Shared.Return(_large[i]);
            _large[i] = null!;
        }

        _largeCount = 0;
        _largeBytes = 0;
        _current = _kept;
    }

    private bool TryGrow(int length)
    {
        int size = Math.Max(length, LargeChunkSize);
        if (_largeBytes + size > MaxLargeBytes)
        {
            return false;
        }

        _current = ArrayPool<byte>.Shared.Rent(size);
        _large[_largeCount++] = _current;
        _largeBytes += size;
        _used = 0;
        return true;
    }
}
