using System.Buffers;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using ClusterDns.Core.Pipeline;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Server.Files;

/// <summary>
/// A file's octets where the kernel has them. They are unmapped when nothing refers to this object any more, and not before: queries of a
/// configuration that was replaced may still read them.
/// </summary>
internal sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly SafeMemoryMappedViewHandle _view;
    private readonly int _length;

    private MappedFile(SafeMemoryMappedViewHandle view, int length)
    {
        _view = view;
        _length = length;
    }

    private byte* Start => (byte*)_view.DangerousGetHandle();

    /// <summary>Maps a file.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">It is missing, cannot be read, or is too long.</exception>
    public static ReadOnlyMemory<byte> Open(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new FileNotFoundException("the path contains a NUL character");
        }

        using FileStream stream = (FileStream)BoundedReader.OpenStream(path);
        long length = stream.Length;
        if (length > int.MaxValue)
        {
            throw new FileTooLongException(string.Create(CultureInfo.InvariantCulture, $"'{path}' has more than {int.MaxValue} bytes"));
        }

        if (length == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        return new MappedFile(view.SafeMemoryMappedViewHandle, (int)length).Memory;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(Start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex, pinnable: this);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _view.Dispose();
}
