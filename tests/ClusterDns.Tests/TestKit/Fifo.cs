using System.Runtime.InteropServices;

namespace ClusterDns.Tests.TestKit;

/// <summary>What the runtime cannot make.</summary>
internal static class Fifo
{
    [DllImport("libc", EntryPoint = "mkfifo", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static extern int Make([MarshalAs(UnmanagedType.LPStr)] string path, uint mode);
}
