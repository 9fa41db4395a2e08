namespace ClusterDns.Core.Http;

/// <summary>A path that a plugin answers over HTTP. All endpoints of an address share one server.</summary>
/// <param name="Address">Where.</param>
/// <param name="Path">The path, with its first slash.</param>
/// <param name="Handler">
/// Answers GET and HEAD. It runs on a thread of the HTTP server, for several requests at once, and does not wait.
/// </param>
public sealed record HttpEndpoint(HttpAddress Address, string Path, Action<HttpExchange> Handler);

/// <summary>One request, and what is answered.</summary>
/// <param name="accept">The request's Accept header; empty when it has none.</param>
/// <param name="body">Where the body is written; null for one without a bound.</param>
public sealed class HttpExchange(string accept, HttpBody? body = null)
{
    /// <summary>What the client would like to have (RFC 9110 section 12.5.1).</summary>
    public string Accept { get; } = accept;

    /// <summary>The status code.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The media type of the body.</summary>
    public string ContentType { get; set; } = "text/plain; charset=utf-8";

    /// <summary>Where the body is written.</summary>
    public HttpBody Body { get; } = body ?? new HttpBody();

    /// <summary>What was written, as one copy.</summary>
    public ReadOnlyMemory<byte> Written => Body.ToArray();
}
