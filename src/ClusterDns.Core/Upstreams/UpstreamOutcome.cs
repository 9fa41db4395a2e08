using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Upstreams;

/// <summary>The transport of an exchange with an upstream.</summary>
public enum UpstreamProtocol : byte
{
    /// <summary>Datagrams.</summary>
    Udp,

    /// <summary>A connection (RFC 7766).</summary>
    Tcp,
}

/// <summary>How an exchange with an upstream ended.</summary>
public enum UpstreamStatus : byte
{
    /// <summary>There is a reply.</summary>
    Answered,

    /// <summary>No reply came in time.</summary>
    TimedOut,

    /// <summary>The query could not be sent, or the upstream refused it or closed the connection.</summary>
    Failed,

    /// <summary>
    /// So many replies came that fit no query that somebody may be guessing: ask again over TCP (RFC 5452 section 9.3).
    /// </summary>
    Suspicious,
}

/// <summary>How an exchange with an upstream ended.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">
/// The reply, where there is one: its question is that of the query. The asker releases it, or has a query hold it.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UpstreamOutcome(UpstreamStatus Status, UpstreamReply? Reply)
{
    /// <summary>The transport of the exchange; of the last one, where there were two.</summary>
    public UpstreamProtocol Protocol { get; init; }

    /// <summary>Why there is no reply.</summary>
    public UpstreamFailure Failure { get; init; }

    /// <summary>Whether a connection existed already; false for datagrams.</summary>
    public bool IsReusedConnection { get; init; }

    /// <summary>The exchange over datagrams before this one, where it did not suffice.</summary>
    public UpstreamFallback Fallback { get; init; }
}

/// <summary>An exchange over datagrams after which a query was asked again over a stream.</summary>
/// <param name="Happened">Whether there was one.</param>
/// <param name="Code">The response code of its truncated reply; null where there was none.</param>
/// <param name="Elapsed">How long it took.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UpstreamFallback(bool Happened, ResponseCode? Code, TimeSpan Elapsed);

/// <summary>A reply of an upstream, in a buffer that is used again after <see cref="QueryResource.Release"/>.</summary>
public abstract class UpstreamReply : QueryResource
{
    /// <summary>The array that holds the message from its first byte on.</summary>
    public abstract byte[] Message { get; }

    /// <summary>The length of the message, in bytes.</summary>
    public abstract int Length { get; }
}
