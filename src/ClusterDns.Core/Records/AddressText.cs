using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace ClusterDns.Core.Records;

/// <summary>
/// IP addresses in text, without the forms that only C's library reads: an IPv4 address is four decimal numbers without
/// leading zeros (RFC 6943 3.1.1), an IPv6 address is as RFC 4291 2.2 has it, without zone or brackets.
/// </summary>
public static class AddressText
{
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789ABCDEFabcdef:.");

    /// <summary>Reads an address of either family.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        bool isIPv6 = text.Contains(':');
        if (isIPv6 ? text.ContainsAnyExcept(IPv6Characters) : !IsDottedQuad(text))
        {
            return false;
        }

        AddressFamily family = isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return IPAddress.TryParse(text, out address) && address.AddressFamily == family;
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
