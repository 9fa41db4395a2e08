using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Server.Interop;

/// <summary>libc's functions on files, for what the runtime's cannot do: to open without waiting, and to know what kind of file it is.</summary>
internal static unsafe partial class FileCalls
{
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;

    internal const ushort KindMask = 0xF000;
    internal const ushort KindPipe = 0x1000;
    internal const ushort KindCharacterDevice = 0x2000;
    internal const ushort KindFolder = 0x4000;
    internal const ushort KindBlockDevice = 0x6000;
    internal const ushort KindRegular = 0x8000;

    internal const short PollReadable = 1;
    internal const short PollWritable = 4;

    private const int EmptyPath = 0x1000;
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const int LengthOffset = 40;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeFileHandle file, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, byte* data, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollEntry* entries, ulong count, int timeoutMilliseconds);

    /// <summary>What kind of file is open, and how long the file system says it is.</summary>
    /// <returns>Whether the kernel says.</returns>
    internal static bool TryGetKind(SafeFileHandle file, out ushort kind, out long length)
    {
        byte* status = stackalloc byte[StatxSize];
        bool isKnown = Statx(file, "", EmptyPath, 0x7FF, status) == 0;
        kind = isKnown ? (ushort)(*(ushort*)(status + ModeOffset) & KindMask) : (ushort)0;
        length = isKnown ? *(long*)(status + LengthOffset) : 0;
        return isKnown;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle folder, string path, int flags, uint mask, byte* status);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
