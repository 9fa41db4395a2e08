using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ClusterDns.Core.Pipeline;

/// <summary>
/// An IP address and a port without an object behind them, so that a datagram's sender costs no allocation.
/// IPv4 addresses are held in their IPv6-mapped form (RFC 4291 section 2.5.5.2).
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct NetworkEndpoint : IEquatable<NetworkEndpoint>
{
    /// <summary>The most bytes <see cref="TryFormatAddress"/> and <see cref="TryFormat"/> write.</summary>
    public const int MaxTextLength = 64;

    private static readonly UInt128 MappedPrefix = (UInt128)0xFFFF << 32;

    private readonly UInt128 _address;

    private NetworkEndpoint(UInt128 address, ushort port, uint scopeId)
    {
        _address = address;
        Port = port;
        ScopeId = scopeId;
    }

    /// <summary>The port, in host order.</summary>
    public ushort Port { get; }

    /// <summary>The IPv6 scope (interface index) of a link-local address; 0 otherwise.</summary>
    public uint ScopeId { get; }

    /// <summary>The address as a number: IPv6, or IPv4 mapped into <c>::ffff:0:0/96</c>.</summary>
    public UInt128 AddressBits => _address;

    /// <summary>Whether the address is IPv4.</summary>
    public bool IsIPv4 => (_address >> 32) == 0xFFFF;

    /// <summary>Whether the endpoint holds no address at all (the default value).</summary>
    public bool IsEmpty => _address == 0 && Port == 0;

    /// <summary>An endpoint of four address bytes in network order.</summary>
    /// <param name="address">Four bytes.</param>
    /// <param name="port">The port, in host order.</param>
    public static NetworkEndpoint FromIPv4(ReadOnlySpan<byte> address, ushort port)
        => new(MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), port, 0);

    /// <summary>An endpoint of sixteen address bytes in network order.</summary>
    /// <param name="address">Sixteen bytes.</param>
    /// <param name="port">The port, in host order.</param>
    /// <param name="scopeId">The scope of a link-local address, or 0.</param>
    public static NetworkEndpoint FromIPv6(ReadOnlySpan<byte> address, ushort port, uint scopeId = 0)
        => new(BinaryPrimitives.ReadUInt128BigEndian(address), port, scopeId);

    /// <summary>The same endpoint as the runtime's type.</summary>
    /// <param name="endPoint">An IPv4 or IPv6 endpoint.</param>
    public static NetworkEndpoint From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? FromIPv4(bytes[..4], (ushort)endPoint.Port)
            : FromIPv6(bytes, (ushort)endPoint.Port, endPoint.Address.IsIPv6LinkLocal ? (uint)endPoint.Address.ScopeId : 0);
    }

    /// <summary>The address as an object (allocates: for logs and configuration only).</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _address);
        return IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes, ScopeId);
    }

    /// <summary>The endpoint as an object (allocates: for logs and configuration only).</summary>
    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), Port);

    /// <summary>Writes the address in network order.</summary>
    /// <param name="destination">At least 16 bytes; 4 suffice for IPv4.</param>
    /// <returns>4 or 16.</returns>
    public int WriteAddressBytes(Span<byte> destination)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_address);
            return 4;
        }

        BinaryPrimitives.WriteUInt128BigEndian(destination, _address);
        return 16;
    }

    /// <summary>Writes the address as text, without brackets, and without allocation.</summary>
    /// <param name="destination">UTF-8; <see cref="MaxTextLength"/> bytes always suffice.</param>
    /// <param name="written">How many bytes were written.</param>
    public bool TryFormatAddress(Span<byte> destination, out int written)
    {
        uint v4 = (uint)_address;
        if (!IsIPv4)
        {
            return ToIPAddress().TryFormat(destination, out written);
        }

        written = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            if (!((byte)(v4 >> shift)).TryFormat(destination[written..], out int digits, provider: null) ||
                written + digits >= destination.Length)
            {
                return false;
            }

            written += digits;
            if (shift > 0)
            {
                destination[written++] = (byte)'.';
            }
        }

        return true;
    }

    /// <summary>Writes <c>address:port</c>, the address in brackets when it is IPv6.</summary>
    /// <param name="destination">UTF-8; <see cref="MaxTextLength"/> bytes always suffice.</param>
    /// <param name="written">How many bytes were written.</param>
    public bool TryFormat(Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < MaxTextLength)
        {
            return false;
        }

        bool brackets = !IsIPv4;
        if (brackets)
        {
            destination[written++] = (byte)'[';
        }

        TryFormatAddress(destination[written..], out int address);
        written += address;
        if (brackets)
        {
            destination[written++] = (byte)']';
        }

        destination[written++] = (byte)':';
        Port.TryFormat(destination[written..], out int port, provider: null);
        written += port;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(NetworkEndpoint other)
        => _address == other._address && Port == other.Port && ScopeId == other.ScopeId;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NetworkEndpoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_address, Port, ScopeId);

    /// <summary>Whether two endpoints have the same address, port and scope.</summary>
    public static bool operator ==(NetworkEndpoint left, NetworkEndpoint right) => left.Equals(right);

    /// <summary>Whether two endpoints differ in address, port or scope.</summary>
    public static bool operator !=(NetworkEndpoint left, NetworkEndpoint right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => ToIPEndPoint().ToString();
}
