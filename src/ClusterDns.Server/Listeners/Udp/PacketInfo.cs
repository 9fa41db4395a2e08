using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Interop;

namespace ClusterDns.Server.Listeners.Udp;

/// <summary>
/// The control message by which a socket that is bound to no address learns which one was asked, and says that the answer is
/// to come from there (ip(7), RFC 3542 section 6).
/// </summary>
internal static unsafe class PacketInfo
{
    /// <summary>Reads the address that was asked, and adapts the message in place for the answer.</summary>
    /// <param name="control">The control message, as the kernel wrote it.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="port">The port of the socket.</param>
    /// <param name="local">The address that was asked; unchanged on false.</param>
    /// <returns>False when there is no such message.</returns>
    internal static bool TryTurnAround(byte* control, nuint length, ushort port, ref NetworkEndpoint local)
    {
        if (length < (nuint)sizeof(ControlHeader))
        {
            return false;
        }

        ControlHeader* header = (ControlHeader*)control;
        if (header->Level == SocketCalls.LevelIPv4 && header->Type == SocketCalls.IPv4PacketInfo && length >= PacketInfoV4.Length)
        {
            PacketInfoV4* info = (PacketInfoV4*)control;
            local = NetworkEndpoint.FromIPv4(new ReadOnlySpan<byte>(info->Destination, 4), port);

            // The route back need not leave by the interface the query came in by.
            info->InterfaceIndex = 0;
            return true;
        }

        if (header->Level == SocketCalls.LevelIPv6 && header->Type == SocketCalls.IPv6PacketInfo && length >= PacketInfoV6.Length)
        {
            PacketInfoV6* info = (PacketInfoV6*)control;
            bool linkLocal = info->Destination[0] == 0xFE && (info->Destination[1] & 0xC0) == 0x80;
            local = NetworkEndpoint.FromIPv6(
                new ReadOnlySpan<byte>(info->Destination, 16), port, linkLocal ? info->InterfaceIndex : 0);
            if (!linkLocal)
            {
                info->InterfaceIndex = 0;
            }

            return true;
        }

        return false;
    }
}
