using System.Buffers;
using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Records;

/// <summary>Character strings (RFC 1035 3.3) in text: printable ASCII, <c>\X</c> and <c>\DDD</c> escapes.</summary>
internal static class CharacterStringText
{
    /// <summary>What a tag of a CAA record consists of (RFC 8659 section 4.1).</summary>
    public static readonly SearchValues<byte> TagOctets =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// Decodes as much of a word as <paramref name="octets"/> takes, and takes it off the word. Characters outside
    /// ASCII become UTF-8.
    /// </summary>
    /// <returns>False for a broken escape.</returns>
    public static bool TryParse(ref ReadOnlySpan<char> word, scoped Span<byte> octets, out int length)
    {
        length = 0;
        while (!word.IsEmpty)
        {
            if (word[0] == '\\')
            {
                if (!TryReadEscape(word, out byte octet, out int escape))
                {
                    return false;
                }

                if (length == octets.Length)
                {
                    break;
                }

                octets[length++] = octet;
                word = word[escape..];
                continue;
            }

            if (Rune.DecodeFromUtf16(word, out Rune rune, out int consumed) != OperationStatus.Done)
            {
                return false;
            }

            if (!rune.TryEncodeToUtf8(octets[length..], out int written))
            {
                break;
            }

            length += written;
            word = word[consumed..];
        }

        return true;
    }

    /// <summary>Writes a string in quotes.</summary>
    public static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        text.Append('"');
        foreach (byte octet in octets)
        {
            switch (octet)
            {
                case (byte)'"' or (byte)'\\':
                    text.Append('\\').Append((char)octet);
                    break;
                case < 0x20 or >= 0x7F:
                    text.Append(CultureInfo.InvariantCulture, $"\\{octet:D3}");
                    break;
                default:
                    text.Append((char)octet);
                    break;
            }
        }

        text.Append('"');
    }

    private static bool TryReadEscape(ReadOnlySpan<char> word, out byte octet, out int consumed)
    {
        octet = 0;
        consumed = 2;
        if (word.Length < 2)
        {
            return false;
        }

        if (!char.IsAsciiDigit(word[1]))
        {
            octet = (byte)word[1];
            return char.IsBetween(word[1], ' ', '~');
        }

        consumed = 4;
        return word.Length >= 4
            && byte.TryParse(word.Slice(1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out octet);
    }
}
