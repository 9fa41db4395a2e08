using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ClusterDns.Plugins.Kubernetes.Api.Access;

namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>
/// Makes the connections to an API server: HTTP/2 where it is offered, straight to the server whatever proxies the environment names,
/// and such that a peer that is gone without a word is noticed soon.
/// </summary>
internal static class ApiTransport
{
    /// <summary>
    /// What a server may send ahead of what is decoded. The executable keeps it from growing, since a list would fill any window.
    /// </summary>
    private const int StreamWindow = 256 * 1024;

    private const int KeepAliveProbes = 3;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <summary>Opens nothing yet.</summary>
    /// <param name="tls">What TLS connections are made with.</param>
    /// <param name="pings">How dead connections are found out.</param>
    public static SocketsHttpHandler Create(TlsMaterial tls, ConnectionPings pings) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectPatience,
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = StreamWindow,
        KeepAlivePingDelay = pings.Period,
        KeepAlivePingTimeout = pings.Patience,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectCallback = async (context, cancellationToken) =>
        {
            Stream stream = await ConnectAsync(context.DnsEndPoint, pings, cancellationToken);
            return context.InitialRequestMessage.RequestUri!.Scheme is "https"
                ? await SecureAsync(stream, CreateTlsOptions(tls, context.DnsEndPoint.Host), cancellationToken)
                : stream;
        },
    };

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream owns the socket.")]
    private static async Task<Stream> ConnectAsync(DnsEndPoint endpoint, ConnectionPings pings, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // HTTP/1.1 has no pings of its own.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(pings.Period));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(pings.Patience / KeepAliveProbes));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int Seconds(TimeSpan duration) => Math.Max(1, (int)duration.TotalSeconds);

    private static async Task<Stream> SecureAsync(Stream stream, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        SslStream secured = new(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(options, cancellationToken);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The kubeconfig says insecure-skip-tls-verify.")]
    [SuppressMessage("Security", "MA0039", Justification = "The kubeconfig says insecure-skip-tls-verify.")]
    private static SslClientAuthenticationOptions CreateTlsOptions(TlsMaterial tls, string host)
    {
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = tls.ServerName ?? host,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        if (tls.SkipsVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else
        {
            options.CertificateChainPolicy = CreatePolicy(tls.Authorities);
        }

        if (tls.Client is { } client)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(client, tls.ClientChain, offline: true);
        }

        return options;
    }

    private static X509ChainPolicy CreatePolicy(X509Certificate2Collection? authorities)
    {
        // Clusters' authorities publish no lists of what they revoke, and a name server must not wait for one.
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }
}

/// <summary>How it is found out that a connection's peer is gone without a word.</summary>
/// <param name="Period">How long a connection is quiet before its peer is asked whether it is there; at least 1 s.</param>
/// <param name="Patience">How long the peer may take to say so; at least 1 s.</param>
internal sealed record ConnectionPings(TimeSpan Period, TimeSpan Patience)
{
    /// <summary>Within ten seconds.</summary>
    public static ConnectionPings Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
}
