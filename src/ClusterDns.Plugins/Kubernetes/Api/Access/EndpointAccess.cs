using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes.Options;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>An API server by its URL, and by a client's certificate where there is one.</summary>
/// <param name="server">The URL.</param>
/// <param name="tls">The files of the connection; null for none.</param>
/// <param name="files">The file system.</param>
internal sealed class EndpointAccess(Uri server, TlsFiles? tls, IFileAccess files) : IApiAccess
{
    private readonly AccessFiles _files = new(files);
    private readonly TlsMaterialFactory _tls = new();

    /// <inheritdoc/>
    public void Check() => LogIn();

    /// <inheritdoc/>
    public ValueTask<ApiLogin> LogInAsync(bool wasRefused, CancellationToken cancellationToken) => new(LogIn());

    private ApiLogin LogIn()
    {
        PemFiles pem = tls is null
            ? new PemFiles("", "", "")
            : new PemFiles(
                _files.Read(tls.Authority, "the certificate authority"),
                _files.Read(tls.Certificate, "the certificate"),
                _files.Read(tls.Key, "the key"));
        return new ApiLogin(server, null, _tls.Get(pem));
    }
}
