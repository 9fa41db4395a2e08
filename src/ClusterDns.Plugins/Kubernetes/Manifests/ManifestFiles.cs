using System.Globalization;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Filtering;

namespace ClusterDns.Plugins.Kubernetes.Manifests;

/// <summary>The files that a manifests option names, folders opened.</summary>
/// <param name="files">The file system.</param>
/// <param name="paths">Files and folders; of a folder, the files that end in .yaml, .yml or .json.</param>
/// <param name="filter">Which of their objects are taken.</param>
/// <param name="memory">Where what reading takes is reserved until it is done.</param>
internal sealed class ManifestFiles(IFileAccess files, IReadOnlyList<string> paths, ObjectFilter filter, MemoryShare memory)
{
    private const long MaxBytes = 1L << 30;

    /// <summary>What reading takes beside the objects: buffers, and the tree of one object.</summary>
    private const long ReadingBytes = 4 * 1024 * 1024;

    /// <summary>A stamp that changes when a file is changed, added or removed.</summary>
    public IReadOnlyList<(string Path, FileStamp? Stamp)> GetStamps()
        => [.. paths.SelectMany(Open).Select(path => (path, files.GetStamp(path)))];

    /// <summary>Reads all files and hands on what they hold. Objects take about as many bytes as their text, which itself is read in parts.</summary>
    /// <param name="mayFail">Whether to fail where memory does not allow it; a first read has nothing to fall back on.</param>
    /// <param name="use">Takes the objects.</param>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="ManifestException">One is not a manifest.</exception>
    /// <exception cref="IOException">One is missing or cannot be read, or memory does not allow it.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public long Read(bool mayFail, Action<ManifestObjects> use)
    {
        string[] opened = [.. paths.SelectMany(Open)];
        long length = opened.Sum(path => files.GetStamp(path)?.Length ?? 0);
        long needed = length + ReadingBytes;
        if (!mayFail)
        {
            memory.Reserve(needed);
        }
        else if (!memory.TryReserve(needed))
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"the manifests have {length} bytes, and reading them needs {needed} bytes of memory, more than is available: raise the memory limit"));
        }

        try
        {
            ManifestObjects objects = new(filter);
            long bytes = 0;
            foreach (string path in opened)
            {
                string tooLong = string.Create(CultureInfo.InvariantCulture, $"{path}: the manifests have more than {MaxBytes} bytes in total");
                using BoundedStream content = new(files.OpenRead(path), MaxBytes - bytes, tooLong);
                using StreamReader text = new(content, bufferSize: 16 * 1024);
                ManifestReader.Read(path, text, objects);
                bytes += content.Count;
            }

            use(objects);
            return bytes;
        }
        finally
        {
            memory.Release(needed);
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
