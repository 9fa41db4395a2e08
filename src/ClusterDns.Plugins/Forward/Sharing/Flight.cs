using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Plugins.Forward.Sharing;

/// <summary>
/// A query on its way to upstreams, which identical queries join instead of asking again. It does not end at the deadline of the client that
/// began it as long as another follows.
/// </summary>
internal sealed class Flight : IUpstreamAsker
{
    /// <summary>The most queries that follow one: more copies of one question than a process lets wait.</summary>
    public const int MaxFollowers = 4096;

    /// <summary>What a flight takes, in bytes.</summary>
    public const int Bytes = 128;

    private int _followers;

    /// <summary>The link that forwards: another asks other upstreams, or in another way.</summary>
    public object Owner { get; private set; } = null!;

    /// <summary>The query that asks.</summary>
    public Query Leader { get; private set; } = null!;

    /// <summary>What upstreams are sent, apart from the ID.</summary>
    public ReadOnlyMemory<byte> Request { get; private set; }

    /// <summary>The hash of what the query asks.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Whether the query goes over a stream at once.</summary>
    public bool UsesStream { get; private set; }

    /// <summary>When the flight fails unless there is an answer, as <see cref="TimeProvider.GetTimestamp"/> counts.</summary>
    public long End { get; private set; }

    /// <summary>Whether nobody joins any more, since too little time is left, or it was abandoned.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The next flight in the table's bucket.</summary>
    public Flight? Next { get; set; }

    /// <summary>Its neighbour among the flights that have followers.</summary>
    public Flight? PreviousFollowed { get; set; }

    /// <summary>Its neighbour among the flights that have followers.</summary>
    public Flight? NextFollowed { get; set; }

    /// <summary>The follower that joined last; the table's.</summary>
    public Follower? First { get; set; }

    /// <summary>The upstream's reply that is the response, where there is one.</summary>
    public UpstreamReply? Reply { get; set; }

    /// <summary>The transport of <see cref="Reply"/>.</summary>
    public UpstreamProtocol Protocol { get; set; }

    /// <summary>How many follow. It is set under the table's lock.</summary>
    public int Followers
    {
        get => Volatile.Read(ref _followers);
        set => Volatile.Write(ref _followers, value);
    }

    /// <summary>
    /// Whether the query that asks lost its place to another. The flight then ends, followed or not, since its memory counts as that of
    /// the other query; those that follow ask again.
    /// </summary>
    public bool IsAbandoned => Leader.IsAbandoned;

    /// <summary>Prepares the flight of a query.</summary>
    public void Begin(object owner, Query leader, ReadOnlyMemory<byte> request, ulong hash, bool usesStream, long end)
    {
        Owner = owner;
        Leader = leader;
        Request = request;
        Hash = hash;
        UsesStream = usesStream;
        End = end;
        IsClosed = false;
        Next = null;
        First = null;
        Reply = null;
        Followers = 0;
    }

    /// <summary>Whether a query asks the same, byte for byte as it is sent, apart from its ID and the case of its name.</summary>
    public bool Matches(object owner, Query query, ReadOnlySpan<byte> request, ulong hash, bool usesStream)
    {
        if (Hash != hash || !ReferenceEquals(Owner, owner) || UsesStream != usesStream)
        {
            return false;
        }

        ReadOnlySpan<byte> asked = Request.Span;
        int end = Core.Wire.DnsHeader.Length + query.Name.Length;
        return asked.Length == request.Length &&
            asked[sizeof(ushort)..Core.Wire.DnsHeader.Length].SequenceEqual(request[sizeof(ushort)..Core.Wire.DnsHeader.Length]) &&
            Leader.Name.SequenceEqual(query.Name) &&
            asked[end..].SequenceEqual(request[end..]);
    }
}
