using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Upstreams;

/// <summary>How a query goes to an upstream.</summary>
public enum UpstreamProtocol : byte
{
    /// <summary>As a datagram.</summary>
    Udp,

    /// <summary>Over a connection (RFC 7766).</summary>
    Tcp,
}

/// <summary>What became of a query to an upstream.</summary>
public enum UpstreamStatus : byte
{
    /// <summary>There is a reply.</summary>
    Answered,

    /// <summary>No reply came in time.</summary>
    TimedOut,

    /// <summary>It could not be sent, or the upstream refused it or cut the connection.</summary>
    Failed,

    /// <summary>
    /// So many replies came that do not fit any query that somebody may be guessing: ask again over TCP (RFC 5452 section 9.3).
    /// </summary>
    Suspicious,
}

/// <summary>What became of a query to an upstream.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Reply">
/// The reply, where there is one: its ID and question are those of the query. Whoever gets it releases it, or has a query hold it.
/// </param>
public readonly record struct UpstreamOutcome(UpstreamStatus Status, UpstreamReply? Reply)
{
    /// <summary>Whether a connection was at hand already; false for datagrams.</summary>
    public bool IsReusedConnection { get; init; }
}

/// <summary>A reply of an upstream, in a buffer that is used again after <see cref="QueryResource.Release"/>.</summary>
public abstract class UpstreamReply : QueryResource
{
    /// <summary>The array that holds the message from its first byte on.</summary>
    public abstract byte[] Message { get; }

    /// <summary>How long the message is.</summary>
    public abstract int Length { get; }
}

/// <summary>
/// One server that queries are forwarded to. Disposing of it closes what is at rest. What is under way ends as if nothing had happened, and
/// so does what somebody asks later who has not heard of it, over a socket of its own: no query is lost when a configuration goes.
/// </summary>
public interface IUpstream : IDisposable
{
    /// <summary>Where it is.</summary>
    NetworkEndpoint Endpoint { get; }

    /// <summary>
    /// Asks. The query goes out with another ID, a random one; datagrams that are lost are sent again until the time is over.
    /// </summary>
    /// <param name="query">A query message; it is copied.</param>
    /// <param name="protocol">How.</param>
    /// <param name="timeout">How long to wait for the reply.</param>
    /// <returns>Completes, often on the thread that asked, when there is a reply or none to be hoped for. It does not throw.</returns>
    ValueTask<UpstreamOutcome> AskAsync(ReadOnlySpan<byte> query, UpstreamProtocol protocol, TimeSpan timeout);
}

/// <summary>Makes upstreams.</summary>
public interface IUpstreamFactory
{
    /// <summary>An upstream. Nothing is sent or connected before it is asked.</summary>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="expire">How long a connection may rest before it is closed.</param>
    /// <param name="maxAge">How long a socket or connection is used for new queries; zero for as long as it works.</param>
    IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge);
}
