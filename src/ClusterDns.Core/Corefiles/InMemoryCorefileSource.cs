using System.Text;

namespace ClusterDns.Core.Corefiles;

/// <summary>Files that are nowhere but here: for tests, and for a configuration that is passed in.</summary>
public sealed class InMemoryCorefileSource : ICorefileSource
{
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);

    /// <summary>Sets the text of a file.</summary>
    /// <param name="path">The path, in the form that an import joins to the folder of its file.</param>
    public string this[string path]
    {
        set => _files[path] = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Sets the bytes of a file.</summary>
    public void Add(string path, ReadOnlyMemory<byte> content) => _files[path] = content;

    /// <inheritdoc/>
    public bool TryRead(string path, int limit, out ReadOnlyMemory<byte> content, out string problem)
    {
        if (!_files.TryGetValue(path, out content))
        {
            problem = "no such file";
            return false;
        }

        content = content[..Math.Min(content.Length, limit)];
        problem = "";
        return true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Glob(string pattern) =>
        [.. _files.Keys.Where(path => GlobPattern.IsMatch(pattern, path))];
}
