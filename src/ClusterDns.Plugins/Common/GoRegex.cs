using System.Text.RegularExpressions;

namespace ClusterDns.Plugins.Common;

/// <summary>
/// Regular expressions as Corefiles have them, which is RE2's syntax. Matching takes time linear in its input, whatever the
/// expression is.
/// </summary>
internal static class GoRegex
{
    /// <summary>How long an expression may be.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">The expression; <c>(?P&lt;name&gt;…)</c> names a group.</param>
    /// <param name="regex">The compiled expression.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public static bool TryCompile(string expression, out Regex? regex, out string problem)
    {
        regex = null;
        if (expression.Length > MaxLength)
        {
            problem = $"the regular expression has {expression.Length} characters, expected at most {MaxLength}";
            return false;
        }

        try
        {
            regex = new Regex(
                expression.Replace("(?P<", "(?<", StringComparison.Ordinal),
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            problem = "";
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problem = $"'{expression}' is not a regular expression that can be matched in linear time: {exception.Message}";
            return false;
        }
    }
}
