using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Reads constants as Go has them.</summary>
internal static class GoConstant
{
    /// <summary>Whether the sign of the exponent may come next in a number.</summary>
    /// <param name="text">The number so far.</param>
    public static bool IsExponent(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> digits = text.TrimStart("+-");
        bool isHexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return digits.Length > 1 && (isHexadecimal ? digits[^1] is 'p' or 'P' : digits[^1] is 'e' or 'E');
    }

    /// <summary>Reads a number, or a character in quotes.</summary>
    /// <param name="text">The constant.</param>
    /// <param name="value">Its value; an integer unless it is written with a point or an exponent.</param>
    /// <param name="problem">When false is returned, what is wrong.</param>
    public static bool TryParseNumber(string text, out Value value, out string problem)
    {
        value = default;
        problem = "";
        if (text[0] == '\'')
        {
            bool isCharacter = TryUnquote(text, out string characters) && characters.EnumerateRunes().Count() == 1;
            value = Value.From(isCharacter ? characters.EnumerateRunes().First().Value : 0);
            problem = isCharacter ? "" : $"invalid character {text}: expected one character in quotes";
            return isCharacter;
        }

        if (text.EndsWith('i'))
        {
            problem = $"'{text}' is an imaginary number, which is not supported";
            return false;
        }

        bool isNegative = text[0] == '-';
        string digits = text.TrimStart('+', '-');
        if (digits.Length != text.Length - (text[0] is '+' or '-' ? 1 : 0) || !TryDropUnderscores(ref digits))
        {
            problem = $"invalid number '{text}'";
            return false;
        }

        if (TryParseMagnitude(digits, out UInt128 magnitude))
        {
            UInt128 limit = (UInt128)long.MaxValue + (isNegative ? 1u : 0u);
            value = Value.From(isNegative ? -(long)(Int128)magnitude : (long)magnitude);
            problem = magnitude <= limit ? "" : $"integer '{text}' is too large";
            return magnitude <= limit;
        }

        bool isFloat = TryParseFloat(digits, out double number);
        value = Value.From(isNegative ? -number : number);
        problem = isFloat ? "" : $"invalid number '{text}'";
        return isFloat;
    }

    /// <summary>Takes the quotes and the escapes off a string or a character.</summary>
    /// <param name="text">The constant, with its quotes.</param>
    /// <param name="value">What it stands for.</param>
    public static bool TryUnquote(string text, out string value)
    {
        char quote = text[0];
        if (quote == '`')
        {
            value = text[1..^1].Replace("\r", "", StringComparison.Ordinal);
            return true;
        }

        List<byte> bytes = [];
        ReadOnlySpan<char> rest = text.AsSpan(1, text.Length - 2);
        value = "";
        while (!rest.IsEmpty)
        {
            if (rest[0] == '\\')
            {
                if (!TryReadEscape(ref rest, quote, bytes))
                {
                    return false;
                }
            }
            else
            {
                Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed);
                Append(bytes, rune);
                rest = rest[consumed..];
            }
        }

        value = Encoding.UTF8.GetString([.. bytes]);
        return true;
    }

    /// <summary>Takes out underscores, which are allowed between digits and after the prefix of a base.</summary>
    private static bool TryDropUnderscores(ref string digits)
    {
        for (int i = 0; i < digits.Length; i++)
        {
            bool isBetween = i > 0 && i < digits.Length - 1 && char.IsAsciiLetterOrDigit(digits[i - 1]) && char.IsAsciiLetterOrDigit(digits[i + 1]);
            if (digits[i] == '_' && !isBetween)
            {
                return false;
            }
        }

        digits = digits.Replace("_", "", StringComparison.Ordinal);
        return digits.Length > 0;
    }

    private static bool TryParseMagnitude(string digits, out UInt128 magnitude)
    {
        (int radix, string rest) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, digits[2..]),
            ['0', 'b' or 'B', ..] => (2, digits[2..]),
            ['0', 'o' or 'O', ..] => (8, digits[2..]),
            ['0', _, ..] when !digits.AsSpan().ContainsAny(".eE") => (8, digits[1..]),
            _ => (10, digits),
        };
        return ParseUnsigned.TryParse(rest, radix, UInt128.MaxValue >> 8, out magnitude) == ParseUnsigned.Outcome.Ok;
    }

    private static bool TryParseFloat(string digits, out double number)
    {
        if (!digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            number = 0;
            return digits.AsSpan().ContainsAny(".eE") && double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
        }

        number = 0;
        int exponentAt = digits.AsSpan().IndexOfAny("pP");
        string mantissa = exponentAt < 0 ? "" : digits[2..exponentAt];
        if (mantissa.Length == 0 || mantissa is "." ||
            !int.TryParse(digits.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent))
        {
            return false;
        }

        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        foreach (char digit in mantissa.Replace(".", "", StringComparison.Ordinal))
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }

            number = (number * 16) + Convert.ToInt32(digit.ToString(), 16);
        }

        number = Math.ScaleB(number, exponent - (point < 0 ? 0 : 4 * (mantissa.Length - point - 1)));
        return mantissa.IndexOf('.', point + 1) < 0 && double.IsFinite(number);
    }

    private static bool TryReadEscape(ref ReadOnlySpan<char> rest, char quote, List<byte> bytes)
    {
        if (rest.Length < 2)
        {
            return false;
        }

        char letter = rest[1];
        (int skipped, int digits, int radix) = letter switch
        {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '7' => (1, 3, 8),
            _ => (2, 0, 0),
        };
        if (digits == 0)
        {
            int simple = "abfnrtv\\".IndexOf(letter, StringComparison.Ordinal);
            if (simple < 0 && letter != quote)
            {
                return false;
            }

            bytes.Add((byte)(simple < 0 ? letter : "\a\b\f\n\r\t\v\\"[simple]));
            rest = rest[2..];
            return true;
        }

        if (rest.Length < skipped + digits ||
            ParseUnsigned.TryParse(rest.Slice(skipped, digits), radix, uint.MaxValue, out UInt128 parsed) != ParseUnsigned.Outcome.Ok)
        {
            return false;
        }

        int number = (int)(uint)parsed;
        rest = rest[(skipped + digits)..];
        if (letter is 'u' or 'U')
        {
            if (Rune.IsValid(number))
            {
                Append(bytes, new Rune(number));
            }

            return Rune.IsValid(number);
        }

        bytes.Add((byte)number);
        return number <= byte.MaxValue;
    }

    private static void Append(List<byte> bytes, Rune rune)
    {
        Span<byte> encoded = stackalloc byte[4];
        bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
    }
}
