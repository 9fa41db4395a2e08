using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>What TLS connections to the API server are made with.</summary>
internal sealed class TlsMaterial
{
    /// <summary>The authorities that may have signed the server's certificate; null for the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The client's certificate with its key; null for none.</summary>
    public X509Certificate2? Client { get; init; }

    /// <summary>The certificates between the client's and its authority.</summary>
    public X509Certificate2Collection ClientChain { get; init; } = [];

    /// <summary>Whether any server is taken for the right one.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>The name that the server's certificate is to have; null for the URL's.</summary>
    public string? ServerName { get; init; }
}

/// <summary>Makes <see cref="TlsMaterial"/> of PEM, and the same as long as the PEM is the same.</summary>
internal sealed class TlsMaterialFactory
{
    private PemFiles? _pem;
    private TlsMaterial? _made;

    /// <summary>The material.</summary>
    /// <param name="pem">What it is made of.</param>
    /// <exception cref="ApiAccessException">It is not PEM, or certificate and key do not match.</exception>
    public TlsMaterial Get(PemFiles pem)
    {
        if (_made is null || _pem != pem)
        {
            _made = Create(pem);
            _pem = pem;
        }

        return _made;
    }

    private static TlsMaterial Create(PemFiles pem)
    {
        X509Certificate2Collection? authorities = null;
        X509Certificate2? client = null;
        X509Certificate2Collection chain = [];
        try
        {
            if (pem.Authority.Length > 0)
            {
                authorities = [];
                authorities.ImportFromPem(pem.Authority);
                if (authorities.Count == 0)
                {
                    throw new ApiAccessException("the file of the certificate authority contains no PEM certificate");
                }
            }

            if (pem.Certificate.Length > 0)
            {
                client = X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
                chain.ImportFromPem(pem.Certificate);
                chain.RemoveAt(0);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ApiAccessException($"a certificate or key cannot be read: {exception.Message}", exception);
        }

        return new TlsMaterial
        {
            Authorities = authorities,
            Client = client,
            ClientChain = chain,
            SkipsVerification = pem.SkipsVerification,
            ServerName = pem.ServerName,
        };
    }
}

/// <summary>What <see cref="TlsMaterial"/> is made of; empty for what there is not.</summary>
/// <param name="Authority">The authorities' certificates.</param>
/// <param name="Certificate">The client's certificate and its chain.</param>
/// <param name="Key">The client's key.</param>
/// <param name="SkipsVerification">Whether any server is taken for the right one.</param>
/// <param name="ServerName">The name that the server's certificate is to have; null for the URL's.</param>
internal sealed record PemFiles(string Authority, string Certificate, string Key, bool SkipsVerification = false, string? ServerName = null)
{
    /// <summary>PEM is ASCII; anything else in a file is a comment.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string ToText(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
