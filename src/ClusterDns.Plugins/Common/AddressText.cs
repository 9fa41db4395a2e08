using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ClusterDns.Plugins.Common;

/// <summary>Reads addresses as strictly as CoreDNS does: no octal or short forms, which the runtime would take.</summary>
internal static class AddressText
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">Four decimal numbers without leading zeros, or IPv6; an IPv4-mapped one counts as IPv4.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (text.Contains(':'))
        {
            if (!IPAddress.TryParse(text, out address))
            {
                return false;
            }

            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return true;
        }

        address = null;
        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> number = text[part];
            if (count == 4 || number is ['0', _, ..] || !byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes[count++]))
            {
                return false;
            }
        }

        address = count == 4 ? new IPAddress(bytes) : null;
        return count == 4;
    }
}
