using System.Runtime.InteropServices;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>A query that was put on a connection and has no reply there.</summary>
/// <param name="Id">Its ID on that connection.</param>
/// <param name="Sequence">Its place in the order in which queries were put there.</param>
/// <param name="SentAt">When it was put there.</param>
/// <param name="Exchange">The query; null when nobody waits for this reply any more.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OutstandingQuery(ushort Id, long Sequence, long SentAt, StreamExchange? Exchange);

/// <summary>
/// The queries of a connection without a reply, oldest first. A query whose asker is gone stays, since its reply may come and its ID must
/// not be used again, and since a server that answers in order is still busy with it. Not for several threads at once.
/// </summary>
internal sealed class OutstandingQueries
{
    private readonly List<OutstandingQuery> _queries = [];
    private long _next = 1;
    private long _lastAnswered;

    /// <summary>How many there are, abandoned ones included.</summary>
    internal int Count => _queries.Count;

    /// <summary>How many an asker waits for.</summary>
    internal int Pending { get; private set; }

    /// <summary>Whether a reply came while one to an earlier query was missing: the server answers in any order.</summary>
    internal bool IsAnyOrder { get; private set; }

    /// <summary>The queries, oldest first.</summary>
    internal ReadOnlySpan<OutstandingQuery> All => CollectionsMarshal.AsSpan(_queries);

    /// <summary>Whether an ID is in use.</summary>
    internal bool Contains(ushort id) => Find(id) >= 0;

    /// <summary>The index of a query; negative when there is none.</summary>
    internal int Find(ushort id)
    {
        ReadOnlySpan<OutstandingQuery> all = All;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Adds a query as the youngest.</summary>
    internal void Add(ushort id, long now, StreamExchange exchange)
    {
        _queries.Add(new OutstandingQuery(id, _next++, now, exchange));
        Pending++;
    }

    /// <summary>Removes a query that got its reply.</summary>
    internal void Answered(int index)
    {
        OutstandingQuery query = _queries[index];
        IsAnyOrder |= index > 0;
        _lastAnswered = Math.Max(_lastAnswered, query.Sequence);
        Pending -= query.Exchange is null ? 0 : 1;
        _queries.RemoveAt(index);
    }

    /// <summary>Nobody waits for a reply any more.</summary>
    internal void Abandon(int index)
    {
        Pending -= _queries[index].Exchange is null ? 0 : 1;
        _queries[index] = _queries[index] with { Exchange = null };
    }

    /// <summary>
    /// The index of the oldest query that others may have to wait for: one that no younger query has overtaken. <see cref="Count"/> when
    /// there is none.
    /// </summary>
    internal int FindHead()
    {
        ReadOnlySpan<OutstandingQuery> all = All;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Sequence > _lastAnswered)
            {
                return i;
            }
        }

        return all.Length;
    }
}
