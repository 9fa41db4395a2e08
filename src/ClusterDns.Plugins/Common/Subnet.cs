using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;

namespace ClusterDns.Plugins.Common;

/// <summary>The addresses that begin with the same bits (RFC 4632 section 3.1, RFC 4291 section 2.3).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Subnet
{
    private const int AddressBits = 128;
    private const int MappedBits = 96;

    private readonly UInt128 _mask;

    private Subnet(UInt128 address, int length)
    {
        _mask = length == 0 ? 0 : UInt128.MaxValue << (AddressBits - length);
        Length = length;
        Network = address & _mask;
    }

    /// <summary>The first address; IPv4 mapped as in <see cref="NetworkEndpoint.AddressBits"/>.</summary>
    public UInt128 Network { get; }

    /// <summary>The last address, in the same form.</summary>
    public UInt128 Last => Network | ~_mask;

    /// <summary>How many bits of an IPv6 address are given, 0 to 128; of an IPv4 address as it is mapped, 96 to 128.</summary>
    public int Length { get; }

    /// <summary>Whether it is one of IPv4 addresses.</summary>
    public bool IsIPv4 => Length >= MappedBits && IsMapped(Network);

    /// <summary>One address, which stands for itself alone.</summary>
    /// <param name="address">The address; IPv4 mapped as in <see cref="NetworkEndpoint.AddressBits"/>.</param>
    public static Subnet Of(UInt128 address) => new(address, AddressBits);

    /// <summary>Reads CIDR form; bits beyond the length may be set, and count for nothing.</summary>
    /// <param name="text">An address, a slash and a number of bits.</param>
    /// <param name="subnet">What it says.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out Subnet subnet)
    {
        subnet = default;
        int slash = text.IndexOf('/');
        if (slash < 0 ||
            !TryParseAddress(text[..slash], out UInt128 address, out int family) ||
            !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int length) ||
            length > family)
        {
            return false;
        }

        subnet = new Subnet(address, AddressBits - family + length);
        return true;
    }

    /// <summary>Reads CIDR form, or an address that stands for itself alone.</summary>
    /// <param name="text">An address, or an address, a slash and a number of bits.</param>
    /// <param name="subnet">What it says.</param>
    public static bool TryParseOrAddress(ReadOnlySpan<char> text, out Subnet subnet)
    {
        if (text.Contains('/'))
        {
            return TryParse(text, out subnet);
        }

        bool isAddress = TryParseAddress(text, out UInt128 address, out _);
        subnet = isAddress ? Of(address) : default;
        return isAddress;
    }

    /// <summary>Reads the CIDR form of a constant in the code.</summary>
    /// <param name="text">An address, a slash and a number of bits.</param>
    /// <exception cref="FormatException">It is not CIDR form: a bug.</exception>
    public static Subnet Parse(string text)
        => TryParse(text, out Subnet subnet) ? subnet : throw new FormatException($"'{text}' is not an address, a slash and a number of bits");

    /// <summary>Whether an address is one of them; one of the other family never is.</summary>
    /// <param name="address">The address; IPv4 mapped.</param>
    public bool Contains(UInt128 address) => (address & _mask) == Network && IsMapped(address) == IsIPv4;

    private static bool IsMapped(UInt128 address) => (address >> 32) == 0xFFFF;

    /// <summary>Reads an address and how many bits its family's have.</summary>
    private static bool TryParseAddress(ReadOnlySpan<char> text, out UInt128 address, out int bits)
    {
        address = 0;
        bits = 0;
        if (!AddressText.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        bits = parsed.AddressFamily == AddressFamily.InterNetwork ? AddressBits - MappedBits : AddressBits;
        address = NetworkEndpoint.From(new IPEndPoint(parsed, 0)).AddressBits;
        return true;
    }
}
