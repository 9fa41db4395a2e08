using System.Globalization;
using System.Text;

namespace ClusterDns.Core.Corefiles;

/// <summary>How bad a finding in a Corefile is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Odd, but the server starts.</summary>
    Warning,

    /// <summary>The server does not start, or keeps its old configuration.</summary>
    Error,
}

/// <summary>A problem to report to the author of a Corefile.</summary>
/// <param name="Severity">Whether it keeps the server from starting.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Message">What is wrong, and after a comma what was expected; no full stop.</param>
/// <param name="Suggestion">The word that was probably meant, where one is near.</param>
public sealed record CorefileDiagnostic(
    DiagnosticSeverity Severity,
    SourcePlace Place,
    string Message,
    string? Suggestion = null)
{
    /// <summary>The finding as one line: <c>file:line:column: message; did you mean 'suggestion'?</c>.</summary>
    public override string ToString() =>
        OneLine(Suggestion is null ? $"{Place}: {Message}" : $"{Place}: {Message}; did you mean '{Suggestion}'?");

    /// <summary>Words of the Corefile and messages of the system may hold line breaks and other control characters.</summary>
    private static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return text;
        }

        StringBuilder line = new(text.Length + 16);
        foreach (char character in text)
        {
            _ = character switch
            {
                '\n' => line.Append("\\n"),
                < ' ' => line.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => line.Append(character),
            };
        }

        return line.ToString();
    }
}
