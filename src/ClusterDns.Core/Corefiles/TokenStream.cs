namespace ClusterDns.Core.Corefiles;

/// <summary>
/// The tokens of a Corefile in the order in which they count: an import at the start of a line gives way to what it names, as
/// soon as the reader comes to it.
/// </summary>
internal sealed class TokenStream
{
    private readonly ImportResolver _imports;
    private readonly DiagnosticBag _diagnostics;
    private readonly Stack<Frame> _frames = new();
    private SourcePlace _last;
    private int _importCount;
    private int _tokenCount;

    /// <summary>A stream, positioned at its first token.</summary>
    public TokenStream(string name, IReadOnlyList<LexedToken> tokens, ImportResolver imports, DiagnosticBag diagnostics)
    {
        _imports = imports;
        _diagnostics = diagnostics;
        _last = new SourcePlace(name, 1, 1);
        _frames.Push(new Frame(name, tokens));
        Advance();
    }

    /// <summary>The token that comes next; of kind <see cref="TokenKind.End"/> when there is none.</summary>
    public LexedToken Current { get; private set; }

    /// <summary>Whether the current token is on the line of the one before it.</summary>
    public bool IsOnSameLine => Current.Kind != TokenKind.End && !Current.StartsLine;

    /// <summary>Advances to the next token, through imports.</summary>
    public void Advance()
    {
        while (true)
        {
            AdvanceRaw();
            if (!Current.IsImport || !Current.StartsLine)
            {
                return;
            }

            Import();
        }
    }

    /// <summary>Advances to the next token and leaves imports as they are.</summary>
    public void AdvanceRaw()
    {
        while (_frames.TryPeek(out Frame? frame))
        {
            if (frame.Next < frame.Tokens.Count)
            {
                Current = frame.Tokens[frame.Next++];
                _last = Current.Token.Place;
                if (++_tokenCount > CorefileLimits.Tokens)
                {
                    _diagnostics.Error(_last, $"too many words in the Corefile: at most {CorefileLimits.Tokens} with all imports");
                    _frames.Clear();
                    break;
                }

                return;
            }

            _frames.Pop();
        }

        Current = new LexedToken(new Token("", _last), TokenKind.End, StartsLine: true);
    }

    private void Import()
    {
        Token import = Current.Token;
        Frame importer = _frames.Peek();
        List<Token> arguments = [];
        while (importer.Next < importer.Tokens.Count && importer.Tokens[importer.Next] is { StartsLine: false, Kind: TokenKind.Word } argument)
        {
            arguments.Add(argument.Token);
            importer.Next++;
        }

        if (arguments.Count != 1)
        {
            _diagnostics.Error(import.Place, $"import has {arguments.Count} arguments: expected a file, a pattern or a snippet");
            return;
        }

        if (++_importCount > CorefileLimits.Imports)
        {
            _diagnostics.Error(import.Place, $"too many imports: at most {CorefileLimits.Imports}");
            _frames.Clear();
            return;
        }

        IReadOnlyList<(string Name, IReadOnlyList<LexedToken> Tokens)> found = _imports.Resolve(arguments[0]);
        for (int i = found.Count - 1; i >= 0; i--)
        {
            if (IsLoop(found[i].Name, arguments[0].Place))
            {
                return;
            }
        }

        // A frame's neighbours are not its importers: those of one pattern share a frame.
        _frames.Push(new Frame(found.Count == 1 ? found[0].Name : "", [.. found.SelectMany(static file => file.Tokens)])
        {
            Names = [.. found.Select(static file => file.Name)],
        });
    }

    private bool IsLoop(string name, SourcePlace place)
    {
        List<string> path = [];
        bool isLoop = false;
        foreach (Frame frame in _frames.Reverse())
        {
            isLoop |= frame.Names.Contains(name, StringComparer.Ordinal);
            if (isLoop)
            {
                path.Add(path.Count == 0 ? name : frame.Name.Length > 0 ? frame.Name : frame.Names[0]);
            }
        }

        if (isLoop)
        {
            _diagnostics.Error(place, $"import loop: {string.Join(" -> ", path)} -> {name}");
        }

        return isLoop;
    }

    private sealed class Frame(string name, IReadOnlyList<LexedToken> tokens)
    {
        public string Name { get; } = name;

        public IReadOnlyList<string> Names { get; init; } = [name];

        public IReadOnlyList<LexedToken> Tokens { get; } = tokens;

        public int Next { get; set; }
    }
}
