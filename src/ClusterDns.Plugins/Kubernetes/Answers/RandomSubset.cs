using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>
/// Chooses which records of an answer a message holds that has no room for all: others each time, so that clients that make do with
/// what is left of it reach all endpoints between them. What fits stays as it is. It allocates nothing.
/// </summary>
/// <param name="random">Chooses.</param>
internal sealed class RandomSubset(ThreadRandom random)
{
    /// <summary>An owner that is in the message already, type, class, time to live and length (RFC 1035 sections 4.1.3 and 4.1.4).</summary>
    private const int FixedLength = 12;

    /// <summary>An OPT record without options (RFC 6891 section 6.1.2).</summary>
    private const int OptLength = 11;

    /// <summary>Where a search through a Service's slices begins: at any of them, where no response can hold what is in all of them.</summary>
    /// <param name="entry">The Service.</param>
    public int GetFirstSlice(ServiceEntry entry) => entry.HasMoreThanFits ? random.Current.Below(entry.Slices.Length) : 0;

    /// <summary>Puts records that are chosen at random before the others, as many as the message may hold.</summary>
    /// <param name="query">The query with its response.</param>
    public void Choose(Query query)
    {
        int room = query.ResponseSizeLimit - DnsHeader.Length - query.AskedName.Length - 4 - (query.HasEdns ? OptLength : 0);
        Span<ResponseRecord> records = GetChoice(query, ref room);
        if (Fit(records, room))
        {
            return;
        }

        RandomSequence sequence = random.Current;
        int fitting = 0;
        for (int i = 0; i < records.Length && room >= 0; i++)
        {
            int chosen = i + sequence.Below(records.Length - i);
            (records[i], records[chosen]) = (records[chosen], records[i]);
            room -= FixedLength + records[i].RdataLength;
            fitting += room >= 0 ? 1 : 0;
        }

        if (query.Transport != TransportProtocol.Udp)
        {
            // No other transport carries more: what is chosen is the answer, and TC says that it is a part, as CoreDNS has it.
            RecordList answers = query.Response.Answers;
            answers.Truncate(answers.Count - records.Length + fitting);
            query.Response.Truncated = true;
        }
    }

    /// <summary>The records of the type that was asked; aliases precede them and stay there.</summary>
    private static Span<ResponseRecord> GetChoice(Query query, ref int room)
    {
        Span<ResponseRecord> records = query.Response.Answers.Span;
        int first = 0;
        while (first < records.Length && records[first].Type != query.Type)
        {
            room -= FixedLength + records[first].RdataLength;
            first++;
        }

        return records[first..];
    }

    private static bool Fit(ReadOnlySpan<ResponseRecord> records, int room)
    {
        for (int i = 0; i < records.Length && room >= 0; i++)
        {
            room -= FixedLength + records[i].RdataLength;
        }

        return room >= 0;
    }
}
