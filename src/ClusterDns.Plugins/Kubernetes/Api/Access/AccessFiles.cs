using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Kubernetes.Api.Access;

/// <summary>Reads the files that a log-in needs.</summary>
/// <param name="files">The file system.</param>
internal sealed class AccessFiles(IFileAccess files)
{
    /// <summary>A file's text.</summary>
    /// <param name="path">The path; empty for no file.</param>
    /// <param name="what">What it holds, for the message.</param>
    /// <exception cref="ApiAccessException">It cannot be read.</exception>
    public string Read(string path, string what)
    {
        if (path.Length == 0)
        {
            return "";
        }

        try
        {
            return PemFiles.ToText(files.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ApiAccessException($"{what} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A bearer token's file.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="ApiAccessException">It cannot be read, or there is no token in it.</exception>
    public string ReadToken(string path)
    {
        string token = Read(path, "the token").Trim();
        return token.Length > 0 ? token : throw new ApiAccessException($"{path} is empty: expected a token");
    }
}
