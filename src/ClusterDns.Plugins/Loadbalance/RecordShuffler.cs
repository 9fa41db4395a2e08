using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Loadbalance;

/// <summary>
/// Puts aliases first, addresses after everything but mail exchanges, and shuffles addresses and mail exchanges among themselves.
/// Everything else keeps its order. In place, without allocating.
/// </summary>
/// <param name="seed">For the order.</param>
internal sealed class RecordShuffler(int seed)
{
    private uint _calls;

    /// <summary>Shuffles the records of a section.</summary>
    /// <param name="records">The section.</param>
    public void Shuffle(Span<ResponseRecord> records)
    {
        if (records.Length < 2)
        {
            return;
        }

        Sort(records);
        ulong state = unchecked(((ulong)(uint)seed << 32) | Interlocked.Increment(ref _calls));
        for (int start = 0; start < records.Length;)
        {
            int rank = Rank(records[start].Type);
            int end = start + 1;
            while (end < records.Length && Rank(records[end].Type) == rank)
            {
                end++;
            }

            if (rank >= 2)
            {
                ShuffleAlike(records[start..end], ref state);
            }

            start = end;
        }
    }

    private static int Rank(RecordType type) => type switch
    {
        RecordType.CNAME => 0,
        RecordType.A or RecordType.AAAA => 2,
        RecordType.MX => 3,
        _ => 1,
    };

    /// <summary>By rank, and else as they were: answers come in this order nearly always, so it is a walk over them.</summary>
    private static void Sort(Span<ResponseRecord> records)
    {
        for (int i = 1; i < records.Length; i++)
        {
            int rank = Rank(records[i].Type);
            if (Rank(records[i - 1].Type) <= rank)
            {
                continue;
            }

            ResponseRecord record = records[i];
            int place = i - 1;
            while (place > 0 && Rank(records[place - 1].Type) > rank)
            {
                place--;
            }

            records[place..i].CopyTo(records[(place + 1)..]);
            records[place] = record;
        }
    }

    /// <summary>Fisher and Yates' shuffle: every order is as likely as every other.</summary>
    private static void ShuffleAlike(Span<ResponseRecord> records, ref ulong state)
    {
        for (int i = records.Length - 1; i > 0; i--)
        {
            state = unchecked(state + SplitMix64.Step);
            int other = (int)(SplitMix64.Mix(state) % (uint)(i + 1));
            (records[i], records[other]) = (records[other], records[i]);
        }
    }
}
