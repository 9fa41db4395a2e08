namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Reads a Corefile: server blocks, directives with their option lines, snippets and imports. It reports everything that is
/// wrong at once, with its place, and never throws for what a text says.
/// </summary>
public sealed class CorefileParser
{
    private readonly ImportResolver _imports;
    private readonly TokenStream _tokens;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<ServerBlockSyntax> _blocks = [];

    private CorefileParser(ImportResolver imports, TokenStream tokens, DiagnosticBag diagnostics)
    {
        _imports = imports;
        _tokens = tokens;
        _diagnostics = diagnostics;
    }

    private LexedToken Current => _tokens.Current;

    /// <summary>Parses a Corefile.</summary>
    /// <param name="name">Its name in messages, from whose folder relative imports start.</param>
    /// <param name="content">Its bytes, UTF-8.</param>
    /// <param name="source">Where imported files are.</param>
    /// <param name="environment">The value of an environment variable; null where it is not set.</param>
    /// <param name="diagnostics">Where errors and warnings go. With errors in it, the document is not to be run.</param>
    public static CorefileDocument Parse(
        string name, ReadOnlyMemory<byte> content, ICorefileSource source, Func<string, string?> environment, DiagnosticBag diagnostics)
    {
        using ImportResolver imports = new(source, new EnvironmentExpander(environment, diagnostics), diagnostics);
        TokenStream tokens = new(name, imports.Tokenize(name, content), imports, diagnostics);
        CorefileParser parser = new(imports, tokens, diagnostics);
        while (parser.Current.Kind != TokenKind.End)
        {
            parser.ParseBlock();
        }

        return new CorefileDocument(parser._blocks, diagnostics.Warnings, imports.Files, imports.ContentHash);
    }

    private void ParseBlock()
    {
        if (Current.Kind == TokenKind.Close)
        {
            SkipCloseBrace();
            return;
        }

        SourcePlace place = Current.Token.Place;
        List<Token> keys = ParseKeys();
        if (Current.Kind == TokenKind.Open && keys is [{ Quoted: false, Text: ['(', .., ')'] } snippet])
        {
            ParseSnippet(snippet);
            return;
        }

        if (keys.Count == 0)
        {
            _diagnostics.Warning(place, "a server block without a zone has no effect: write a zone such as '.' before '{'");
        }

        List<DirectiveSyntax> directives;
        if (Current.Kind == TokenKind.Open)
        {
            directives = ParseLines(depth: 1);
        }
        else
        {
            directives = [];
            while (Current.Kind is not (TokenKind.End or TokenKind.Close))
            {
                ParseLine(directives, depth: 0);
            }
        }

        if (keys.Count > 0)
        {
            _blocks.Add(new ServerBlockSyntax(keys, directives, place));
        }
    }

    /// <summary>A brace too many has no effect at the end of the file. Before that, most likely the block before it ended too early.</summary>
    private void SkipCloseBrace()
    {
        SourcePlace place = Current.Token.Place;
        _tokens.Advance();
        if (Current.Kind == TokenKind.End)
        {
            _diagnostics.Warning(place, "unexpected '}' has no effect: delete it");
        }
        else
        {
            _diagnostics.Error(place, "unexpected '}': expected a server block");
        }
    }

    private List<Token> ParseKeys()
    {
        List<Token> keys = [];
        bool expectsAnother = true;
        while (Current.Kind == TokenKind.Word && (expectsAnother || _tokens.IsOnSameLine))
        {
            Token key = Current.Token;
            expectsAnother = key.Text.EndsWith(',');
            string text = expectsAnother ? key.Text[..^1] : key.Text;
            if (text.Length > 0)
            {
                keys.Add(key with { Text = text });
            }

            _tokens.Advance();
        }

        if (expectsAnother && keys.Count > 0)
        {
            _diagnostics.Error(Current.Token.Place, "no zone after the comma: expected another zone");
        }

        return keys;
    }

    private void ParseSnippet(Token name)
    {
        SourcePlace open = Current.Token.Place;
        List<LexedToken> body = [];
        for (int depth = 1; ;)
        {
            _tokens.AdvanceRaw();
            depth += Current.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (Current.Kind == TokenKind.End)
            {
                ReportUnclosed(open);
                return;
            }

            if (depth == 0)
            {
                break;
            }

            body.Add(Current);
        }

        _imports.AddSnippet(name, body);
        _tokens.Advance();
    }

    /// <summary>Reads the lines between braces, both braces included.</summary>
    private List<DirectiveSyntax> ParseLines(int depth)
    {
        SourcePlace open = Current.Token.Place;
        List<DirectiveSyntax> lines = [];
        if (depth > CorefileLimits.Depth)
        {
            _diagnostics.Error(open, $"braces are nested too deep: at most {CorefileLimits.Depth} levels");
            SkipBraces();
            return lines;
        }

        _tokens.Advance();
        while (Current.Kind != TokenKind.Close)
        {
            if (Current.Kind == TokenKind.End)
            {
                ReportUnclosed(open);
                return lines;
            }

            ParseLine(lines, depth);
        }

        _tokens.Advance();
        return lines;
    }

    private void ParseLine(List<DirectiveSyntax> lines, int depth)
    {
        if (Current.Kind == TokenKind.Open)
        {
            _diagnostics.Error(Current.Token.Place, "unexpected '{': a brace must be at the end of its directive's line");
            SkipBraces();
            return;
        }

        Token name = Current.Token;
        List<Token> arguments = [];
        _tokens.Advance();
        while (Current.Kind == TokenKind.Word && _tokens.IsOnSameLine)
        {
            arguments.Add(Current.Token);
            _tokens.Advance();
        }

        bool hasBlock = Current.Kind == TokenKind.Open && _tokens.IsOnSameLine;
        IReadOnlyList<DirectiveSyntax> block = hasBlock ? ParseLines(depth + 1) : [];
        lines.Add(new DirectiveSyntax(name, arguments, block, hasBlock));
    }

    /// <summary>Goes past a brace, what it opens, and the brace that closes it; without recursion, however deep.</summary>
    private void SkipBraces()
    {
        SourcePlace open = Current.Token.Place;
        int depth = 0;
        do
        {
            if (Current.Kind == TokenKind.End)
            {
                ReportUnclosed(open);
                return;
            }

            depth += Current.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            _tokens.Advance();
        }
        while (depth > 0);
    }

    private void ReportUnclosed(SourcePlace open)
        => _diagnostics.Error(open, "'{' is never closed: expected '}' before the end of the file");
}
