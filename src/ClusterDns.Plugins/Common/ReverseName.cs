using System.Globalization;
using System.Text;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// Reads addresses out of reverse names: four octets below <c>in-addr.arpa</c> (RFC 1035 section 3.5), 32 digits below
/// <c>ip6.arpa</c> (RFC 3596 section 2.5).
/// </summary>
internal static class ReverseName
{
    private const int IPv4Labels = 6;
    private const int IPv6Labels = 34;

    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    /// <summary>Reads the address that a query asks the name of.</summary>
    /// <param name="query">The query.</param>
    /// <param name="address">The address; IPv4 mapped as in <see cref="NetworkEndpoint.AddressBits"/>.</param>
    public static bool TryParse(Query query, out UInt128 address)
    {
        address = 0;
        if (query.LabelCount is not (IPv4Labels or IPv6Labels) || !query.GetLabel(query.LabelCount - 1).SequenceEqual("arpa"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> family = query.GetLabel(query.LabelCount - 2);
        return query.LabelCount == IPv4Labels
            ? family.SequenceEqual("in-addr"u8) && TryParseIPv4(query, out address)
            : family.SequenceEqual("ip6"u8) && TryParseIPv6(query, out address);
    }

    /// <summary>The name of an address, in wire form.</summary>
    /// <param name="address">The address in 16 bytes, IPv4 mapped.</param>
    public static byte[] Create(ReadOnlySpan<byte> address)
    {
        List<byte> name = [];
        bool isIPv4 = address[..MappedPrefix.Length].SequenceEqual(MappedPrefix);
        for (int i = address.Length - 1; i >= (isIPv4 ? MappedPrefix.Length : 0); i--)
        {
            if (isIPv4)
            {
                byte[] octet = Encoding.ASCII.GetBytes(address[i].ToString(CultureInfo.InvariantCulture));
                name.AddRange([(byte)octet.Length, .. octet]);
            }
            else
            {
                name.AddRange([1, Digits[address[i] & 0xF], 1, Digits[address[i] >> 4]]);
            }
        }

        name.AddRange(isIPv4 ? "\u0007in-addr\u0004arpa\0"u8 : "\u0003ip6\u0004arpa\0"u8);
        return [.. name];
    }

    private static bool TryParseIPv4(Query query, out UInt128 address)
    {
        uint value = 0;
        address = 0;
        for (int label = 3; label >= 0; label--)
        {
            int octet = 0;
            ReadOnlySpan<byte> digits = query.GetLabel(label);
            if (digits.Length > 3 || digits is [(byte)'0', _, ..])
            {
                return false;
            }

            foreach (byte digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9')
                {
                    return false;
                }

                octet = (octet * 10) + (digit - '0');
            }

            if (octet > byte.MaxValue)
            {
                return false;
            }

            value = (value << 8) | (uint)octet;
        }

        address = ((UInt128)0xFFFF << 32) | value;
        return true;
    }

    private static bool TryParseIPv6(Query query, out UInt128 address)
    {
        address = 0;
        for (int label = 31; label >= 0; label--)
        {
            ReadOnlySpan<byte> digit = query.GetLabel(label);
            if (digit.Length != 1)
            {
                return false;
            }

            int value = digit[0] switch
            {
                >= (byte)'0' and <= (byte)'9' => digit[0] - '0',
                >= (byte)'a' and <= (byte)'f' => digit[0] - 'a' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return false;
            }

            address = (address << 4) | (uint)value;
        }

        return true;
    }
}
