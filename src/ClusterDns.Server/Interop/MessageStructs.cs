using System.Runtime.InteropServices;

namespace ClusterDns.Server.Interop;

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nuint Length;
}

/// <summary>
/// <c>struct msghdr</c> of 64-bit little-endian Linux. musl declares the two counts as <c>int</c> followed by padding, which in
/// memory is the same as glibc's <c>size_t</c> as long as the upper half is zero.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal byte* Name;
    internal uint NameLength;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal byte* Control;
    internal nuint ControlLength;
    internal int Flags;
}

/// <summary><c>struct mmsghdr</c>: one of several messages, and how many bytes of it came or went.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchedMessage
{
    internal MessageHeader Header;
    internal uint Length;
}

/// <summary><c>struct cmsghdr</c>: what goes before each piece of ancillary data.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    internal nuint Length;
    internal int Level;
    internal int Type;
}

/// <summary>A control message that carries <c>struct in_pktinfo</c> (ip(7)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketInfoV4
{
    /// <summary><c>CMSG_LEN</c>: without the padding at the end.</summary>
    internal const int Length = 16 + 12;

    internal ControlHeader Header;
    internal int InterfaceIndex;
    internal fixed byte SpecificDestination[4];
    internal fixed byte Destination[4];
}

/// <summary>A control message that carries <c>struct in6_pktinfo</c> (RFC 3542 section 6).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketInfoV6
{
    /// <summary><c>CMSG_LEN</c>: without the padding at the end.</summary>
    internal const int Length = 16 + 20;

    internal ControlHeader Header;
    internal fixed byte Destination[16];
    internal uint InterfaceIndex;
}
