using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Strings and characters in quotes, with Go's escapes.</summary>
internal static class QuotedText
{
    /// <summary>Writes a string in quotes.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="text">The string.</param>
    /// <param name="asciiOnly">Whether characters outside ASCII are escaped.</param>
    public static void Append(TextBuffer buffer, string text, bool asciiOnly)
    {
        buffer.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            AppendEscaped(buffer, rune, '"', asciiOnly);
        }

        buffer.Append('"');
    }

    /// <summary>Writes a character in single quotes.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="rune">The character.</param>
    /// <param name="asciiOnly">Whether one outside ASCII is escaped.</param>
    public static void Append(TextBuffer buffer, Rune rune, bool asciiOnly)
    {
        buffer.Append('\'');
        AppendEscaped(buffer, rune, '\'', asciiOnly);
        buffer.Append('\'');
    }

    /// <summary>Whether a character shows on paper; of spaces, only the plain one does.</summary>
    /// <param name="rune">The character.</param>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void AppendEscaped(TextBuffer buffer, Rune rune, char quote, bool asciiOnly)
    {
        int simple = rune.IsAscii ? "\a\b\f\n\r\t\v".IndexOf((char)rune.Value, StringComparison.Ordinal) : -1;
        if (rune.Value == quote || rune.Value == '\\' || simple >= 0)
        {
            buffer.Append('\\');
            buffer.Append(simple >= 0 ? "abfnrtv"[simple] : (char)rune.Value);
        }
        else if (rune.IsAscii ? rune.Value is >= 0x20 and < 0x7F : !asciiOnly && IsPrintable(rune))
        {
            TextEscapes.Append(buffer, rune);
        }
        else
        {
            (string prefix, string digits) = rune.Value switch
            {
                < 0x80 => ("\\x", "x2"),
                <= 0xFFFF => ("\\u", "x4"),
                _ => ("\\U", "x8"),
            };
            buffer.Append(prefix);
            buffer.Append(rune.Value, digits);
        }
    }
}
