using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>The API server of the cluster that the server's own Pod runs in, as the Pod's service account.</summary>
/// <param name="environment">The environment variables.</param>
/// <param name="files">The file system.</param>
internal sealed class InClusterAccess(Func<string, string?> environment, IFileAccess files) : IApiAccess
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount/";

    private readonly AccessFiles _files = new(files);
    private readonly TlsMaterialFactory _tls = new();

    /// <inheritdoc/>
    public void Check() => LogIn();

    /// <inheritdoc/>
    public ValueTask<ApiLogin> LogInAsync(bool wasRefused, CancellationToken cancellationToken) => new(LogIn());

    private ApiLogin LogIn()
    {
        string? host = environment("KUBERNETES_SERVICE_HOST");
        string? port = environment("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new ApiAccessException(
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: the server does not run in a Pod");
        }

        string bracketed = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{address}]"
            : host;
        if (!Uri.TryCreate($"https://{bracketed}:{port}", UriKind.Absolute, out Uri? server))
        {
            throw new ApiAccessException($"KUBERNETES_SERVICE_HOST '{host}' and KUBERNETES_SERVICE_PORT '{port}' are not an address and port");
        }

        string token = _files.ReadToken(Folder + "token");
        TlsMaterial tls = _tls.Get(new PemFiles(_files.Read(Folder + "ca.crt", "the certificate authority"), "", ""));
        return new ApiLogin(server, BearerToken.Create(token), tls);
    }
}
