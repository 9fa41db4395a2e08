using System.Text;
using ClusterDns.Expressions.Evaluation;

namespace ClusterDns.Expressions.Values;

/// <summary>
/// Strings by the bytes of their UTF-8, which is what the language counts in. In ASCII, which names are in, a byte is a character.
/// </summary>
internal static class Utf8Text
{
    /// <summary>How many bytes a string has.</summary>
    public static int Length(ReadOnlySpan<char> text) => Ascii.IsValid(text) ? text.Length : Encoding.UTF8.GetByteCount(text);

    /// <summary>How many code points a string has.</summary>
    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out _, out int used);
            text = text[used..];
            count++;
        }

        return count;
    }

    /// <summary>The part of a string between two places; half a character becomes U+FFFD.</summary>
    /// <param name="run">The evaluation.</param>
    /// <param name="value">The string.</param>
    /// <param name="start">Where the part starts, in bytes.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="part">The part.</param>
    public static bool TrySlice(EvaluationRun run, in ExpressionValue value, int start, int end, out ExpressionValue part)
    {
        if (Ascii.IsValid(value.Text))
        {
            part = value.Substring(start, end - start);
            return true;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(value.Text.ToString());
        return run.TryCreateText(Encoding.UTF8.GetString(bytes, start, end - start), out part);
    }

    /// <summary>Where a string is found in another, in bytes; -1 where it is not.</summary>
    public static int IndexOf(ReadOnlySpan<char> text, ReadOnlySpan<char> part, bool isLast)
    {
        int index = isLast
            ? part.IsEmpty ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal)
            : text.IndexOf(part, StringComparison.Ordinal);
        return index < 0 ? -1 : Length(text[..index]);
    }
}
