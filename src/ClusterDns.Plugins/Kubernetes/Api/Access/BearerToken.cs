using System.Net.Http.Headers;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>A bearer token as a header (RFC 6750 section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>Makes the header.</summary>
    /// <param name="token">The token.</param>
    /// <exception cref="ApiAccessException">A header cannot carry the token.</exception>
    public static AuthenticationHeaderValue Create(string token)
        => token.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? throw new ApiAccessException("the token contains a line break or another character that is not allowed in HTTP headers: expected printable ASCII")
            : new AuthenticationHeaderValue("Bearer", token);
}
