using System.Globalization;
using System.Text;

namespace ClusterDns.Expressions.Parsing;

/// <summary>Reads strings in quotes, and resolves their escapes.</summary>
internal static class StringLiteral
{
    private const string Escapes = @"\n, \t, \\, \' within ', \"" within "", \x41, \101, \u0041, \u{1F600} and \U0001F600";
    private const string ByteEscapes = @"\n, \t, \\, \x41 and \101";

    /// <summary>Reads a string.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="position">Where the string begins, and then where it ends.</param>
    public static string Read(string text, ref int position)
    {
        StringBuilder value = new();
        ReadQuoted(text, ref position, value, null);
        return value.ToString();
    }

    /// <summary>Reads a string of bytes, behind its <c>b</c>. Other characters than escapes are given by their UTF-8.</summary>
    public static byte[] ReadBytes(string text, ref int position)
    {
        List<byte> bytes = [];
        ReadQuoted(text, ref position, null, bytes);
        return [.. bytes];
    }

    /// <summary>Reads a string in backquotes, in which two of them stand for one.</summary>
    public static string ReadRaw(string text, ref int position)
    {
        int start = position++;
        StringBuilder value = new();
        while (true)
        {
            int end = text.IndexOf('`', position);
            if (end < 0)
            {
                throw new ExpressionException(start, "unterminated string: expected a closing `");
            }

            value.Append(text, position, end - position);
            position = end + 1;
            if (position == text.Length || text[position] != '`')
            {
                return value.ToString();
            }

            value.Append('`');
            position++;
        }
    }

    private static void ReadQuoted(string text, ref int position, StringBuilder? value, List<byte>? bytes)
    {
        int start = position;
        char quote = text[position++];
        while (true)
        {
            if (position == text.Length || text[position] == '\n')
            {
                throw new ExpressionException(start, $"unterminated string: expected a closing {quote}");
            }

            char character = text[position];
            if (character == quote)
            {
                position++;
                return;
            }

            if (character == '\\')
            {
                int code = ReadEscape(text, ref position, quote, bytes is not null);
                value?.Append(Rune.IsValid(code) ? new Rune(code).ToString() : "\ufffd");
                bytes?.Add((byte)code);
                continue;
            }

            value?.Append(character);
            if (bytes is not null)
            {
                Rune.DecodeFromUtf16(text.AsSpan(position), out Rune rune, out int used);
                bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
                position += used - 1;
            }

            position++;
        }
    }

    private static int ReadEscape(string text, ref int position, char quote, bool isBytes)
    {
        int start = position;
        char kind = position + 1 < text.Length ? text[position + 1] : '\0';
        position += 2;
        int simple = kind switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' => '\\',
            _ => kind == quote ? quote : -1,
        };
        if (simple >= 0)
        {
            return simple;
        }

        int code = -1;
        switch (kind)
        {
            case >= '0' and <= '3':
                position--;
                code = ReadDigits(text, ref position, 3, 8);
                break;
            case 'x':
                code = ReadDigits(text, ref position, 2, 16);
                break;
            case 'u' when !isBytes && position < text.Length && text[position] == '{':
                int end = text.IndexOf('}', position);
                position++;
                code = end > position && end - position <= 6 ? ReadDigits(text, ref position, end - position, 16) : -1;
                position++;
                break;
            case 'u' when !isBytes:
                code = ReadDigits(text, ref position, 4, 16);
                break;
            case 'U' when !isBytes:
                code = ReadDigits(text, ref position, 8, 16);
                break;
        }

        return code is >= 0 and <= 0x10FFFF
            ? code
            : throw new ExpressionException(start, $"invalid escape in a string: known are {(isBytes ? ByteEscapes : Escapes)}");
    }

    /// <summary>The number of some digits; -1 where they are none.</summary>
    private static int ReadDigits(string text, ref int position, int count, int radix)
    {
        long number = 0;
        for (int i = 0; i < count; i++)
        {
            int digit = position < text.Length && char.IsAsciiHexDigit(text[position])
                ? int.Parse(text.AsSpan(position, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : radix;
            if (digit >= radix)
            {
                return -1;
            }

            number = (number * radix) + digit;
            position++;
        }

        return number <= int.MaxValue ? (int)number : -1;
    }
}
