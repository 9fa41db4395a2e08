using System.Text.RegularExpressions;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>
/// Regular expressions as Corefiles have them, which is RE2's syntax. Matching takes time linear in its input, whatever the
/// expression is, and finds what RE2 does: the leftmost match, the first alternative that leads to one. One thing is not RE2's:
/// <c>\b</c> takes letters outside ASCII for part of a word.
/// </summary>
public static class GoRegex
{
    /// <summary>How long an expression may be.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="regex">The compiled expression; its groups have numbers, not names.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public static bool TryCompile(string expression, out Regex? regex, out string problem)
        => TryCompile(expression, out regex, out _, out problem);

    /// <summary>Compiles an expression whose groups may have names, <c>(?P&lt;name&gt;…)</c> or <c>(?&lt;name&gt;…)</c>.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="regex">The compiled expression; its groups have numbers, not names.</param>
    /// <param name="groupNames">The names of the groups by number, the whole match's included; empty for those without a name.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public static bool TryCompile(string expression, out Regex? regex, out IReadOnlyList<string> groupNames, out string problem)
    {
        regex = null;
        groupNames = [];
        if (expression.Length > MaxLength)
        {
            problem = $"the regular expression has {expression.Length} characters: at most {MaxLength}";
            return false;
        }

        try
        {
            (string pattern, groupNames) = GoRegexTranslator.Translate(expression);
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            problem = "";
            return true;
        }
        catch (FormatException exception)
        {
            problem = $"'{expression}' is not a regular expression in RE2 syntax: {exception.Message}";
            return false;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problem = $"'{expression}' is not a regular expression that can be matched in linear time: {exception.Message}";
            return false;
        }
    }
}
