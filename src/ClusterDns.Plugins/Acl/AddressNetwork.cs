using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Acl;

/// <summary>A network as the range of its addresses, each in the form of <see cref="NetworkEndpoint.AddressBits"/>.</summary>
/// <param name="First">The first address.</param>
/// <param name="Last">The last address.</param>
/// <param name="IsIPv4">Whether the addresses are IPv4. No IPv6 network, however wide, holds one of those.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AddressNetwork(UInt128 First, UInt128 Last, bool IsIPv4)
{
    private const int IPv4Bits = 32;
    private const int IPv6Bits = 128;

    /// <summary>All addresses of both families.</summary>
    public static IReadOnlyList<AddressNetwork> All { get; } =
        [Create(IPAddress.Any, IPv4Bits, isIPv4: true), Create(IPAddress.IPv6Any, IPv6Bits, isIPv4: false)];

    /// <summary>Reads a network, or an address that stands for itself.</summary>
    /// <param name="text">An address, or an address and a prefix's length; bits behind the prefix do not count.</param>
    /// <param name="network">The network.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out AddressNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> addressText = slash < 0 ? text : text[..slash];
        if (addressText.ContainsAny('%', '[') || !AddressText.TryParse(addressText, out IPAddress? address))
        {
            return false;
        }

        int bits = addressText.Contains(':') ? IPv6Bits : IPv4Bits;
        int length = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return false;
        }

        int open = bits - length;
        network = Create(address, open, address.AddressFamily == AddressFamily.InterNetwork && open <= IPv4Bits);
        return true;
    }

    private static AddressNetwork Create(IPAddress address, int open, bool isIPv4)
    {
        UInt128 bits = NetworkEndpoint.From(new IPEndPoint(address, 0)).AddressBits;
        UInt128 mask = open == IPv6Bits ? UInt128.MaxValue : (UInt128.One << open) - 1;
        return new AddressNetwork(bits & ~mask, bits | mask, isIPv4);
    }
}
