using System.Globalization;
using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Interop;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Server.Files;

/// <summary>
/// Reads files that others write: never more than a bound, whatever length the file system reports, and never waiting for a writer.
/// </summary>
internal static class BoundedReader
{
    private const int FirstRead = 16 * 1024;
    private const int NoSuchFile = 2;
    private const int NotAFolder = 20;
    private const int NameTooLong = 36;

    /// <summary>How long a pipe may stay silent.</summary>
    private const int PipePatienceMilliseconds = 5000;

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The path.</param>
    /// <param name="maxLength">The longest file that is read, in bytes.</param>
    /// <param name="takesPipe">Whether the file may be a pipe that has a writer, which can be read once.</param>
    /// <exception cref="FileTooLongException">It is longer.</exception>
    /// <exception cref="IOException">It is missing, cannot be read, or is a folder, device or pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path, int maxLength, bool takesPipe = false)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new FileNotFoundException(path.Length == 0 ? "the path is empty" : "the path contains a NUL character");
        }

        using SafeFileHandle file = Open(path, out long length, out bool isPipe);
        if (isPipe && !takesPipe)
        {
            throw new IOException($"'{path}' is a pipe: expected a regular file");
        }

        byte[] content = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(length + 1, FirstRead), (long)maxLength + 1));
        int filled = 0;
        while (true)
        {
            int read = ReadSome(file, content.AsSpan(filled), filled, isPipe, path);
            if (read == 0)
            {
                return content[..filled];
            }

            filled += read;
            if (filled > maxLength)
            {
                throw new FileTooLongException(string.Create(CultureInfo.InvariantCulture, $"'{path}' has more than {maxLength} bytes"));
            }

            if (filled == content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(2L * content.Length, (long)maxLength + 1));
            }
        }
    }

    /// <summary>Opens a file that its reader reads in parts and bounds itself.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="IOException">It is missing, cannot be read, or is a folder, device or pipe.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Stream OpenStream(string path)
    {
        SafeFileHandle file = Open(path, out _, out bool isPipe);
        if (isPipe)
        {
            file.Dispose();
            throw new IOException($"'{path}' is a pipe: expected a regular file");
        }

        return new FileStream(file, FileAccess.Read, bufferSize: 0);
    }

    /// <summary>Whether a path is a pipe, whose content is there once.</summary>
    /// <param name="path">The path.</param>
    public static bool IsPipe(string path)
    {
        try
        {
            using SafeFileHandle file = Open(path, out _, out bool isPipe);
            return isPipe;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static SafeFileHandle Open(string path, out long length, out bool isPipe)
    {
        isPipe = false;
        if (!OperatingSystem.IsLinux())
        {
            SafeFileHandle opened = File.OpenHandle(path);
            length = RandomAccess.GetLength(opened);
            return opened;
        }

        // A pipe without a writer would make a blocking open wait for one.
        int descriptor = FileCalls.Open(path, FileCalls.NonBlocking | FileCalls.CloseOnExec);
        if (descriptor < 0)
        {
            throw CreateException(path, Marshal.GetLastPInvokeError());
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        FileCalls.TryGetKind(file, out ushort kind, out length);
        isPipe = kind == FileCalls.KindPipe;
        string? problem = kind switch
        {
            FileCalls.KindFolder => "is a directory",
            FileCalls.KindBlockDevice => "is a device",
            FileCalls.KindCharacterDevice when !IsEmptyDevice(file) => "is a device",
            _ => null,
        };
        if (problem is not null)
        {
            file.Dispose();
            throw new IOException($"'{path}' {problem}: expected a regular file");
        }

        return file;
    }

    /// <summary>Whether a device has an end at once, as /dev/null has; people name that for a file without anything in it.</summary>
    private static unsafe bool IsEmptyDevice(SafeFileHandle file)
    {
        byte first;
        return FileCalls.Read(file, &first, 1) == 0;
    }

    private static unsafe int ReadSome(SafeFileHandle file, Span<byte> room, int offset, bool isPipe, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return RandomAccess.Read(file, room, offset);
        }

        while (true)
        {
            nint read;
            fixed (byte* target = room)
            {
                read = FileCalls.Read(file, target, (nuint)room.Length);
            }

            if (read == 0 && isPipe && offset == 0)
            {
                throw new IOException($"'{path}' is a pipe that no process writes to: expected a regular file");
            }

            if (read >= 0)
            {
                return (int)read;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case ErrorNumbers.Interrupted:
                    break;
                case ErrorNumbers.WouldBlock when isPipe && WaitForWriter(file):
                    break;
                case ErrorNumbers.WouldBlock:
                    throw new IOException($"'{path}' has no data: expected a regular file");
                case int error:
                    throw CreateException(path, error);
            }
        }
    }

    private static unsafe bool WaitForWriter(SafeFileHandle pipe)
    {
        FileCalls.PollEntry entry = new() { Descriptor = (int)pipe.DangerousGetHandle(), Events = FileCalls.PollReadable };
        return FileCalls.Poll(&entry, 1, PipePatienceMilliseconds) > 0;
    }

    private static Exception CreateException(string path, int error) => error switch
    {
        NoSuchFile => new FileNotFoundException($"'{path}' does not exist", path),
        NotAFolder => new DirectoryNotFoundException($"'{path}' does not exist: a part of the path is not a directory"),
        ErrorNumbers.AccessDenied or ErrorNumbers.NotPermitted => new UnauthorizedAccessException($"'{path}': permission denied"),
        NameTooLong => new FileNotFoundException("the path is too long"),
        _ => new IOException($"'{path}': {Marshal.GetPInvokeErrorMessage(error)}"),
    };
}
