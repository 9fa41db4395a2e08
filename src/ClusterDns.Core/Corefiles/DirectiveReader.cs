namespace ClusterDns.Core.Corefiles;

/// <summary>
/// A directive, or one of its option lines, with the means to read it: each method reports errors with their place, and what is accepted.
/// </summary>
/// <param name="directive">A directive, or one of its option lines.</param>
/// <param name="diagnostics">Where errors go.</param>
/// <param name="blockZones">The zones of the server block.</param>
public readonly struct DirectiveReader(DirectiveSyntax directive, DiagnosticBag diagnostics, IReadOnlyList<Zone> blockZones)
{
    /// <summary>A line outside of any server block.</summary>
    /// <param name="directive">A directive, or one of its option lines.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public DirectiveReader(DirectiveSyntax directive, DiagnosticBag diagnostics)
        : this(directive, diagnostics, [])
    {
    }

    /// <summary>How many errors have been reported, whatever the line.</summary>
    internal int ErrorCount => diagnostics.Reported;

    /// <summary>The zones of the server block.</summary>
    public IReadOnlyList<Zone> BlockZones { get; } = blockZones;

    /// <summary>The line.</summary>
    public DirectiveSyntax Directive { get; } = directive;

    /// <summary>The line's name.</summary>
    public string Name => Directive.Name.Text;

    /// <summary>The line's arguments.</summary>
    public IReadOnlyList<Token> Arguments => Directive.Arguments;

    /// <summary>A reader of one of the option lines.</summary>
    /// <param name="option">The option line.</param>
    public DirectiveReader For(DirectiveSyntax option) => new(option, diagnostics, BlockZones);

    /// <summary>The last option line of a name; null where there is none.</summary>
    /// <param name="option">The option's name.</param>
    public DirectiveSyntax? Find(string option) => Directive.Block.LastOrDefault(line => string.Equals(line.Name.Text, option, StringComparison.Ordinal));

    /// <summary>Whether the line has an accepted number of arguments.</summary>
    /// <param name="least">The least number.</param>
    /// <param name="most">The greatest number.</param>
    /// <param name="usage">How the line is written, for the message.</param>
    public bool ExpectArguments(int least, int most, string usage)
    {
        if (Arguments.Count < least)
        {
            diagnostics.Error(Directive.Place, $"missing argument of '{Name}': expected '{usage}'");
        }
        else if (Arguments.Count > most)
        {
            diagnostics.Error(Arguments[most].Place, $"unexpected '{Arguments[most].Text}' after '{Name}': expected '{usage}'");
        }

        return Arguments.Count >= least && Arguments.Count <= most;
    }

    /// <summary>Whether the line has no braces.</summary>
    public bool ExpectNoBlock()
    {
        if (Directive.HasBlock)
        {
            diagnostics.Error(Directive.Place, $"'{Name}' does not take a block");
        }

        return !Directive.HasBlock;
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

    /// <summary>
    /// Reads zones: names, or networks in CIDR form. As in CoreDNS, a scheme and a port are left out, and a word that is not a zone has no
    /// effect.
    /// </summary>
    /// <param name="tokens">The words.</param>
    /// <param name="defaults">The zones that count where there are no words.</param>
    /// <param name="zones">The zones, in lower case.</param>
    public bool TryZones(IEnumerable<Token> tokens, IEnumerable<Zone> defaults, out IReadOnlyList<Zone> zones)
    {
        List<Zone> found = [];
        bool isValid = true;
        bool hasTokens = false;
        foreach (Token token in tokens)
        {
            hasTokens = true;
            isValid &= TryZone(token, out IReadOnlyList<Zone> parsed);
            found.AddRange(parsed);
        }

        zones = hasTokens ? found : [.. defaults];
        return isValid;
    }

    /// <summary>Reads zones, as <see cref="TryZones"/> does; without words, every zone.</summary>
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
                ? $"unknown option '{option.Name.Text}' of {Name}: it has no options"
                : $"unknown option '{option.Name.Text}' of {Name}: expected {WordList.Or(known)}",
            NearMiss.Find(option.Name.Text, known));

    /// <summary>Warns of something that has no effect, or another than its author is likely to expect.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">What, and after a colon what to do.</param>
    public void Warn(SourcePlace place, string message) => diagnostics.Warning(place, message);

    /// <summary>Reports anything else that is wrong.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">The problem, and after a colon what is accepted, or what to do.</param>
    /// <param name="suggestion">The word that was probably meant; null where none is near.</param>
    public void Error(SourcePlace place, string message, string? suggestion = null) => diagnostics.Error(place, message, suggestion);

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
}
