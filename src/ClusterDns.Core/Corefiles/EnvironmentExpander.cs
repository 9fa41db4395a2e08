using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Fills in <c>{%NAME%}</c> and then <c>{$NAME}</c>. A value stays within its word, whatever spaces it has; it may name further
/// variables. A variable without a value is empty, with a warning.
/// </summary>
internal sealed class EnvironmentExpander(Func<string, string?> environment, DiagnosticBag diagnostics)
{
    public string Expand(string text, SourcePlace place)
    {
        int budget = CorefileLimits.Expansions;
        text = Expand(text, "{%", "%}", place, ref budget);
        return Expand(text, "{$", "}", place, ref budget);
    }

    private static bool HasSeveralWords(string value) => value.AsSpan().Trim().ContainsAny(" \t\r\n");

    private string Expand(string text, string open, string close, SourcePlace place, ref int budget)
    {
        int start = 0;
        while ((start = text.IndexOf(open, start, StringComparison.Ordinal)) >= 0)
        {
            int nameStart = start + open.Length;
            int nameEnd = text.IndexOf(close, nameStart, StringComparison.Ordinal);
            if (nameEnd <= nameStart)
            {
                break;
            }

            string value = ValueOf(text[nameStart..nameEnd], place);
            string expanded = string.Concat(text.AsSpan(0, start), value, text.AsSpan(nameEnd + close.Length));
            if (--budget < 0 || expanded.Length > CorefileLimits.ExpandedLength)
            {
                diagnostics.Error(place, string.Create(
                    CultureInfo.InvariantCulture,
                    $"environment variables expand without end: at most {CorefileLimits.Expansions} in a word and {CorefileLimits.ExpandedLength} characters"));
                break;
            }

            text = expanded;
        }

        return text;
    }

    private string ValueOf(string name, SourcePlace place)
    {
        string? value = environment(name);
        if (value is null)
        {
            diagnostics.Warning(place, $"environment variable '{name}' is not set: it counts as empty");
        }

        else if (HasSeveralWords(value))
        {
            diagnostics.Hint(
                place, $"the value of environment variable '{name}' has several words, but counts as one: use a variable for each word");
        }

        return value ?? "";
    }
}
