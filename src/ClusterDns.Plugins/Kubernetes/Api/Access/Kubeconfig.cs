using System.Text;
using ClusterDns.Plugins.Kubernetes.Manifests;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Core;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>What one context of a kubeconfig file says.</summary>
/// <param name="Server">The API server's URL.</param>
/// <param name="Cluster">How the server is known.</param>
/// <param name="User">How the client is known; null for not at all.</param>
/// <param name="TokenFile">A file with the user's bearer token; empty for none.</param>
internal sealed record Kubeconfig(Uri Server, ClusterEndpoint Cluster, UserCredentials? User, string TokenFile)
{
    /// <summary>Reads a kubeconfig file.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="contextName">The context; null for the current one.</param>
    /// <exception cref="ApiAccessException">It is invalid or incomplete; the message says why.</exception>
    public static Kubeconfig Read(string path, string text, string? contextName)
    {
        // Before the client's own reader, which has no bound on depth.
        ManifestNode? users = ReadNodes(path, text)?["users"];
        K8SConfiguration file;
        try
        {
            using MemoryStream stream = new(Encoding.UTF8.GetBytes(text));
            file = KubernetesClientConfiguration.LoadKubeConfig(stream) ?? new K8SConfiguration();
        }
        catch (Exception exception) when (exception is YamlException or KubeConfigException or FormatException or InvalidOperationException)
        {
            throw new ApiAccessException($"{path} is not a valid kubeconfig: {exception.Message}", exception);
        }

        string name = contextName ?? file.CurrentContext ?? "";
        if (name.Length == 0)
        {
            throw new ApiAccessException($"{path} has no current-context: set one in the file or after its name");
        }

        ContextDetails context = file.Contexts?.FirstOrDefault(candidate => Equals(candidate.Name, name))?.ContextDetails
            ?? throw new ApiAccessException($"{path} has no context '{name}'");
        ClusterEndpoint cluster = file.Clusters?.FirstOrDefault(candidate => Equals(candidate.Name, context.Cluster))?.ClusterEndpoint
            ?? throw new ApiAccessException($"{path} has no cluster '{context.Cluster}'");
        UserCredentials? user = null;
        if (!string.IsNullOrEmpty(context.User))
        {
            User entry = file.Users?.FirstOrDefault(candidate => Equals(candidate.Name, context.User))
                ?? throw new ApiAccessException($"{path} has no user '{context.User}'");
            user = entry.UserCredentials;
        }

        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out Uri? server) || server.Scheme is not ("http" or "https"))
        {
            throw new ApiAccessException($"{path}: invalid server '{cluster.Server}': expected a URL such as https://10.0.0.1:6443");
        }

        return new Kubeconfig(server, cluster, user, user is null ? "" : FindTokenFile(users, context.User));
    }

    /// <summary>The client's model of a user has no token file; who rotates tokens has nothing else.</summary>
    private static string FindTokenFile(ManifestNode? users, string userName)
        => users?.Items.FirstOrDefault(user => Equals(user["name"]?.Scalar, userName))?["user"]?["tokenFile"]?.Scalar ?? "";

    private static ManifestNode? ReadNodes(string path, string text)
    {
        try
        {
            return ManifestNode.ReadAll(path, text) is [ManifestNode first, ..] ? first : null;
        }
        catch (ManifestException exception)
        {
            throw new ApiAccessException($"{path} is not a valid kubeconfig: {exception.Message}", exception);
        }
    }

    private static bool Equals(string? left, string? right) => string.Equals(left, right, StringComparison.Ordinal);
}
