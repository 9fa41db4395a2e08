using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// The records of one section, reused from query to query. It grows to <see cref="MaxCount"/> records, more than any DNS
/// message can hold, and gives back what it grew by when it is cleared.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is a list of records.")]
public sealed class RecordList
{
    /// <summary>A record takes 11 bytes at least, so no 64 KiB message holds more.</summary>
    public const int MaxCount = 65535 / 11;

    private const int KeptCapacity = 16;

    private readonly ResponseRecord[] _kept = new ResponseRecord[KeptCapacity];
    private ResponseRecord[] _records;

    /// <summary>An empty list.</summary>
    public RecordList() => _records = _kept;

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>The records, in order; they may be changed and swapped in place.</summary>
    public Span<ResponseRecord> Span => _records.AsSpan(0, Count);

    private int Capacity => Math.Min(MaxCount, _records.Length);

    /// <summary>Adds a record; false, and nothing added, beyond <see cref="MaxCount"/>.</summary>
    /// <param name="record">The record.</param>
    public bool TryAdd(in ResponseRecord record)
    {
        if (Count == Capacity && !TryGrow())
        {
            return false;
        }

        _records[Count++] = record;
        return true;
    }

    /// <summary>Adds the records that an internal query's section holds; they live as long as that query.</summary>
    /// <param name="query">The internal query.</param>
    /// <param name="section">Which of its sections.</param>
    /// <returns>False beyond <see cref="MaxCount"/>; those that fitted are there.</returns>
    public bool TryAppend(Query query, ResponseSection section)
    {
        foreach (ref readonly ResponseRecord record in query.Response[section].Span)
        {
            ResponseRecord copy = record;
            if (copy.OwnerSource is null)
            {
                copy.OwnerSource = query.Exchange.RequestBuffer;
                copy.OwnerOffset = Wire.DnsHeader.Length;
            }

            if (!TryAdd(in copy))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes records out from <paramref name="count"/> on.</summary>
    /// <param name="count">How many stay, from the first on.</param>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        _records.AsSpan(count, Count - count).Clear();
        Count = count;
    }

    /// <summary>Empties the list and releases what the records pointed to.</summary>
    public void Clear()
    {
        if (Count == 0)
        {
            return;
        }

        Truncate(0);
        if (!ReferenceEquals(_records, _kept))
        {
            ArrayPool<ResponseRecord>.Shared.Return(_records);
            _records = _kept;
        }
    }

    private bool TryGrow()
    {
        if (Count >= MaxCount)
        {
            return false;
        }

        ResponseRecord[] larger = ArrayPool<ResponseRecord>.Shared.Rent(Math.Min(MaxCount, _records.Length * 4));
        Span.CopyTo(larger);
        if (!ReferenceEquals(_records, _kept))
        {
            Span.Clear();
            ArrayPool<ResponseRecord>.Shared.Return(_records);
        }

        _records = larger;
        return true;
    }
}
