using System.Net.Http.Headers;
using System.Text;
using ClusterDns.Core.Pipeline;
using k8s.KubeConfigModels;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>The API server that a kubeconfig file names, as the user that it names.</summary>
/// <param name="path">The file.</param>
/// <param name="contextName">The context; null for the current one.</param>
/// <param name="files">The file system.</param>
/// <param name="timeProvider">The clock that credentials expire by.</param>
/// <param name="startChild">Runs what starts a program that gives credentials.</param>
internal sealed class KubeconfigAccess(
    string path, string? contextName, IFileAccess files, TimeProvider timeProvider, Action<Action> startChild) : IApiAccess
{
    private readonly AccessFiles _files = new(files);
    private readonly TlsMaterialFactory _tls = new();
    private readonly ExecCredentials _exec = new(timeProvider, startChild);

    /// <inheritdoc/>
    public void Check()
    {
        Kubeconfig kubeconfig = Read();
        if (kubeconfig.User?.ExternalExecution is null)
        {
            LogIn(kubeconfig, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ApiLogin> LogInAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        Kubeconfig kubeconfig = Read();
        ExecCredential? credential = kubeconfig.User?.ExternalExecution is { } command
            ? await _exec.GetAsync(command, kubeconfig, Folder, wasRefused, cancellationToken)
            : null;
        return LogIn(kubeconfig, credential);
    }

    /// <summary>The folder that paths in the file start from.</summary>
    private string Folder => Path.GetDirectoryName(path) ?? "";

    private Kubeconfig Read() => Kubeconfig.Read(path, _files.Read(path, "the kubeconfig"), contextName);

    private ApiLogin LogIn(Kubeconfig kubeconfig, ExecCredential? credential)
    {
        ClusterEndpoint cluster = kubeconfig.Cluster;
        UserCredentials? user = kubeconfig.User;
        PemFiles pem = new(
            Load(cluster.CertificateAuthorityData, cluster.CertificateAuthority, "the certificate authority"),
            credential?.Certificate ?? Load(user?.ClientCertificateData, user?.ClientCertificate, "the client's certificate"),
            credential?.Key ?? Load(user?.ClientKeyData, user?.ClientKey, "the client's key"),
            cluster.SkipTlsVerify,
            string.IsNullOrEmpty(cluster.TlsServerName) ? null : cluster.TlsServerName);
        return new ApiLogin(kubeconfig.Server, Authorize(kubeconfig, credential), _tls.Get(pem));
    }

    private AuthenticationHeaderValue? Authorize(Kubeconfig kubeconfig, ExecCredential? credential)
    {
        UserCredentials? user = kubeconfig.User;
        string token = credential?.Token
            ?? (kubeconfig.TokenFile.Length > 0 ? _files.ReadToken(Resolve(kubeconfig.TokenFile)) : user?.Token ?? "");
        if (token.Length > 0)
        {
            return BearerToken.Create(token);
        }

        return string.IsNullOrEmpty(user?.UserName)
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.UserName}:{user.Password}")));
    }

    private string Load(string? data, string? file, string what)
    {
        if (string.IsNullOrEmpty(data))
        {
            return string.IsNullOrEmpty(file) ? "" : _files.Read(Resolve(file), what);
        }

        try
        {
            return PemFiles.ToText(Convert.FromBase64String(data));
        }
        catch (FormatException exception)
        {
            throw new ApiAccessException($"{path}: {what} is not valid base64", exception);
        }
    }

    private string Resolve(string file) => Path.Combine(Folder, file);
}
