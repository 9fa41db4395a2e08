using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Characters as they are written where they would mean something else.</summary>
internal static class TextEscapes
{
    /// <summary>Writes a character for HTML.</summary>
    public static void AppendHtml(TextBuffer text, Rune rune)
    {
        switch (rune.Value)
        {
            case 0:
                text.Append('\uFFFD');
                break;
            case '"':
                text.Append("&#34;");
                break;
            case '\'':
                text.Append("&#39;");
                break;
            case '&':
                text.Append("&amp;");
                break;
            case '<':
                text.Append("&lt;");
                break;
            case '>':
                text.Append("&gt;");
                break;
            default:
                Append(text, rune);
                break;
        }
    }

    /// <summary>Writes a character for a string of JavaScript.</summary>
    public static void AppendJavaScript(TextBuffer text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\\' or '\'' or '"':
                text.Append('\\');
                text.Append((char)rune.Value);
                break;
            case '<' or '>' or '&' or '=' or < 0x20:
                text.Append("\\u");
                text.Append(rune.Value, "X4");
                break;
            case >= 0x80 when !QuotedText.IsPrintable(rune):
                text.Append("\\u");
                text.Append(rune.Value, "X4");
                break;
            default:
                Append(text, rune);
                break;
        }
    }

    /// <summary>Writes a character for the query of a URL.</summary>
    public static void AppendQuery(TextBuffer text, Rune rune)
    {
        bool isPlain = rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '-' or '_' or '.' or '~');
        if (isPlain || rune.Value == ' ')
        {
            text.Append(isPlain ? (char)rune.Value : '+');
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (byte encoded in bytes[..rune.EncodeToUtf8(bytes)])
        {
            text.Append('%');
            text.Append(encoded, "X2");
        }
    }

    /// <summary>Writes a character as it is.</summary>
    public static void Append(TextBuffer text, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        text.Append(units[..rune.EncodeToUtf16(units)]);
    }
}
