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

    /// <summary>Whether there are no options in braces; empty braces are accepted.</summary>
    public bool ExpectNoOptions()
    {
        foreach (DirectiveSyntax option in Directive.Block)
        {
            UnknownOption(option, []);
        }

        return Directive.Block.Count == 0;
    }

    /// <summary>Warns that a block in braces has no effect, for plugins whose block CoreDNS does not read.</summary>
    public void IgnoreBlock()
    {
        if (Directive.HasBlock)
        {
            Warn(Directive.Place, $"the braces after '{Name}' and what is in them have no effect: delete them");
        }
    }

    /// <summary>Warns that arguments have no effect, for lines whose further arguments CoreDNS does not read.</summary>
    /// <param name="count">How many arguments count.</param>
    public void IgnoreArgumentsAfter(int count)
    {
        foreach (Token argument in Arguments.Skip(count))
        {
            Warn(argument.Place, $"'{argument.Text}' has no effect after '{Name}': delete it");
        }
    }

    /// <summary>Reads a duration that counts as zero where it is negative.</summary>
    /// <param name="token">The word.</param>
    /// <param name="value">The duration, not negative.</param>
    public bool TryDurationFromZero(Token token, out TimeSpan value)
    {
        if (!TryDuration(token, TimeSpan.MinValue, out value))
        {
            return false;
        }

        if (value < TimeSpan.Zero)
        {
            Warn(token.Place, $"'{token.Text}' counts as 0s for '{Name}': write a duration that is not negative");
            value = TimeSpan.Zero;
        }

        return true;
    }

    /// <summary>Reads an integer that counts as the nearest value of a range where it is outside of it.</summary>
    /// <param name="token">The word.</param>
    /// <param name="least">The least value.</param>
    /// <param name="most">The greatest value.</param>
    /// <param name="value">The value.</param>
    public bool TryIntegerWithin(Token token, int least, int most, out int value)
    {
        if (!long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed))
        {
            return TryInteger(token, least, most, out value);
        }

        value = (int)Math.Clamp(parsed, least, most);
        if (value != parsed)
        {
            Warn(token.Place, string.Create(CultureInfo.InvariantCulture, $"'{token.Text}' counts as {value} for '{Name}': expected a number from {least} to {most}"));
        }

        return true;
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

        string bound = least <= TimeSpan.Zero ? "that is not negative" : $"of at least {least.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s";
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

    /// <summary>
    /// Reads zones: names, or networks in CIDR form. As in CoreDNS, a scheme and a port are left out, and a word that is not a zone has no
    /// effect.
    /// </summary>
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
            isRight &= TryZone(token, out IReadOnlyList<Zone> parsed);
            found.AddRange(parsed);
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

    /// <summary>Warns of something that has no effect, or another than its author is likely to expect.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">What, and after a colon what to do.</param>
    public void Warn(SourcePlace place, string message) => diagnostics.Warning(place, message);

    /// <summary>Reports anything else that is wrong.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">What is wrong, and after a comma what was expected.</param>
    public void Error(SourcePlace place, string message) => diagnostics.Error(place, message);

    private bool TryZone(Token token, out IReadOnlyList<Zone> zones)
    {
        string text = ServerKeyParser.StripSchemeAndPort(token.Text);
        if (text.Length < token.Text.Length)
        {
            Warn(token.Place, $"the scheme and the port of '{token.Text}' have no effect: write '{text}'");
        }

        bool isZone = ZoneParser.TryParse(text, out zones, out string problem);
        if (!isZone && InternationalName.IsOne(text))
        {
            Error(token.Place, problem);
            return false;
        }

        if (problem.Length > 0)
        {
            Warn(token.Place, isZone ? problem : $"{problem}; it has no effect");
        }

        return true;
    }

    private static string Count(int count, string noun) => count switch
    {
        0 => $"no {noun}s",
        1 => $"1 {noun}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s"),
    };
}
