using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Lists of address prefixes, such as <c>1:192.0.2.0/24 !2:2001:db8::/32</c> (RFC 3123 sections 4 and 5).</summary>
internal static class AddressPrefixText
{
    private const int HeaderLength = 4;
    private const byte NegationBit = 0x80;
    private const ushort IPv4Family = 1;
    private const ushort IPv6Family = 2;

    public static bool IsWellFormed(ReadOnlySpan<byte> items)
    {
        while (!items.IsEmpty)
        {
            if (items.Length < HeaderLength || !IsItem(items))
            {
                return false;
            }

            items = items[GetLength(items)..];
        }

        return true;
    }

    /// <summary>Writes well-formed items.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> items)
    {
        int start = text.Length;
        Span<byte> address = stackalloc byte[16];
        for (; !items.IsEmpty; items = items[GetLength(items)..])
        {
            int family = (items[0] << 8) | items[1];
            address.Clear();
            items[HeaderLength..GetLength(items)].CopyTo(address);
            IPAddress prefix = new(address[..GetAddressLength(family)]);
            string negation = (items[3] & NegationBit) != 0 ? "!" : "";
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > start ? " " : "")}{negation}{family}:{prefix}/{items[2]}");
        }
    }

    /// <summary>Reads items up to the end.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ref RdataTextReader words, ref WireWriter writer)
    {
        while (!words.IsAtEnd)
        {
            if (!words.TryRead(out ReadOnlySpan<char> word, out _))
            {
                return RdataTextReader.Unfinished;
            }

            if (!TryParseItem(word, out int family, out bool isNegated, out IPAddress? address, out byte prefix))
            {
                return $"'{word}' is not an address prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32";
            }

            ReadOnlySpan<byte> octets = address.GetAddressBytes();
            octets = octets[..(octets.LastIndexOfAnyExcept((byte)0) + 1)];
            byte length = (byte)(octets.Length | (isNegated ? NegationBit : 0));
            if (!(writer.TryWriteUInt16((ushort)family) && writer.TryWriteByte(prefix) && writer.TryWriteByte(length)
                && writer.TryWriteBytes(octets)))
            {
                return RdataTextReader.TooLong;
            }
        }

        return null;
    }

    private static int GetAddressLength(int family) => family == IPv4Family ? 4 : 16;

    private static int GetLength(ReadOnlySpan<byte> item) => HeaderLength + (item[3] & ~NegationBit);

    /// <summary>Trailing zeros are left out of the address.</summary>
    private static bool IsItem(ReadOnlySpan<byte> item)
    {
        int family = (item[0] << 8) | item[1];
        int address = GetAddressLength(family);
        int end = GetLength(item);
        return family is IPv4Family or IPv6Family
            && item[2] <= address * 8
            && end <= item.Length
            && end - HeaderLength <= address
            && (end == HeaderLength || item[end - 1] != 0);
    }

    private static bool TryParseItem(
        ReadOnlySpan<char> word,
        out int family,
        out bool isNegated,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address,
        out byte prefix)
    {
        isNegated = word is ['!', ..];
        word = isNegated ? word[1..] : word;
        int colon = word.IndexOf(':');
        int slash = word.LastIndexOf('/');
        family = 0;
        address = null;
        prefix = 0;
        if (colon < 0 || slash < colon
            || !ushort.TryParse(word[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            || number is not (IPv4Family or IPv6Family)
            || !AddressText.TryParse(word[(colon + 1)..slash], out address)
            || !byte.TryParse(word[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefix))
        {
            return false;
        }

        family = number;
        return prefix <= GetAddressLength(family) * 8
            && address.AddressFamily == (family == IPv4Family ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
    }
}
