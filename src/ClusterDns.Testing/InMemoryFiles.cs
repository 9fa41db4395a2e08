using System.Text;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Testing;

/// <summary>Files that exist only in memory. Setting a file again changes its stamp, so that plugins read it again.</summary>
public sealed class InMemoryFiles : IFileAccess
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Content, DateTime Modified)> _files = new(StringComparer.Ordinal);
    private int _changes;

    /// <summary>Writes a file, or deletes it.</summary>
    /// <param name="path">The path as a plugin uses it.</param>
    /// <param name="content">The content as text; null deletes the file.</param>
    public void Set(string path, string? content)
    {
        lock (_lock)
        {
            if (content is null)
            {
                _files.Remove(path);
            }
            else
            {
                _files[path] = (Encoding.UTF8.GetBytes(content), DateTime.UnixEpoch.AddSeconds(++_changes));
            }
        }
    }

    /// <inheritdoc/>
    public byte[] ReadAllBytes(string path, int maxLength)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(path, out (byte[] Content, DateTime Modified) file))
            {
                throw new FileNotFoundException($"{path}: no such file");
            }

            return file.Content.Length <= maxLength ? file.Content : throw new FileTooLongException($"{path}: longer than {maxLength} bytes");
        }
    }

    /// <inheritdoc/>
    public FileStamp? GetStamp(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out (byte[] Content, DateTime Modified) file) ? new FileStamp(file.Modified, file.Content.Length) : null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ListFolder(string path)
    {
        lock (_lock)
        {
            string[] inside = [.. _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            return inside.Length > 0 ? inside : null;
        }
    }
}
