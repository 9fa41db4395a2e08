using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>Names with letters outside ASCII, which queries carry in another form (RFC 5890 section 2.3.2.1).</summary>
internal static class InternationalName
{
    private static readonly IdnMapping Mapping = new() { AllowUnassigned = true };

    /// <summary>Whether a text has characters outside ASCII.</summary>
    /// <param name="text">The text.</param>
    public static bool IsOne(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f');

    /// <summary>The name as queries have it, or how to find it.</summary>
    /// <param name="text">A name with characters outside ASCII.</param>
    public static string Suggest(string text)
    {
        if (!text.All(static character => char.IsAscii(character) || char.IsLetterOrDigit(character) || char.IsSurrogate(character)))
        {
            return "in punycode (xn--...), without other characters than letters and digits";
        }

        try
        {
            return $"'{Mapping.GetAscii(text).ToLowerInvariant()}'";
        }
        catch (ArgumentException)
        {
            return "in punycode (xn--...)";
        }
    }
}
