namespace ClusterDns.Expressions.Parsing;

/// <summary>Reads the tokens of an expression.</summary>
/// <param name="text">The expression.</param>
internal sealed class Lexer(string text)
{
    private static readonly string[] LongOperators = ["??", "?.", "::", "||", "&&", "==", "!=", "<=", ">=", "**", ".."];

    private static readonly string[] Words = ["not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"];

    private int _position;

    /// <summary>Reads all tokens; the last is an end.</summary>
    /// <exception cref="ExpressionException">Something is no token.</exception>
    public static List<Token> Read(string text)
    {
        Lexer lexer = new(text);
        List<Token> tokens = [];
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipBlanks();
        int start = _position;
        if (start == text.Length)
        {
            return new Token(TokenKind.End, "", start);
        }

        char character = text[start];
        switch (character)
        {
            case '\'' or '"':
                return new Token(TokenKind.Text, StringLiteral.Read(text, ref _position), start);
            case '`':
                return new Token(TokenKind.Text, StringLiteral.ReadRaw(text, ref _position), start);
            case 'b' or 'B' when Peek(1) is '\'' or '"':
                _position++;
                byte[] bytes = StringLiteral.ReadBytes(text, ref _position);
                return new Token(TokenKind.Bytes, text[start.._position], start) { Bytes = bytes };
            case '.' when char.IsAsciiDigit(Peek(1)):
                return ReadNumber();
            case '#':
                _position++;
                return new Token(TokenKind.Operator, "#" + ReadWord(), start);
            case '(' or '[' or '{' or ')' or ']' or '}':
                _position++;
                return new Token(TokenKind.Bracket, text[start.._position], start);
        }

        if (char.IsAsciiDigit(character))
        {
            return ReadNumber();
        }

        if (IsWordCharacter(character))
        {
            string word = ReadWord();
            return new Token(Words.Contains(word, StringComparer.Ordinal) ? TokenKind.Operator : TokenKind.Name, word, start);
        }

        return ReadOperator();
    }

    private Token ReadOperator()
    {
        int start = _position;
        foreach (string known in LongOperators)
        {
            if (text.AsSpan(start).StartsWith(known, StringComparison.Ordinal))
            {
                _position += known.Length;
                return new Token(TokenKind.Operator, known, start);
            }
        }

        if (!"+-*/%^<>!=?:,;.|".Contains(text[start], StringComparison.Ordinal))
        {
            throw new ExpressionException(
                start, $"unexpected character '{text[start]}': operators are + - * / % ** == != < <= > >= && || ! ?? | .. and words such as 'and', 'in' and 'matches'");
        }

        _position++;
        return new Token(TokenKind.Operator, text[start.._position], start);
    }

    private Token ReadNumber()
    {
        int start = _position;
        string digits = "0123456789_";
        if (text[start] == '0' && Peek(1) is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            digits = (Peek(1) | 0x20) switch
            {
                'x' => "0123456789abcdefABCDEF_",
                'o' => "01234567_",
                _ => "01_",
            };
            _position += 2;
        }

        SkipAny(digits);

        // Two dots are the operator of ranges, as in 1..3.
        if (Peek(0) == '.' && Peek(1) != '.')
        {
            _position++;
            SkipAny(digits);
        }

        if (Peek(0) is 'e' or 'E')
        {
            _position++;
            _position += Peek(0) is '+' or '-' ? 1 : 0;
            SkipAny(digits);
        }

        if (IsWordCharacter(Peek(0)))
        {
            ReadWord();
            throw new ExpressionException(start, $"invalid number '{text[start.._position]}': expected for example 42, 0x2A, 1_000, 0.5 or 1e3");
        }

        return new Token(TokenKind.Number, text[start.._position], start);
    }

    private string ReadWord()
    {
        int start = _position;
        while (IsWordCharacter(Peek(0)))
        {
            _position++;
        }

        return text[start.._position];
    }

    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            if (char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }
            else if (text.AsSpan(_position).StartsWith("//", StringComparison.Ordinal))
            {
                int end = text.IndexOf('\n', _position);
                _position = end < 0 ? text.Length : end + 1;
            }
            else if (text.AsSpan(_position).StartsWith("/*", StringComparison.Ordinal))
            {
                int end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
                _position = end >= 0 ? end + 2 : throw new ExpressionException(_position, "unterminated comment: expected '*/'");
            }
            else
            {
                return;
            }
        }
    }

    private void SkipAny(string characters)
    {
        while (_position < text.Length && characters.Contains(text[_position], StringComparison.Ordinal))
        {
            _position++;
        }
    }

    private char Peek(int distance) => _position + distance < text.Length ? text[_position + distance] : '\0';

    private static bool IsWordCharacter(char character) => character is '_' or '$' || char.IsLetter(character) || char.IsDigit(character);
}
