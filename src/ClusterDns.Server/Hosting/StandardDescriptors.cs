using ClusterDns.Server.Interop;
using ClusterDns.Server.Logging;
using Microsoft.Win32.SafeHandles;

namespace ClusterDns.Server.Hosting;

/// <summary>The three descriptors that a process gets from whoever starts it, any of which may be closed.</summary>
internal static class StandardDescriptors
{
    private const int Last = 2;
    private const int ReadAndWrite = 2;

    /// <summary>
    /// Opens /dev/null in place of those that are closed, as Go's runtime does: otherwise the next socket gets the number, and log lines go
    /// to it.
    /// </summary>
    public static void Fill()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor;
        do
        {
            descriptor = FileCalls.Open("/dev/null", ReadAndWrite);
        }
        while (descriptor is >= 0 and <= Last);

        if (descriptor > Last)
        {
            _ = SocketCalls.Close(descriptor);
        }
    }

    /// <summary>Standard error; the runtime's own writer throws where that was closed.</summary>
    public static TextWriter OpenError()
        => OperatingSystem.IsLinux()
            ? new StreamWriter(new StandardOutputStream(new SafeFileHandle(Last, ownsHandle: false))) { AutoFlush = true }
            : Console.Error;
}
