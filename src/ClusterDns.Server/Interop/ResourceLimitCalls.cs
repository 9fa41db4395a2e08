using System.Runtime.InteropServices;

namespace ClusterDns.Server.Interop;

/// <summary>libc's limits of the process (getrlimit(2)).</summary>
internal static unsafe partial class ResourceLimitCalls
{
    internal const int OpenFiles = 7;

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int Get(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int Set(int resource, ResourceLimit* limit);
}

/// <summary>A limit as 64-bit Linux has it.</summary>
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}
