using ClusterDns.Core.Memory;

namespace ClusterDns.Core.Pipeline;

/// <summary>The arrays that the process rents for a short time. What lies idle is counted in <see cref="MemoryTable.Pools"/>.</summary>
public static class SharedArrays
{
    /// <summary>Octets.</summary>
    public static BoundedArrayPool<byte> Bytes { get; } = new(PartOfBytes(PoolSizes.Largest.ArrayBytes));

    /// <summary>Text.</summary>
    public static BoundedArrayPool<char> Chars { get; } = new(PartOfChars(PoolSizes.Largest.ArrayBytes));

    /// <summary>Records of responses.</summary>
    public static BoundedArrayPool<ResponseRecord> Records { get; } = new(PartOfRecords(PoolSizes.Largest.ArrayBytes));

    /// <summary>Bounds what lies idle of all of them.</summary>
    /// <param name="sizes">The bounds of the process.</param>
    public static void LimitIdle(PoolSizes sizes)
    {
        Bytes.LimitTo(PartOfBytes(sizes.ArrayBytes));
        Chars.LimitTo(PartOfChars(sizes.ArrayBytes));
        Records.LimitTo(PartOfRecords(sizes.ArrayBytes));
    }

    private static long PartOfBytes(int all) => all * 5L / 8;

    private static long PartOfChars(int all) => all / 8;

    private static long PartOfRecords(int all) => all / 4;
}
