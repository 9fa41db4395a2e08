namespace ClusterDns.GoText.Templates;

/// <summary>
/// Cuts a template into text and the tokens of its actions. A minus sign and a space behind <c>{{</c>, or before <c>}}</c>, trim the
/// text beside it; comments are left out.
/// </summary>
internal sealed class TemplateLexer
{
    private const string Open = "{{";
    private const string Close = "}}";

    private readonly string _text;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;

    private TemplateLexer(string text) => _text = text;

    private bool AtEnd => _position == _text.Length;

    /// <summary>All tokens of a template; the last is <see cref="TemplateTokenKind.End"/>.</summary>
    /// <param name="text">The template.</param>
    /// <exception cref="TemplateSyntaxException">Something in it is not a token.</exception>
    public static IReadOnlyList<TemplateToken> Tokenize(string text)
    {
        TemplateLexer lexer = new(text);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        bool trimsStart = false;
        while (!AtEnd)
        {
            int start = _position;
            int open = _text.IndexOf(Open, start, StringComparison.Ordinal);
            int end = open < 0 ? _text.Length : open;
            bool trimsEnd = open >= 0 && StartsWith("{{- ", open, 3);
            AddText(start, end, trimsStart, trimsEnd);
            if (open < 0)
            {
                _position = end;
                break;
            }

            _position = open + (trimsEnd ? 3 : 2);
            trimsStart = TryReadComment(open, out bool trimsAfterComment) ? trimsAfterComment : ReadAction(open);
        }

        Add(TemplateTokenKind.End, "", _text.Length);
    }

    private void AddText(int start, int end, bool trimsStart, bool trimsEnd)
    {
        while (trimsStart && start < end && IsSpace(_text[start]))
        {
            start++;
        }

        while (trimsEnd && end > start && IsSpace(_text[end - 1]))
        {
            end--;
        }

        if (start < end)
        {
            Add(TemplateTokenKind.Text, _text[start..end], start);
        }
    }

    private bool TryReadComment(int open, out bool trims)
    {
        trims = false;
        int start = _position;
        while (start > open + 2 && start < _text.Length && IsSpace(_text[start]))
        {
            start++;
        }

        if (!StartsWith("/*", start, 2))
        {
            return false;
        }

        int end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateSyntaxException(start, "a comment is never closed: expected '*/'");
        }

        _position = end + 2;
        if (TrySkip(Close))
        {
            return true;
        }

        trims = !AtEnd && IsSpace(_text[_position]) && StartsWith("-}}", _position + 1, 3);
        if (!trims)
        {
            throw new TemplateSyntaxException(_position, "unexpected text after a comment: expected '}}'");
        }

        _position += 4;
        return true;
    }

    /// <returns>Whether the text behind the action is trimmed.</returns>
    private bool ReadAction(int open)
    {
        Add(TemplateTokenKind.Open, Open, open);
        while (true)
        {
            if (AtEnd)
            {
                throw new TemplateSyntaxException(open, "an action is never closed: expected '}}'");
            }

            int start = _position;
            if (TrySkip(Close))
            {
                Add(TemplateTokenKind.Close, Close, start);
                return false;
            }

            while (!AtEnd && IsSpace(_text[_position]))
            {
                _position++;
            }

            if (_position > start)
            {
                Add(TemplateTokenKind.Space, " ", start);
                if (TrySkip("-}}"))
                {
                    Add(TemplateTokenKind.Close, Close, start);
                    return true;
                }

                continue;
            }

            ReadToken(start);
        }
    }

    private void ReadToken(int start)
    {
        char first = _text[_position];
        bool isNumber = char.IsAsciiDigit(first) || first is '+' or '-' ||
            (first == '.' && _position + 1 < _text.Length && char.IsAsciiDigit(_text[_position + 1]));
        if (isNumber)
        {
            ReadNumber(start);
            return;
        }

        switch (first)
        {
            case '"':
                ReadQuoted(TemplateTokenKind.String, '"', start);
                break;
            case '\'':
                ReadQuoted(TemplateTokenKind.Number, '\'', start);
                break;
            case '`':
                ReadRaw(start);
                break;
            case '$':
                _position++;
                SkipName();
                ExpectEndOfName(start);
                Add(TemplateTokenKind.Variable, _text[start.._position], start);
                break;
            case '.':
                _position++;
                SkipName();
                ExpectEndOfName(start);
                Add(_position == start + 1 ? TemplateTokenKind.Sign : TemplateTokenKind.Field, _position == start + 1 ? "." : _text[(start + 1).._position], start);
                break;
            case '|' or '(' or ')' or ',' or '=':
                _position++;
                Add(TemplateTokenKind.Sign, first.ToString(), start);
                break;
            case ':' when StartsWith(":=", _position, 2):
                _position += 2;
                Add(TemplateTokenKind.Sign, ":=", start);
                break;
            default:
                ReadWord(start);
                break;
        }
    }

    private void ReadWord(int start)
    {
        SkipName();
        if (_position == start)
        {
            throw new TemplateSyntaxException(start, $"unexpected '{_text[start]}'");
        }

        ExpectEndOfName(start);
        Add(TemplateTokenKind.Word, _text[start.._position], start);
    }

    private void ReadNumber(int start)
    {
        _position++;
        while (!AtEnd)
        {
            char next = _text[_position];
            bool isExponentSign = next is '+' or '-' && GoConstant.IsExponent(_text.AsSpan(start, _position - start));
            if (!isExponentSign && !IsNameCharacter(next) && next != '.')
            {
                break;
            }

            _position++;
        }

        Add(TemplateTokenKind.Number, _text[start.._position], start);
    }

    private void ReadQuoted(TemplateTokenKind kind, char quote, int start)
    {
        _position++;
        while (!AtEnd && _text[_position] is not '\n')
        {
            char next = _text[_position++];
            if (next == quote)
            {
                Add(kind, _text[start.._position], start);
                return;
            }

            _position += next == '\\' && !AtEnd && _text[_position] != '\n' ? 1 : 0;
        }

        throw new TemplateSyntaxException(start, $"a quote is never closed: expected {quote}");
    }

    private void ReadRaw(int start)
    {
        int end = _text.IndexOf('`', start + 1);
        if (end < 0)
        {
            throw new TemplateSyntaxException(start, "a quote is never closed: expected `");
        }

        _position = end + 1;
        Add(TemplateTokenKind.String, _text[start.._position], start);
    }

    private void SkipName()
    {
        while (!AtEnd && IsNameCharacter(_text[_position]))
        {
            _position++;
        }
    }

    private void ExpectEndOfName(int start)
    {
        bool isEnd = AtEnd || IsSpace(_text[_position]) || _text[_position] is '.' or ',' or '|' or ':' or ')' or '(' || StartsWith(Close, _position, 2);
        if (!isEnd)
        {
            throw new TemplateSyntaxException(_position, $"unexpected '{_text[_position]}' after '{_text[start.._position]}': expected a space");
        }
    }

    private bool TrySkip(string text)
    {
        bool isNext = StartsWith(text, _position, text.Length);
        _position += isNext ? text.Length : 0;
        return isNext;
    }

    /// <summary>Whether a text is at a position; a space in it matches any white space.</summary>
    private bool StartsWith(string text, int position, int plainLength)
        => string.CompareOrdinal(_text, position, text, 0, plainLength) == 0
            && (text.Length == plainLength || (position + plainLength < _text.Length && IsSpace(_text[position + plainLength])));

    private void Add(TemplateTokenKind kind, string text, int position) => _tokens.Add(new TemplateToken(kind, text, position));

    private static bool IsSpace(char character) => character is ' ' or '\t' or '\r' or '\n';

    private static bool IsNameCharacter(char character) => character == '_' || char.IsLetterOrDigit(character);
}
