using System.Runtime.InteropServices;

namespace ClusterDns.Server.Interop;

/// <summary>
/// libc's socket functions. None suppresses the transition to preemptive mode: a call that blocked would hold up the collector.
/// </summary>
internal static unsafe partial class SocketCalls
{
    internal const int FamilyIPv4 = 2;
    internal const int FamilyIPv6 = 10;
    internal const int TypeDatagram = 2;
    internal const int TypeCloseOnExec = 0x80000;
    internal const int TypeNonBlocking = 0x800;

    internal const int LevelSocket = 1;
    internal const int LevelIPv4 = 0;
    internal const int LevelIPv6 = 41;
    internal const int SendBuffer = 7;
    internal const int ReceiveBuffer = 8;
    internal const int ReusePort = 15;
    internal const int ReceiveTimeout = 20;
    internal const int MemoryInfo = 55;
    internal const int IPv4PacketInfo = 8;
    internal const int IPv6Only = 26;
    internal const int IPv6ReceivePacketInfo = 49;
    internal const int IPv6PacketInfo = 50;

    internal const int FlagTruncated = 0x20;
    internal const int FlagDontWait = 0x40;
    internal const int FlagNoSignal = 0x4000;
    internal const int FlagWaitForOne = 0x10000;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Create(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(NativeSocketHandle socket, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(NativeSocketHandle socket, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetName(NativeSocketHandle socket, byte* address, uint* addressLength);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetOption(NativeSocketHandle socket, int level, int name, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetOption(NativeSocketHandle socket, int level, int name, uint* value, uint* length);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    internal static partial int ReceiveBatch(int descriptor, BatchedMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendBatch(int descriptor, BatchedMessage* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint Send(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(nint descriptor);
}
