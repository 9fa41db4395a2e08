namespace ClusterDns.Core.Pipeline;

/// <summary>
/// Files and folders outside the Corefile, so that tests need none. A path that the Corefile names is resolved first
/// (<see cref="BlockWiring.ResolvePath"/>).
/// </summary>
public interface IFileAccess
{
    /// <summary>The longest file that is read where the reader gives no bound of its own, in bytes: 16 MiB.</summary>
    const int DefaultMaxLength = 16 * 1024 * 1024;

    /// <summary>Reads a whole file, and never more than the bound, whatever length the file system reports. It does not wait for a writer.</summary>
    /// <param name="path">The path.</param>
    /// <param name="maxLength">The longest file that is read, in bytes.</param>
    /// <exception cref="FileTooLongException">It is longer.</exception>
    /// <exception cref="IOException">It is missing, cannot be read, or is a directory, device or pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    byte[] ReadAllBytes(string path, int maxLength);

    /// <summary>Reads a whole file of at most <see cref="DefaultMaxLength"/> bytes.</summary>
    /// <inheritdoc cref="ReadAllBytes(string, int)"/>
    byte[] ReadAllBytes(string path) => ReadAllBytes(path, DefaultMaxLength);

    /// <summary>
    /// Maps a file into memory, which takes no memory of the process beyond what is read of it. It must be replaced whole, by renaming another: the
    /// process ends when a part is read that the file has no longer.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">It is missing, cannot be read, or has more than 2 GiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    ReadOnlyMemory<byte> Map(string path) => ReadAllBytes(path, int.MaxValue);

    /// <summary>Opens a file that is read in parts, so that it is never in memory as a whole. The reader bounds what it reads.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    Stream OpenRead(string path) => new MemoryStream(ReadAllBytes(path), writable: false);

    /// <summary>The state of a file, which changes when the file does; null when it is missing.</summary>
    /// <param name="path">The path.</param>
    FileStamp? GetStamp(string path);

    /// <summary>The files in a folder, without its subfolders, sorted by ordinal; null when it is not a folder.</summary>
    /// <param name="path">The folder.</param>
    IReadOnlyList<string>? ListFolder(string path);
}

/// <summary>The state of a file: another one means that the file has changed.</summary>
/// <param name="ModifiedUtc">When it was last written.</param>
/// <param name="Length">How long it is.</param>
public readonly record struct FileStamp(DateTime ModifiedUtc, long Length);
