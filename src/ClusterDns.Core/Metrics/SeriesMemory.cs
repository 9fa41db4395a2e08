using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Metrics;

/// <summary>What the series of all families take together, and what they may take.</summary>
internal sealed class SeriesMemory
{
    private long _bytes;
    private volatile MemoryShare? _share;
    private volatile Counter? _merged;

    /// <summary>Bounds further series.</summary>
    /// <param name="share">Where all series are reserved, those that exist too.</param>
    /// <param name="merged">Counts refused series.</param>
    public void LimitTo(MemoryShare share, Counter merged)
    {
        _merged = merged;
        _share = share;
        share.Reserve(Interlocked.Read(ref _bytes));
    }

    /// <summary>Reserves a series; false when it has to be merged into another.</summary>
    public bool TryReserve(int bytes)
    {
        if (_share is { } share && !share.TryReserve(bytes))
        {
            return false;
        }

        Interlocked.Add(ref _bytes, bytes);
        return true;
    }

    /// <summary>Reserves a series that has to exist, or with a negative number gives one back.</summary>
    public void Reserve(int bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        _share?.Reserve(bytes);
    }

    /// <summary>Counts a series that was merged into another.</summary>
    public void CountMerged() => _merged?.Add();
}
