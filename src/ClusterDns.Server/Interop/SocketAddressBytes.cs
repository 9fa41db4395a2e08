using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Server.Interop;

/// <summary>Reads and writes <c>struct sockaddr_in</c> and <c>struct sockaddr_in6</c> as Linux lays them out.</summary>
internal static unsafe class SocketAddressBytes
{
    /// <summary>The size of the larger of the two.</summary>
    internal const int MaxLength = 28;

    private const int LengthIPv4 = 16;

    /// <summary>Writes an endpoint.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="endpoint">IPv4 or IPv6.</param>
    /// <returns>How many bytes the address has.</returns>
    internal static uint Write(byte* destination, IPEndPoint endpoint)
    {
        Span<byte> bytes = new(destination, MaxLength);
        bytes.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)endpoint.Port);
        if (endpoint.AddressFamily == AddressFamily.InterNetwork)
        {
            *(ushort*)destination = SocketCalls.FamilyIPv4;
            endpoint.Address.TryWriteBytes(bytes[4..], out _);
            return LengthIPv4;
        }

        *(ushort*)destination = SocketCalls.FamilyIPv6;
        endpoint.Address.TryWriteBytes(bytes[8..], out _);
        *(uint*)(destination + 24) = (uint)endpoint.Address.ScopeId;
        return MaxLength;
    }

    /// <summary>Reads an address that the kernel wrote.</summary>
    /// <param name="source">At least <see cref="MaxLength"/> readable bytes.</param>
    internal static NetworkEndpoint Read(byte* source)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(source + 2, 2));
        return *(ushort*)source == SocketCalls.FamilyIPv4
            ? NetworkEndpoint.FromIPv4(new ReadOnlySpan<byte>(source + 4, 4), port)
            : NetworkEndpoint.FromIPv6(new ReadOnlySpan<byte>(source + 8, 16), port, *(uint*)(source + 24));
    }
}
