using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>What plugins read their options with: each method reports what is wrong with its place, and says what was expected.</summary>
/// <param name="directive">A directive, or one of its option lines.</param>
/// <param name="diagnostics">Where errors go.</param>
public readonly struct DirectiveReader(DirectiveSyntax directive, DiagnosticBag diagnostics)
{
    /// <summary>The line.</summary>
    public DirectiveSyntax Directive { get; } = directive;

    /// <summary>The line's name.</summary>
    public string Name => Directive.Name.Text;

    /// <summary>The line's arguments.</summary>
    public IReadOnlyList<Token> Arguments => Directive.Arguments;

    /// <summary>A reader of one of the option lines.</summary>
    /// <param name="option">The option line.</param>
    public DirectiveReader For(DirectiveSyntax option) => new(option, diagnostics);

    /// <summary>Whether the line has a right number of arguments.</summary>
    /// <param name="least">The least number.</param>
    /// <param name="most">The greatest number.</param>
    /// <param name="usage">How the line is written, for the message.</param>
    public bool ExpectArguments(int least, int most, string usage)
    {
        if (Arguments.Count >= least && Arguments.Count <= most)
        {
            return true;
        }

        diagnostics.Error(
            Directive.Place,
            string.Create(CultureInfo.InvariantCulture, $"{Name} has {Count(Arguments.Count, "argument")}, expected '{usage}'"));
        return false;
    }

    /// <summary>Whether the line has no braces.</summary>
    public bool ExpectNoBlock()
    {
        if (Directive.HasBlock)
        {
            diagnostics.Error(Directive.Place, $"{Name} takes no options in braces, expected the end of the line");
        }

        return !Directive.HasBlock;
    }

    /// <summary>Whether a plugin that may stand once in a server block does; later occurrences are reported.</summary>
    /// <param name="directives">All occurrences in the block.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static bool ExpectOnce(IReadOnlyList<DirectiveSyntax> directives, DiagnosticBag diagnostics)
    {
        foreach (DirectiveSyntax later in directives.Skip(1))
        {
            diagnostics.Error(
                later.Place, $"{later.Name.Text} stands at {directives[0].Place} already, expected it once in a server block");
        }

        return directives.Count == 1;
    }

    /// <summary>Reads an integer.</summary>
    /// <param name="token">The word.</param>
    /// <param name="least">The least value.</param>
    /// <param name="most">The greatest value.</param>
    /// <param name="value">The value.</param>
    public bool TryInteger(Token token, int least, int most, out int value)
    {
        if (int.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most)
        {
            return true;
        }

        diagnostics.Error(
            token.Place,
            string.Create(CultureInfo.InvariantCulture, $"'{token.Text}' is no value for {Name}, expected a number from {least} to {most}"));
        return false;
    }

    /// <summary>Reads a duration in Go's form, such as <c>1m30s</c>.</summary>
    /// <param name="token">The word.</param>
    /// <param name="least">The least duration.</param>
    /// <param name="value">The duration.</param>
    public bool TryDuration(Token token, TimeSpan least, out TimeSpan value)
    {
        if (GoDuration.TryParse(token.Text, out value) && value >= least)
        {
            return true;
        }

        string bound = least == TimeSpan.Zero ? "that is not negative" : $"of at least {least.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s";
        diagnostics.Error(token.Place, $"'{token.Text}' is no value for {Name}, expected a duration {bound}, such as 5s or 1m30s");
        return false;
    }

    /// <summary>Reads one of some words.</summary>
    /// <param name="token">The word.</param>
    /// <param name="known">The words that may stand here.</param>
    /// <param name="value">The word.</param>
    public bool TryChoice(Token token, IReadOnlyList<string> known, out string value)
    {
        value = token.Text;
        if (known.Contains(value, StringComparer.Ordinal))
        {
            return true;
        }

        diagnostics.Error(
            token.Place,
            $"'{token.Text}' is no value for {Name}, expected {string.Join(", ", known)}",
            NearMiss.Find(token.Text, known));
        return false;
    }

    /// <summary>Reads zones: names, or networks in CIDR form.</summary>
    /// <param name="tokens">The words.</param>
    /// <param name="defaults">The zones that stand in where there are no words.</param>
    /// <param name="zones">The zones, in lower case.</param>
    public bool TryZones(IEnumerable<Token> tokens, IEnumerable<Zone> defaults, out IReadOnlyList<Zone> zones)
    {
        List<Zone> found = [];
        bool isRight = true;
        bool hasTokens = false;
        foreach (Token token in tokens)
        {
            hasTokens = true;
            if (ZoneParser.TryParse(token.Text, out IReadOnlyList<Zone> parsed, out string problem))
            {
                found.AddRange(parsed);
            }
            else
            {
                diagnostics.Error(token.Place, problem);
                isRight = false;
            }
        }

        zones = hasTokens ? found : [.. defaults];
        return isRight;
    }

    /// <summary>Reads zones, as <see cref="TryZones"/> does; no words stand for every zone.</summary>
    /// <param name="tokens">The words.</param>
    /// <param name="zones">The zones, in lower case.</param>
    public bool TryZonesOrRoot(IEnumerable<Token> tokens, out IReadOnlyList<Zone> zones)
        => TryZones(tokens.DefaultIfEmpty(new Token(".", Directive.Place)), [], out zones);

    /// <summary>Reports an option line that the plugin does not know.</summary>
    /// <param name="option">The option line.</param>
    /// <param name="known">The names of the options it knows.</param>
    public void UnknownOption(DirectiveSyntax option, IReadOnlyList<string> known)
        => diagnostics.Error(
            option.Place,
            known.Count == 0
                ? $"unknown option '{option.Name.Text}' of {Name}, expected none"
                : $"unknown option '{option.Name.Text}' of {Name}, expected {string.Join(", ", known)}",
            NearMiss.Find(option.Name.Text, known));

    /// <summary>Reports anything else that is wrong.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">What is wrong, and after a comma what was expected.</param>
    public void Error(SourcePlace place, string message) => diagnostics.Error(place, message);

    private static string Count(int count, string noun) => count switch
    {
        0 => $"no {noun}s",
        1 => $"1 {noun}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s"),
    };
}
