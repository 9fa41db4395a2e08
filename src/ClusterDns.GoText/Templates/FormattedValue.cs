using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Writes one value as a verb of <c>printf</c> says.</summary>
internal static class FormattedValue
{
    /// <summary>Adds a value; false where it has no text at all.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="spec">How.</param>
    /// <param name="value">The value.</param>
    public static bool TryAppend(TextBuffer output, in FormatSpec spec, in Value value)
    {
        if (spec.Verb.Value == 'T')
        {
            Pad(output, in spec, value.TypeName);
            return true;
        }

        switch (value.Kind)
        {
            case ValueKind.List:
                return TryAppendList(output, in spec, value.List);
            case ValueKind.Map:
                AppendMap(output, in spec, value.Map);
                return true;
            case ValueKind.Record:
                Value text = Value.From(value.Record.Text ?? "");
                return value.Record.Text is not null && TryAppend(output, in spec, in text);
            case ValueKind.Boolean when spec.Verb.Value is 't' or 'v':
                Pad(output, in spec, value.Boolean ? "true" : "false");
                return true;
            case ValueKind.Integer:
                return AppendInteger(output, in spec, in value, UInt128.CreateTruncating(Int128.Abs(value.Integer)), value.Integer < 0);
            case ValueKind.Unsigned:
                return AppendInteger(output, in spec, in value, value.Unsigned, isNegative: false);
            case ValueKind.Float when spec.Verb.Value is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'v':
                AppendFloat(output, in spec, value.Float);
                return true;
            case ValueKind.Text:
                return AppendText(output, in spec, in value);
            case ValueKind.Nil when spec.Verb.Value == 'v':
                Pad(output, in spec, "<nil>");
                return true;
            default:
                return AppendWrong(output, in spec, in value);
        }
    }

    private static bool AppendText(TextBuffer output, in FormatSpec spec, in Value value)
    {
        string text = spec.Precision >= 0 && spec.Verb.Value is 's' or 'v' or 'q' ? Truncate(value.Text, spec.Precision) : value.Text;
        switch (spec.Verb.Value)
        {
            case 'v' when spec.IsAlternate:
            case 'q':
                Pad(output, in spec, Quote(text, in spec));
                return true;
            case 's' or 'v':
                Pad(output, in spec, text);
                return true;
            case 'x' or 'X':
                Pad(output, in spec, ToHexadecimal(text, in spec));
                return true;
            default:
                return AppendWrong(output, in spec, in value);
        }
    }

    private static bool AppendInteger(TextBuffer output, in FormatSpec spec, in Value value, UInt128 magnitude, bool isNegative)
    {
        switch (spec.Verb.Value)
        {
            case 'd' or 'v':
                AppendDigits(output, in spec, magnitude.ToString(CultureInfo.InvariantCulture), "", isNegative);
                return true;
            case 'b':
                AppendDigits(output, in spec, magnitude.ToString("B", CultureInfo.InvariantCulture), spec.IsAlternate ? "0b" : "", isNegative);
                return true;
            case 'o' or 'O':
                AppendDigits(output, in spec, ToOctal(magnitude), spec.Verb.Value == 'O' ? "0o" : spec.IsAlternate ? "0" : "", isNegative);
                return true;
            case 'x':
                AppendDigits(output, in spec, magnitude.ToString("x", CultureInfo.InvariantCulture), spec.IsAlternate ? "0x" : "", isNegative);
                return true;
            case 'X':
                AppendDigits(output, in spec, magnitude.ToString("X", CultureInfo.InvariantCulture), spec.IsAlternate ? "0X" : "", isNegative);
                return true;
            case 'c' or 'q' or 'U':
                Rune rune = !isNegative && magnitude <= int.MaxValue && Rune.IsValid((int)magnitude) ? new Rune((int)magnitude) : Rune.ReplacementChar;
                Pad(output, in spec, spec.Verb.Value switch
                {
                    'c' => rune.ToString(),
                    'q' => Quote(rune, in spec),
                    _ => "U+" + magnitude.ToString("X4", CultureInfo.InvariantCulture),
                });
                return true;
            default:
                return AppendWrong(output, in spec, in value);
        }
    }

    private static void AppendDigits(TextBuffer output, in FormatSpec spec, string digits, string prefix, bool isNegative)
    {
        digits = digits.PadLeft(Math.Max(0, spec.Precision), '0');
        string sign = isNegative ? "-" : spec.HasSign ? "+" : spec.HasSpace ? " " : "";
        if (spec.HasZeros && !spec.IsLeft && spec.Precision < 0)
        {
            digits = digits.PadLeft(Math.Max(0, spec.Width - sign.Length), '0');
        }

        Pad(output, in spec, sign + prefix + digits);
    }

    private static void AppendFloat(TextBuffer output, in FormatSpec spec, double number)
    {
        char verb = char.ToLowerInvariant((char)spec.Verb.Value);
        string text = FloatText.Format(Math.Abs(number), verb, spec.Precision).TrimStart('+');
        text = char.IsAsciiLetterUpper((char)spec.Verb.Value) ? text.ToUpperInvariant() : text;
        string sign = double.IsNegative(number) ? "-" : spec.HasSign ? "+" : spec.HasSpace ? " " : "";
        if (spec.HasZeros && !spec.IsLeft && double.IsFinite(number))
        {
            text = text.PadLeft(Math.Max(0, spec.Width - sign.Length), '0');
        }

        Pad(output, in spec, sign + text);
    }

    private static bool TryAppendList(TextBuffer output, in FormatSpec spec, TemplateList list)
    {
        bool isDone = true;
        output.Append('[');
        for (int i = 0; i < list.Count && isDone; i++)
        {
            Value element = list[i];
            output.Append(i > 0 ? " " : "");
            isDone = TryAppend(output, in spec, in element);
        }

        output.Append(']');
        return isDone;
    }

    private static void AppendMap(TextBuffer output, in FormatSpec spec, ITemplateMap map)
    {
        output.Append("map[");
        IReadOnlyList<string> keys = map.Keys;
        for (int i = 0; i < keys.Count; i++)
        {
            Value key = Value.From(keys[i]);
            map.TryFind(keys[i], out Value element);
            output.Append(i > 0 ? " " : "");
            TryAppend(output, in spec, in key);
            output.Append(':');
            TryAppend(output, in spec, in element);
        }

        output.Append(']');
    }

    private static bool AppendWrong(TextBuffer output, in FormatSpec spec, in Value value)
    {
        output.Append("%!");
        TextEscapes.Append(output, spec.Verb);
        output.Append('(');
        output.Append(value.TypeName);
        if (value.Kind != ValueKind.Nil)
        {
            output.Append('=');
            ValueText.TryAppend(output, in value);
        }

        output.Append(')');
        return true;
    }

    private static void Pad(TextBuffer output, in FormatSpec spec, string text)
    {
        int blanks = spec.Width == 0 ? 0 : spec.Width - CountRunes(text);
        output.Append(' ', spec.IsLeft ? 0 : blanks);
        output.Append(text);
        output.Append(' ', spec.IsLeft ? blanks : 0);
    }

    private static int CountRunes(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private static string Truncate(string text, int count)
    {
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (count-- == 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static string Quote(string text, in FormatSpec spec)
    {
        if (spec.IsAlternate && spec.Verb.Value == 'q' && !text.Contains('`', StringComparison.Ordinal) && text.All(static unit => unit is '\t' or >= ' ' and not '\u007f'))
        {
            return $"`{text}`";
        }

        TextBuffer quoted = new();
        QuotedText.Append(quoted, text, spec.HasSign);
        return quoted.Written.ToString();
    }

    private static string Quote(Rune rune, in FormatSpec spec)
    {
        TextBuffer quoted = new();
        QuotedText.Append(quoted, rune, spec.HasSign);
        return quoted.Written.ToString();
    }

    private static string ToHexadecimal(string text, in FormatSpec spec)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        bytes = spec.Precision >= 0 && spec.Precision < bytes.Length ? bytes[..spec.Precision] : bytes;
        bool isUpper = spec.Verb.Value == 'X';
        string prefix = spec.IsAlternate ? isUpper ? "0X" : "0x" : "";
        if (!spec.HasSpace || bytes.IsEmpty)
        {
            return bytes.IsEmpty ? "" : prefix + (isUpper ? Convert.ToHexString(bytes) : Convert.ToHexStringLower(bytes));
        }

        StringBuilder spaced = new();
        foreach (byte octet in bytes)
        {
            spaced.Append(spaced.Length > 0 ? " " : "").Append(prefix).Append(octet.ToString(isUpper ? "X2" : "x2", CultureInfo.InvariantCulture));
        }

        return spaced.ToString();
    }

    private static string ToOctal(UInt128 number)
    {
        StringBuilder digits = new();
        do
        {
            digits.Insert(0, (char)('0' + (int)(number & 7)));
            number >>= 3;
        }
        while (number > 0);

        return digits.ToString();
    }
}
