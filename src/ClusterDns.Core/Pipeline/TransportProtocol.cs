namespace ClusterDns.Core.Pipeline;

/// <summary>How a query reached the server.</summary>
public enum TransportProtocol : byte
{
    /// <summary>A datagram (RFC 1035 section 4.2.1).</summary>
    Udp,

    /// <summary>A stream with two-byte length prefixes (RFC 1035 section 4.2.2, RFC 7766).</summary>
    Tcp,

    /// <summary>DNS over TLS (RFC 7858).</summary>
    Tls,

    /// <summary>DNS over HTTPS on HTTP/1.1 or HTTP/2 (RFC 8484).</summary>
    Https,

    /// <summary>DNS over HTTPS on HTTP/3.</summary>
    Https3,

    /// <summary>DNS over gRPC, as CoreDNS defines it.</summary>
    Grpc,

    /// <summary>DNS over QUIC (RFC 9250).</summary>
    Quic,
}
