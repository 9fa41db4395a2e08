using System.Net.Http.Headers;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>Where the API server is, and what lets the client in. Not thread-safe.</summary>
internal interface IApiAccess
{
    /// <summary>Finds out, without asking anybody, whether everything is there that a log-in needs.</summary>
    /// <exception cref="ApiAccessException">Something is not; the message says what.</exception>
    void Check();

    /// <summary>What the next request is sent with. Files are read again, since what is in them is replaced before it expires.</summary>
    /// <param name="wasRefused">Whether the server did not take what this gave last.</param>
    /// <param name="cancellationToken">Set when the request is given up.</param>
    /// <exception cref="ApiAccessException">It cannot be had; the message says why.</exception>
    ValueTask<ApiLogin> LogInAsync(bool wasRefused, CancellationToken cancellationToken);
}

/// <summary>What a request is sent with.</summary>
/// <param name="Server">The server's URL; its path precedes those of requests.</param>
/// <param name="Authorization">The Authorization header; null for none.</param>
/// <param name="Tls">What connections are made with; the same object as long as nothing has changed.</param>
internal sealed record ApiLogin(Uri Server, AuthenticationHeaderValue? Authorization, TlsMaterial Tls)
{
    /// <summary>The server's address as it was written, the port included where it was; metrics show it.</summary>
    public string Host
    {
        get
        {
            string text = Server.OriginalString;
            int start = text.IndexOf("://", StringComparison.Ordinal) + 3;
            int end = text.IndexOf('/', start);
            return end < 0 ? text[start..] : text[start..end];
        }
    }
}

/// <summary>The client has nothing to be let in with.</summary>
/// <param name="message">Why.</param>
/// <param name="innerException">What it comes from.</param>
internal sealed class ApiAccessException(string message, Exception? innerException = null) : Exception(message, innerException);
