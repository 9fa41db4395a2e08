namespace ClusterDns.Core.Upstreams;

/// <summary>Why an exchange with an upstream gave no reply.</summary>
public enum UpstreamFailure : byte
{
    /// <summary>It gave one, or the reason is not known.</summary>
    None,

    /// <summary>Nothing came in time.</summary>
    NoReply,

    /// <summary>What came in time fitted no query.</summary>
    OnlyMismatches,

    /// <summary>Nobody listens at the address and port.</summary>
    Refused,

    /// <summary>The network has no route to the address.</summary>
    Unreachable,

    /// <summary>No connection could be made in time.</summary>
    NoConnection,

    /// <summary>The upstream closed or reset the connection.</summary>
    Closed,

    /// <summary>The upstream sent what is not DNS, or an answer to another question.</summary>
    Malformed,

    /// <summary>The upstream sent or took data too slowly.</summary>
    Slow,

    /// <summary>This server has too many queries or connections to the upstream.</summary>
    Overloaded,

    /// <summary>This server has no descriptor or address left for a socket.</summary>
    NoSocket,
}
