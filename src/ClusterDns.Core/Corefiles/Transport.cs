namespace ClusterDns.Core.Corefiles;

/// <summary>How a server block is asked, from the scheme of its key.</summary>
public enum Transport
{
    /// <summary><c>dns://</c>, or no scheme: UDP and TCP, port 53 unless the command line says otherwise (RFC 1035).</summary>
    Dns,

    /// <summary><c>tls://</c>: DNS over TLS, port 853 (RFC 7858).</summary>
    Tls,

    /// <summary><c>https://</c>: DNS over HTTPS, port 443 (RFC 8484).</summary>
    Https,

    /// <summary><c>https3://</c>: DNS over HTTPS on HTTP/3, port 443.</summary>
    Https3,

    /// <summary><c>grpc://</c>: DNS over gRPC, port 443.</summary>
    Grpc,

    /// <summary><c>quic://</c>: DNS over QUIC, port 853 (RFC 9250).</summary>
    Quic,
}
