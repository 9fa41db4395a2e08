using ClusterDns.Core.Upstreams;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>Why a connection ends.</summary>
internal enum StreamEnd
{
    /// <summary>It rested for as long as it may.</summary>
    Expired,

    /// <summary>It is as old as it may be.</summary>
    MaxAge,

    /// <summary>Its upstream is not used any more, or it was for one query.</summary>
    Released,

    /// <summary>The upstream closed or reset it.</summary>
    ClosedByUpstream,

    /// <summary>The upstream refused it.</summary>
    Refused,

    /// <summary>The network has no route to the upstream.</summary>
    Unreachable,

    /// <summary>It was not established in time.</summary>
    ConnectTimeout,

    /// <summary>Every query on it went without a reply for too long.</summary>
    Silent,

    /// <summary>A reply did not arrive whole in time.</summary>
    SlowReply,

    /// <summary>The upstream did not read what was sent.</summary>
    WriteTimeout,

    /// <summary>The upstream sent what is not a DNS message.</summary>
    BadFrame,

    /// <summary>The upstream sent an answer that fits no query.</summary>
    WrongReply,

    /// <summary>It held late queries only, and others need its place.</summary>
    LateQueries,

    /// <summary>Something unexpected failed.</summary>
    Error,
}

/// <summary>What ends of connections mean.</summary>
internal static class StreamEnds
{
    /// <summary>The value of the metric's label.</summary>
    internal static string LabelOf(StreamEnd end) => end switch
    {
        StreamEnd.Expired => "expired",
        StreamEnd.MaxAge => "max_age",
        StreamEnd.Released => "released",
        StreamEnd.ClosedByUpstream => "closed_by_upstream",
        StreamEnd.Refused => "refused",
        StreamEnd.Unreachable => "unreachable",
        StreamEnd.ConnectTimeout => "connect_timeout",
        StreamEnd.Silent => "silent",
        StreamEnd.SlowReply => "slow_reply",
        StreamEnd.WriteTimeout => "write_timeout",
        StreamEnd.BadFrame => "bad_frame",
        StreamEnd.WrongReply => "wrong_reply",
        StreamEnd.LateQueries => "late_queries",
        _ => "error",
    };

    /// <summary>What a query on such a connection failed of.</summary>
    internal static UpstreamFailure FailureOf(StreamEnd end) => end switch
    {
        StreamEnd.Refused => UpstreamFailure.Refused,
        StreamEnd.Unreachable => UpstreamFailure.Unreachable,
        StreamEnd.ConnectTimeout => UpstreamFailure.NoConnection,
        StreamEnd.Silent => UpstreamFailure.NoReply,
        StreamEnd.SlowReply or StreamEnd.WriteTimeout => UpstreamFailure.Slow,
        StreamEnd.BadFrame or StreamEnd.WrongReply => UpstreamFailure.Malformed,
        StreamEnd.LateQueries => UpstreamFailure.Overloaded,
        StreamEnd.Error => UpstreamFailure.NoSocket,
        _ => UpstreamFailure.Closed,
    };

    /// <summary>Whether the upstream is to blame, so that attempts must not follow without a pause.</summary>
    internal static bool IsUpstreamsFault(StreamEnd end) => end is StreamEnd.ClosedByUpstream or StreamEnd.Refused or StreamEnd.Unreachable
        or StreamEnd.ConnectTimeout or StreamEnd.SlowReply or StreamEnd.WriteTimeout or StreamEnd.BadFrame or StreamEnd.WrongReply;

    /// <summary>Whether no connection came about, so that nothing was sent.</summary>
    internal static bool IsConnectFailure(StreamEnd end) => end is StreamEnd.Refused or StreamEnd.Unreachable or StreamEnd.ConnectTimeout;
}
