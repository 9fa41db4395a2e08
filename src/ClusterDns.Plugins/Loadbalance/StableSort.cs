using System.Buffers;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>Where a record belongs among others.</summary>
internal interface IRecordRank
{
    /// <summary>The rank; lower ones come first.</summary>
    /// <param name="record">The record.</param>
    int Of(ref readonly ResponseRecord record);
}

/// <summary>
/// Sorts records by rank, those of equal rank as they were: by insertion in short runs, which all but the longest answers are one of,
/// and by merging runs. An upstream may send thousands of records in any order, so the time it takes must not grow with their square.
/// </summary>
internal static class StableSort
{
    private const int RunLength = 32;

    /// <summary>Sorts records.</summary>
    /// <typeparam name="TRank">Says where a record belongs.</typeparam>
    /// <param name="records">The records.</param>
    /// <param name="rank">The same.</param>
    public static void Sort<TRank>(Span<ResponseRecord> records, TRank rank)
        where TRank : struct, IRecordRank
    {
        for (int start = 0; start < records.Length; start += RunLength)
        {
            SortRun(records.Slice(start, Math.Min(RunLength, records.Length - start)), rank);
        }

        if (records.Length > RunLength)
        {
            MergeRuns(records, rank);
        }
    }

    /// <summary>Answers come in order nearly always, so that it is a walk over them.</summary>
    private static void SortRun<TRank>(Span<ResponseRecord> records, TRank rank)
        where TRank : struct, IRecordRank
    {
        for (int i = 1; i < records.Length; i++)
        {
            int own = rank.Of(ref records[i]);
            int place = i;
            while (place > 0 && rank.Of(ref records[place - 1]) > own)
            {
                place--;
            }

            if (place < i)
            {
                ResponseRecord record = records[i];
                records[place..i].CopyTo(records[(place + 1)..]);
                records[place] = record;
            }
        }
    }

    private static void MergeRuns<TRank>(Span<ResponseRecord> records, TRank rank)
        where TRank : struct, IRecordRank
    {
        ResponseRecord[] rented = ArrayPool<ResponseRecord>.Shared.Rent(records.Length);
        Span<ResponseRecord> scratch = rented.AsSpan(0, records.Length);
        for (int width = RunLength; width < records.Length; width *= 2)
        {
            for (int start = 0; start + width < records.Length; start += 2 * width)
            {
                Merge(records.Slice(start, Math.Min(2 * width, records.Length - start)), width, scratch, rank);
            }
        }

        scratch.Clear();
        ArrayPool<ResponseRecord>.Shared.Return(rented);
    }

    private static void Merge<TRank>(Span<ResponseRecord> records, int middle, Span<ResponseRecord> scratch, TRank rank)
        where TRank : struct, IRecordRank
    {
        if (rank.Of(ref records[middle - 1]) <= rank.Of(ref records[middle]))
        {
            return;
        }

        Span<ResponseRecord> left = scratch[..middle];
        records[..middle].CopyTo(left);
        int taken = 0;
        int right = middle;
        for (int place = 0; taken < left.Length; place++)
        {
            records[place] = right < records.Length && rank.Of(ref records[right]) < rank.Of(ref left[taken])
                ? records[right++]
                : left[taken++];
        }
    }
}
