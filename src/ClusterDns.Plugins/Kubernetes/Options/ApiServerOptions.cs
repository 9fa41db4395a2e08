namespace ClusterDns.Plugins.Kubernetes.Options;

/// <summary>
/// Which API server is asked, and how much at once. Compared by value: who asks for the same shares one connection and one index.
/// Where neither <see cref="Kubeconfig"/> nor <see cref="Endpoint"/> says anything, it is the cluster's own that the server runs in.
/// </summary>
public sealed record ApiServerOptions
{
    /// <summary>The default rate of Kubernetes clients, in requests a second.</summary>
    public const double DefaultQueriesPerSecond = 5;

    /// <summary>The default burst of Kubernetes clients.</summary>
    public const int DefaultBurst = 10;

    /// <summary>The kubeconfig file; null for none.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The kubeconfig's context; null for its current one.</summary>
    public string? Context { get; init; }

    /// <summary>The server's URL; null for none. What <see cref="Kubeconfig"/> says counts before it.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The files that <see cref="Endpoint"/> is spoken to with; null for none.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>How many lists are asked for a second on average; more than 0.</summary>
    public double QueriesPerSecond { get; init; } = DefaultQueriesPerSecond;

    /// <summary>How many lists may be asked for at once; at least 1.</summary>
    public int Burst { get; init; } = DefaultBurst;

    /// <summary>How many requests may wait for their response to begin; 0 for any number.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>The URL of <see cref="Endpoint"/>, which is set. One without a scheme is used over TLS where there are files for it.</summary>
    /// <param name="uri">The URL.</param>
    internal bool TryCreateUri(out Uri? uri)
    {
        string text = Endpoint!.Contains("://", StringComparison.Ordinal) ? Endpoint : (Tls is null ? "http://" : "https://") + Endpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;
    }
}

/// <summary>The files of a TLS connection, in PEM.</summary>
/// <param name="Certificate">The client's certificate, and what of its chain the server does not have; empty for none.</param>
/// <param name="Key">The certificate's key; empty for none.</param>
/// <param name="Authority">The authorities that may have signed the server's certificate; empty for the system's.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority);
