namespace ClusterDns.Core.Pipeline;

/// <summary>The limits of a listener's stream connections (the <em>timeouts</em> plugin); null where the block sets none.</summary>
public sealed record ConnectionLimits : IMergeable<ConnectionLimits>
{
    /// <summary>How long a connection may take to deliver a message that it has begun.</summary>
    public TimeSpan? Read { get; init; }

    /// <summary>How long a client may leave an answer unread.</summary>
    public TimeSpan? Write { get; init; }

    /// <summary>How long a connection may be idle between queries.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>After how many queries a connection is closed; 0 for never.</summary>
    public int? MaxQueries { get; init; }

    /// <inheritdoc/>
    public ConnectionLimits Merge(ConnectionLimits later, ICollection<string> ignored)
    {
        ArgumentNullException.ThrowIfNull(later);
        return new ConnectionLimits
        {
            Read = Choose(Read, later.Read, "timeouts read", ignored),
            Write = Choose(Write, later.Write, "timeouts write", ignored),
            Idle = Choose(Idle, later.Idle, "timeouts idle", ignored),
            MaxQueries = Choose(MaxQueries, later.MaxQueries, "timeouts maxtcpqueries", ignored),
        };
    }

    private static T? Choose<T>(T? first, T? later, string name, ICollection<string> ignored)
        where T : struct
    {
        if (first is { } known && later is { } asked && !known.Equals(asked))
        {
            ignored.Add(name);
        }

        return first ?? later;
    }
}
