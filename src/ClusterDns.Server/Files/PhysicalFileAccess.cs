using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Files;

/// <summary>The file system.</summary>
internal sealed class PhysicalFileAccess : IFileAccess
{
    /// <inheritdoc/>
    public byte[] ReadAllBytes(string path, int maxLength) => BoundedReader.Read(path, maxLength);

    /// <inheritdoc/>
    public Stream OpenRead(string path) => BoundedReader.OpenStream(path);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Map(string path) => MappedFile.Open(path);

    /// <inheritdoc/>
    public FileStamp? GetStamp(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            // A mounted ConfigMap changes by the target of its links, not by the links' own times.
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return file.Exists && file is FileInfo { Length: long length } ? new FileStamp(file.LastWriteTimeUtc, length) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ListFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            return null;
        }

        string[] files = Directory.GetFiles(path);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
