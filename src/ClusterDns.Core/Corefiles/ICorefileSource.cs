namespace ClusterDns.Core.Corefiles;

/// <summary>The files that a Corefile may import. Paths are as the importing file says them, joined to its folder.</summary>
public interface ICorefileSource
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The path.</param>
    /// <param name="limit">At most so many bytes are read; a longer file may be cut off there.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="problem">Why it cannot be read, such as <c>no such file</c>; empty when it can.</param>
    /// <returns>Whether it can be read.</returns>
    bool TryRead(string path, int limit, out ReadOnlyMemory<byte> content, out string problem);

    /// <summary>Finds the files (no folders) that a pattern matches.</summary>
    /// <param name="pattern">A path with at most one <c>*</c> and one <c>?</c>, as <see cref="GlobPattern"/> reads them.</param>
    /// <returns>Paths in ordinal order; none when a folder on the way is missing.</returns>
    IReadOnlyList<string> Glob(string pattern);
}
