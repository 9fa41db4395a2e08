namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Matches what an import names: <c>*</c> matches any characters, <c>?</c> matches one, neither for a slash. A leading dot is no
/// exception.
/// </summary>
public static class GlobPattern
{
    /// <summary>Whether the text is a pattern, and not the name of one file.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text) => text.IndexOfAny('*', '?') >= 0;

    /// <summary>Whether a path, or a part of one, is what the pattern means.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        int inPattern = 0;
        int inPath = 0;
        int star = -1;
        int retry = 0;
        while (inPath < path.Length)
        {
            if (inPattern < pattern.Length && pattern[inPattern] == '*')
            {
                star = inPattern++;
                retry = inPath;
            }
            else if (inPattern < pattern.Length && Fits(pattern[inPattern], path[inPath]))
            {
                inPattern++;
                inPath++;
            }
            else if (star >= 0 && path[retry] != '/')
            {
                inPattern = star + 1;
                inPath = ++retry;
            }
            else
            {
                return false;
            }
        }

        return pattern[inPattern..].TrimStart('*').IsEmpty;
    }

    private static bool Fits(char pattern, char character) =>
        pattern == character || (pattern == '?' && character != '/');
}
