using System.Buffers;
using System.Globalization;
using System.Text;
using ClusterDns.Core.Wire;

namespace ClusterDns.Core.Records;

/// <summary>Octets in text: hexadecimal, base64 and base32hex digits (RFC 4648 sections 4, 7 and 8).</summary>
internal static class BinaryText
{
    private const string Base32Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int BitsPerDigit = 5;

    /// <summary>Reads hexadecimal digits up to the end; blanks may be anywhere among them.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? ReadHexadecimal(ref RdataTextReader words, ref WireWriter writer)
    {
        char[] digits = ArrayPool<char>.Shared.Rent(words.Rest.Length);
        string? error = Gather(ref words, digits, out int length)
            ?? WriteHexadecimal(digits.AsSpan(0, length), ref writer);
        ArrayPool<char>.Shared.Return(digits);
        return error;
    }

    /// <summary>Writes what hexadecimal digits stand for.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? WriteHexadecimal(ReadOnlySpan<char> digits, ref WireWriter writer)
    {
        if (digits.IsEmpty || digits.Length % 2 != 0)
        {
            return $"'{digits}' is not a sequence of pairs of hexadecimal digits";
        }

        for (int i = 0; i < digits.Length; i += 2)
        {
            if (!char.IsAsciiHexDigit(digits[i]) || !char.IsAsciiHexDigit(digits[i + 1]))
            {
                return $"'{digits}' is not a sequence of pairs of hexadecimal digits";
            }

            byte octet = byte.Parse(digits.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (!writer.TryWriteByte(octet))
            {
                return RdataTextReader.TooLong;
            }
        }

        return null;
    }

    /// <summary>Reads base64 digits up to the end; blanks may be anywhere among them.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? ReadBase64(ref RdataTextReader words, ref WireWriter writer)
    {
        char[] digits = ArrayPool<char>.Shared.Rent(words.Rest.Length);
        string? error = Gather(ref words, digits, out int length)
            ?? WriteBase64(digits.AsSpan(0, length), ref writer);
        ArrayPool<char>.Shared.Return(digits);
        return error;
    }

    /// <summary>Writes what base64 digits stand for.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? WriteBase64(ReadOnlySpan<char> digits, ref WireWriter writer)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent((digits.Length * 3 / 4) + 3);
        string? error = null;
        if (digits.IsEmpty || !Convert.TryFromBase64Chars(digits, octets, out int length))
        {
            error = $"'{digits}' is not base64";
        }
        else if (!writer.TryWriteBytes(octets.AsSpan(0, length)))
        {
            error = RdataTextReader.TooLong;
        }

        ArrayPool<byte>.Shared.Return(octets);
        return error;
    }

    /// <summary>Writes base32hex digits without padding.</summary>
    public static void AppendBase32(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        int bits = 0;
        int count = 0;
        foreach (byte octet in octets)
        {
            bits = (bits << 8) | octet;
            for (count += 8; count >= BitsPerDigit; count -= BitsPerDigit)
            {
                text.Append(Base32Digits[(bits >> (count - BitsPerDigit)) & 31]);
            }

            bits &= (1 << count) - 1;
        }

        if (count > 0)
        {
            text.Append(Base32Digits[(bits << (BitsPerDigit - count)) & 31]);
        }
    }

    /// <summary>Decodes base32hex digits of either case without padding.</summary>
    public static bool TryParseBase32(ReadOnlySpan<char> digits, Span<byte> octets, out int length)
    {
        length = 0;
        int bits = 0;
        int count = 0;
        foreach (char digit in digits)
        {
            int value = Base32Digits.IndexOf(char.ToUpperInvariant(digit), StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            bits = (bits << BitsPerDigit) | value;
            count += BitsPerDigit;
            if (count < 8)
            {
                continue;
            }

            if (length == octets.Length)
            {
                return false;
            }

            count -= 8;
            octets[length++] = (byte)(bits >> count);
            bits &= (1 << count) - 1;
        }

        // What is left is padding: less than a digit, and zero.
        return count < BitsPerDigit && bits == 0;
    }

    /// <summary>Joins the words that are left.</summary>
    private static string? Gather(ref RdataTextReader words, Span<char> joined, out int length)
    {
        length = 0;
        while (!words.IsAtEnd)
        {
            if (!words.TryRead(out ReadOnlySpan<char> word, out _))
            {
                return RdataTextReader.Unfinished;
            }

            word.CopyTo(joined[length..]);
            length += word.Length;
        }

        return null;
    }
}
