using System.Buffers.Binary;
using System.Collections.Immutable;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Dns64;

/// <summary>
/// Embeds IPv4 addresses in IPv6 addresses (RFC 6052 section 2.2): the prefix, the address around the eighth octet, which is zero, and
/// zeros.
/// </summary>
/// <param name="prefix">The prefix.</param>
internal sealed class EmbeddingPrefix(Subnet prefix)
{
    /// <summary>How many octets an IPv6 address has.</summary>
    public const int AddressLength = 16;

    private const int ReservedOctet = 8;

    private readonly int _start = prefix.Length / 8;

    /// <summary>The lengths that prefixes have, in bits.</summary>
    public static ImmutableArray<int> Lengths { get; } = [32, 40, 48, 56, 64, 96];

    /// <summary>Whether a prefix that covers bits 64 to 71 sets any of them, which it must not.</summary>
    /// <param name="prefix">The prefix.</param>
    public static bool HasReservedBits(Subnet prefix) => (byte)(prefix.Network >> 56) != 0;

    /// <summary>Writes the IPv6 address that stands for an IPv4 address.</summary>
    /// <param name="address">The IPv4 address, four octets.</param>
    /// <param name="destination">Sixteen octets.</param>
    public void Embed(ReadOnlySpan<byte> address, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, prefix.Network);
        int place = _start;
        foreach (byte octet in address)
        {
            if (place == ReservedOctet)
            {
                place++;
            }

            destination[place++] = octet;
        }
    }
}
