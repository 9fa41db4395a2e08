using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Records;

/// <summary>Groups of hexadecimal digits: <c>00-00-5e-00-53-2a</c> (RFC 7043) and <c>0014:4fff:ff20:ee64</c> (RFC 6742).</summary>
internal static class HardwareAddressText
{
    private const int DigitsPerOctet = 2;

    /// <summary>Reads as many octets as the destination has.</summary>
    /// <param name="word">The text.</param>
    /// <param name="groupLength">How many octets a group has.</param>
    /// <param name="separator">What is between groups.</param>
    /// <param name="octets">Receives the octets.</param>
    public static bool TryParse(ReadOnlySpan<char> word, int groupLength, char separator, Span<byte> octets)
    {
        int groupDigits = groupLength * DigitsPerOctet;
        int groups = octets.Length / groupLength;
        if (word.Length != (groups * (groupDigits + 1)) - 1)
        {
            return false;
        }

        int position = 0;
        for (int i = 0; i < octets.Length; i++)
        {
            if (i > 0 && i % groupLength == 0 && word[position++] != separator)
            {
                return false;
            }

            if (!byte.TryParse(word.Slice(position, DigitsPerOctet), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octets[i]))
            {
                return false;
            }

            position += DigitsPerOctet;
        }

        return true;
    }

    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets, int groupLength, char separator)
    {
        for (int i = 0; i < octets.Length; i++)
        {
            if (i > 0 && i % groupLength == 0)
            {
                text.Append(separator);
            }

            text.Append(CultureInfo.InvariantCulture, $"{octets[i]:x2}");
        }
    }
}
