using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Upstreams;

/// <summary>
/// One server that queries are forwarded to. Disposing of it closes what is at rest. Queries in flight end as if nothing had happened, and
/// so do later ones of an asker that has not been notified, over a socket of their own: no query is lost when a configuration goes.
/// </summary>
public interface IUpstream : IDisposable
{
    /// <summary>Its address and port.</summary>
    NetworkEndpoint Endpoint { get; }

    /// <summary>Datagrams; a stream where a query is too long for them, or where somebody may be guessing replies.</summary>
    IUpstreamChannel Udp { get; }

    /// <summary>As <see cref="Udp"/>, and a stream where the reply is truncated.</summary>
    IUpstreamChannel UdpThenStream { get; }

    /// <summary>Connections (RFC 7766).</summary>
    IUpstreamChannel Stream { get; }
}

/// <summary>Makes upstreams.</summary>
public interface IUpstreamFactory
{
    /// <summary>An upstream. Nothing is sent or connected before it is asked.</summary>
    /// <param name="endpoint">Its address and port.</param>
    /// <param name="expire">How long a connection may rest before it is closed.</param>
    /// <param name="maxAge">How long a socket or connection is used for new queries; zero for as long as it works.</param>
    IUpstream Open(NetworkEndpoint endpoint, TimeSpan expire, TimeSpan maxAge);
}
