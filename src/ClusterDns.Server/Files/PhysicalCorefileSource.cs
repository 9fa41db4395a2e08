using ClusterDns.Core.Corefiles;

namespace ClusterDns.Server.Files;

/// <summary>Imported files, from the file system.</summary>
internal sealed class PhysicalCorefileSource : ICorefileSource
{
    /// <inheritdoc/>
    public bool TryRead(string path, int limit, out ReadOnlyMemory<byte> content, out string problem)
    {
        content = default;
        problem = "";
        try
        {
            content = BoundedReader.Read(path, limit, takesPipe: true);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? exception.Message : "no such file";
        }
        catch (UnauthorizedAccessException)
        {
            problem = "permission denied";
        }
        catch (IOException exception)
        {
            // The file has been named already.
            problem = exception.Message
                .Replace($"'{path}' ", "it ", StringComparison.Ordinal)
                .Replace(": expected a regular file", "", StringComparison.Ordinal);
        }

        return false;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Glob(string pattern)
    {
        int wildcard = pattern.AsSpan().IndexOfAny('*', '?');
        int slash = pattern.LastIndexOf('/', wildcard);
        string folder = slash < 0 ? "." : pattern[..(slash + 1)];
        if (!Directory.Exists(folder))
        {
            return [];
        }

        // A wildcard may stand for a folder, so the search is as deep as the pattern, no deeper.
        int depth = pattern.AsSpan(wildcard).Count('/');
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = depth > 0,
            MaxRecursionDepth = depth,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        string prefix = slash < 0 ? "./" : "";
        return
        [
            .. Directory.EnumerateFiles(folder, "*", options)
                .Where(path => GlobPattern.IsMatch(prefix + pattern, path))
                .Select(path => path[prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads to the end, or to a limit.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="limit">The most bytes.</param>
    internal static ReadOnlyMemory<byte> ReadAll(Stream stream, int limit)
    {
        using MemoryStream content = new();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while (content.Length < limit && (read = stream.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
