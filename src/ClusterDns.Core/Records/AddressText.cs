using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Core.Records;

/// <summary>
/// IP addresses in text, without the forms that only C's library reads: an IPv4 address is four decimal numbers without
/// leading zeros (RFC 6943 3.1.1), also at the end of an IPv6 address, which is as RFC 4291 2.2 has it, without zone or brackets.
/// </summary>
public static class AddressText
{
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789ABCDEFabcdef:.");

    /// <summary>Reads an address of either family.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address; an IPv4-mapped one is IPv6.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        int colon = text.LastIndexOf(':');
        ReadOnlySpan<char> end = text[(colon + 1)..];
        if (text.ContainsAnyExcept(IPv6Characters) || ((colon < 0 || end.Contains('.')) && !IsDottedQuad(end)))
        {
            return false;
        }

        AddressFamily family = colon < 0 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        return IPAddress.TryParse(text, out address) && address.AddressFamily == family;
    }

    /// <summary>Reads an address of either family, as <see cref="TryParse"/>, and takes an IPv4-mapped one for IPv4.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    public static bool TryParseUnmapped(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (!TryParse(text, out address))
        {
            return false;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return true;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        int numbers = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> number = text[range];
            bool isDecimal = number.Length is > 0 and <= 3
                && !number.ContainsAnyExceptInRange('0', '9')
                && (number.Length == 1 || number[0] != '0');
            if (!isDecimal || ++numbers > 4)
            {
                return false;
            }
        }

        return numbers == 4;
    }
}
