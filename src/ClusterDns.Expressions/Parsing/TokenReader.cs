namespace ClusterDns.Expressions.Parsing;

/// <summary>Reads the tokens of an expression in order, and counts what is made of them.</summary>
/// <param name="tokens">The tokens; the last is an end.</param>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    private int _position;
    private int _nodes;
    private int _depth;

    /// <summary>The next token.</summary>
    public Token Current => tokens[_position];

    /// <summary>The token behind the next.</summary>
    public Token Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    /// <summary>Reads a token; the end any number of times.</summary>
    public Token Read()
    {
        Token token = Current;
        _position += token.Kind == TokenKind.End ? 0 : 1;
        return token;
    }

    /// <summary>Reads an operator or bracket, where it is next.</summary>
    public bool TrySkip(string text)
    {
        bool isNext = Current.Is(text);
        _position += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Reads an operator or bracket.</summary>
    /// <exception cref="ExpressionException">Something else is next.</exception>
    public void Expect(string text)
    {
        if (!TrySkip(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    /// <summary>Reads a name.</summary>
    /// <param name="expected">What is expected, for a message.</param>
    /// <exception cref="ExpressionException">Something else is next.</exception>
    public Token ExpectName(string expected) => Current.Kind == TokenKind.Name ? Read() : throw Unexpected(expected);

    /// <summary>The error that the next token is not what is expected.</summary>
    public ExpressionException Unexpected(string expected) => new(Current.Offset, $"unexpected {Current}: expected {expected}");

    /// <summary>Begins a part within another.</summary>
    /// <exception cref="ExpressionException">There are too many within one another.</exception>
    public void Enter()
    {
        if (++_depth > ExpressionLimits.MaxDepth)
        {
            throw new ExpressionException(Current.Offset, "expression too deep: at most 100 parts within one another are accepted");
        }
    }

    /// <summary>Ends a part.</summary>
    public void Leave() => _depth--;

    /// <summary>Counts a part.</summary>
    /// <exception cref="ExpressionException">There are too many.</exception>
    public T Count<T>(T node)
        where T : Syntax
        => ++_nodes <= ExpressionLimits.MaxNodes
            ? node
            : throw new ExpressionException(node.Offset, "expression too long: at most 10,000 operators, operands and calls are accepted");
}
