using System.Buffers;

namespace ClusterDns.Plugins.Kubernetes.Filtering;

/// <summary>What labels may be named, and what values they may have.</summary>
internal static class LabelText
{
    private const int MaxLength = 63;
    private const int MaxPrefixLength = 253;

    private static readonly SearchValues<char> TextCharacters =
        SearchValues.Create("-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create("-0123456789abcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether a text can be a label's name: up to 63 characters, and before them, where there is a slash, a domain.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        return IsText(text[(slash + 1)..]) && (slash < 0 || IsDomain(text[..slash]));
    }

    /// <summary>Whether a text can be a label's value: up to 63 characters, or nothing.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValue(ReadOnlySpan<char> text) => text.IsEmpty || IsText(text);

    private static bool IsText(ReadOnlySpan<char> text) => text.Length <= MaxLength && IsWord(text, TextCharacters);

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        bool isValid = text.Length <= MaxPrefixLength;
        foreach (Range label in text.Split('.'))
        {
            isValid &= IsWord(text[label], DomainCharacters);
        }

        return isValid;
    }

    private static bool IsWord(ReadOnlySpan<char> text, SearchValues<char> characters)
        => !text.IsEmpty
            && char.IsAsciiLetterOrDigit(text[0])
            && char.IsAsciiLetterOrDigit(text[^1])
            && !text.ContainsAnyExcept(characters);
}
