using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Kubernetes.Answers;

/// <summary>
/// Knows which records a section has already, so that an RRset has none twice (RFC 2181 section 5). It compares rdata, and owner
/// names where they differ, by a hash table on the stack.
/// </summary>
/// <param name="places">Room for the table, zeroed: a power of two.</param>
/// <param name="first">How many records the section has that do not count, of other owners.</param>
internal readonly ref struct RecordSet(Span<ushort> places, int first)
{
    /// <summary>How many places suffice for as many records as a section can have.</summary>
    public const int Places = 16384;

    private readonly Span<ushort> _places = places;

    /// <summary>Adds a record unless it is there; false when the section is full.</summary>
    /// <param name="section">The section; all its records but the first ones were added here.</param>
    /// <param name="record">The record.</param>
    public bool TryAdd(RecordList section, in ResponseRecord record)
    {
        int mask = _places.Length - 1;
        ulong hash = KeyedHash.Of(record.Rdata) ^ (KeyedHash.Of(record.Owner) * 31);
        int place = (int)hash & mask;
        while (_places[place] != 0)
        {
            ref readonly ResponseRecord known = ref section.Span[first + _places[place] - 1];
            if (known.Type == record.Type && known.Rdata.SequenceEqual(record.Rdata) && known.Owner.SequenceEqual(record.Owner))
            {
                return true;
            }

            place = (place + 1) & mask;
        }

        if (!section.TryAdd(in record))
        {
            return false;
        }

        _places[place] = (ushort)(section.Count - first);
        return true;
    }

    /// <summary>How many places are enough for some records, and no more than needed: clearing them costs.</summary>
    /// <param name="records">How many records there may be.</param>
    public static int GetPlaces(int records)
    {
        int places = 16;
        while (places < records * 2 && places < Places)
        {
            places *= 2;
        }

        return places;
    }
}
