using System.Buffers;
using System.Text;

namespace ClusterDns.Core.Corefiles;

/// <summary>
/// Cuts the text of one file into words and braces. A word ends at white space or at <c>#</c>, which begins a comment; a word
/// that begins with a quote ends at the next one and keeps its spaces and line breaks. Within quotes <c>\"</c> is a quote, and
/// every other backslash is itself. Only a brace that is a word of its own is a brace.
/// </summary>
internal sealed class Lexer
{
    private static readonly SearchValues<char> CurlyQuotes = SearchValues.Create("\u201C\u201D\u201E\u2018\u2019\u00AB\u00BB");
    private static readonly SearchValues<char> InvisibleCharacters = SearchValues.Create("\u200B\u200C\u200D\u2060\uFEFF\u00AD");

    private readonly string _file;
    private readonly string _text;
    private readonly EnvironmentExpander _environment;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<LexedToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _column = 1;
    private int _lineOfLastToken;
    private bool _warnedOfSpaces;

    private Lexer(string file, string text, EnvironmentExpander environment, DiagnosticBag diagnostics)
    {
        _file = file;
        _text = text;
        _environment = environment;
        _diagnostics = diagnostics;
    }

    private SourcePlace Here => new(_file, _line, _column);

    private bool AtEnd => _position == _text.Length;

    /// <summary>All tokens of a text, in order, without an end marker. Never throws: what is wrong is reported and read past.</summary>
    public static IReadOnlyList<LexedToken> Tokenize(
        string file, string text, EnvironmentExpander environment, DiagnosticBag diagnostics)
    {
        Lexer lexer = new(file, text, environment, diagnostics);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (!AtEnd && _tokens.Count < CorefileLimits.Tokens)
        {
            char next = _text[_position];
            if (char.IsWhiteSpace(next))
            {
                if (next > '\x7f')
                {
                    WarnOfSpace(next);
                }

                Advance();
            }
            else if (next == '#')
            {
                SkipToLineEnd();
            }
            else if (next == '"')
            {
                ReadQuoted();
            }
            else
            {
                ReadWord();
            }
        }
    }

    /// <summary>Spaces from a word processor or a web page. They separate words as others do.</summary>
    private void WarnOfSpace(char space)
    {
        if (_warnedOfSpaces)
        {
            return;
        }

        _warnedOfSpaces = true;
        _diagnostics.Warning(Here, $"a non-breaking or other unusual space (U+{(int)space:X4}) is read as a space: replace it with an ordinary space");
    }

    private void WarnOfLookalikes(string word, SourcePlace place)
    {
        int index = word.AsSpan().IndexOfAny(CurlyQuotes);
        if (index >= 0)
        {
            _diagnostics.Warning(place, $"curly quote U+{(int)word[index]:X4} in '{word}' does not quote: use the straight quote '\"'");
        }

        index = word.AsSpan().IndexOfAny(InvisibleCharacters);
        if (index >= 0)
        {
            _diagnostics.Hint(place, $"the word has an invisible character (U+{(int)word[index]:X4}): delete it");
        }
    }

    private void Advance()
    {
        char read = _text[_position++];
        if (read == '\n')
        {
            (_line, _column) = (_line + 1, 1);
        }
        else if (!char.IsLowSurrogate(read))
        {
            _column++;
        }
    }

    private void SkipToLineEnd()
    {
        while (!AtEnd && _text[_position] != '\n')
        {
            Advance();
        }
    }

    private void ReadWord()
    {
        SourcePlace place = Here;
        int start = _position;
        while (!AtEnd && _text[_position] != '#' && !char.IsWhiteSpace(_text[_position]))
        {
            Advance();
        }

        string word = _text[start.._position];
        WarnOfLookalikes(word, place);
        bool isOpenGlued = word is [_, .., '{'] && IsLineEnd();
        bool isCloseGlued = word is [_, .., '}'] && !word.Contains('{', StringComparison.Ordinal);
        if (!isOpenGlued && !isCloseGlued)
        {
            AddWord(word, place);
            return;
        }

        // Most likely a brace is meant: reading it as a separate word avoids misleading errors.
        string bare = word[..^1];
        _diagnostics.Error(place, $"'{word}' has a brace at its end: expected a space before the brace");
        AddWord(bare, place);
        AddWord(word[^1..], place with { Column = place.Column + bare.Length });
    }

    private bool IsLineEnd()
    {
        int end = _position;
        while (end < _text.Length && _text[end] is ' ' or '\t' or '\r')
        {
            end++;
        }

        return end == _text.Length || _text[end] is '\n' or '#';
    }

    private void AddWord(string word, SourcePlace place)
    {
        TokenKind kind = word switch
        {
            "{" => TokenKind.Open,
            "}" => TokenKind.Close,
            _ => TokenKind.Word,
        };
        Add(new LexedToken(new Token(kind == TokenKind.Word ? _environment.Expand(word, place) : word, place), kind, StartsLine(place))
        {
            IsImport = string.Equals(word, "import", StringComparison.Ordinal),
        });
    }

    private void ReadQuoted()
    {
        SourcePlace place = Here;
        Advance();
        (int position, int line, int column) = (_position, _line, _column);
        StringBuilder text = new();
        while (!AtEnd)
        {
            char next = _text[_position];
            Advance();
            if (next == '"')
            {
                AddQuoted(text.ToString(), place);
                return;
            }

            if (next == '\\' && !AtEnd && _text[_position] == '"')
            {
                next = '"';
                Advance();
            }

            text.Append(next);
        }

        // The other lines are judged as if the quote ended with its own line: most likely it was meant to.
        _diagnostics.Error(place, "a quote is never closed: expected '\"' before the end of the file");
        (_position, _line, _column) = (position, line, column);
        SkipToLineEnd();
        AddQuoted(_text[position.._position].TrimEnd('\r'), place);
    }

    private void AddQuoted(string text, SourcePlace place)
        => Add(new LexedToken(new Token(_environment.Expand(text, place), place, Quoted: true), TokenKind.Word, StartsLine(place)));

    private bool StartsLine(SourcePlace place) => place.Line != _lineOfLastToken;

    private void Add(LexedToken token)
    {
        _tokens.Add(token);
        _lineOfLastToken = _line;
    }
}
