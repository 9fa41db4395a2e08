using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Tests.TestKit;

/// <summary>Files that are nowhere but here; a change of content is a change of stamp.</summary>
internal sealed class FakeFiles : IFileAccess
{
    private readonly Dictionary<string, (byte[] Content, DateTime Modified)> _files = new(StringComparer.Ordinal);
    private int _changes;

    /// <summary>Whether files may be read; their stamps are seen all the same.</summary>
    public bool IsReadable { get; set; } = true;

    /// <summary>The one file that may not be read; null for none.</summary>
    public string? Unreadable { get; init; }

    public string? this[string path]
    {
        set
        {
            if (value is null)
            {
                _files.Remove(path);
            }
            else
            {
                Add(path, System.Text.Encoding.UTF8.GetBytes(value));
            }
        }
    }

    /// <summary>Adds a file that is no text.</summary>
    public void Add(string path, byte[] content) => _files[path] = (content, DateTime.UnixEpoch.AddSeconds(++_changes));

    /// <summary>The length that stamps report; null for the true one.</summary>
    public long? ReportedLength { get; set; }

    /// <summary>The files that were read, in order.</summary>
    public List<string> Reads { get; } = [];

    /// <summary>The threads that read files.</summary>
    public List<Thread> Readers { get; } = [];

    public byte[] ReadAllBytes(string path, int maxLength)
    {
        Readers.Add(Thread.CurrentThread);
        Reads.Add(path);
        byte[] content = Read(path);
        return content.Length <= maxLength ? content : throw new FileTooLongException($"{path}: too long");
    }

    private byte[] Read(string path)
        => !IsReadable || string.Equals(path, Unreadable, StringComparison.Ordinal) ? throw new UnauthorizedAccessException($"{path}: permission denied")
            : _files.TryGetValue(path, out (byte[] Content, DateTime Modified) file) ? file.Content : throw new FileNotFoundException($"{path}: no such file");

    public FileStamp? GetStamp(string path)
        => _files.TryGetValue(path, out (byte[] Content, DateTime Modified) file) ? new FileStamp(file.Modified, ReportedLength ?? file.Content.Length) : null;

    public IReadOnlyList<string>? ListFolder(string path)
    {
        string[] inside = [.. _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return inside.Length > 0 ? inside : null;
    }
}
