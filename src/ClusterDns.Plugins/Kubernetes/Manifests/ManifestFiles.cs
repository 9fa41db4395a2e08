using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Kubernetes.Filtering;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>The files that a manifests option names, folders opened.</summary>
/// <param name="files">The file system.</param>
/// <param name="paths">Files and folders; of a folder, the files that end in .yaml, .yml or .json.</param>
/// <param name="filter">Which of their objects are taken.</param>
internal sealed class ManifestFiles(IFileAccess files, IReadOnlyList<string> paths, ObjectFilter filter)
{
    private const long MaxBytes = 1L << 30;

    /// <summary>What tells that a file has been changed, added or taken away.</summary>
    public IReadOnlyList<(string Path, FileStamp? Stamp)> GetStamps()
        => [.. paths.SelectMany(Open).Select(path => (path, files.GetStamp(path)))];

    /// <summary>Reads all files.</summary>
    /// <exception cref="ManifestException">One is no manifest.</exception>
    /// <exception cref="IOException">One is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public ManifestObjects Read()
    {
        ManifestObjects objects = new(filter);
        long bytes = 0;
        foreach (string path in paths.SelectMany(Open))
        {
            byte[] content = Read(path, MaxBytes - bytes);
            bytes += content.Length;
            ManifestReader.Read(path, Encoding.UTF8.GetString(content), objects);
        }

        return objects;
    }

    private byte[] Read(string path, long left)
    {
        try
        {
            return files.ReadAllBytes(path, (int)left);
        }
        catch (FileTooLongException exception)
        {
            throw new FileTooLongException($"{path}: the manifests have more than {MaxBytes} bytes together", exception);
        }
    }

    private IEnumerable<string> Open(string path)
        => files.ListFolder(path) is { } inside
            ? inside.Where(static file =>
                file.EndsWith(".yaml", StringComparison.Ordinal) ||
                file.EndsWith(".yml", StringComparison.Ordinal) ||
                file.EndsWith(".json", StringComparison.Ordinal))
            : [path];
}
