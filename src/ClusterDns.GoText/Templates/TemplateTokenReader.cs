namespace ClusterDns.GoText.Templates;

/// <summary>Reads the tokens of a template in order.</summary>
/// <param name="tokens">The tokens; the last is an end.</param>
internal sealed class TemplateTokenReader(IReadOnlyList<TemplateToken> tokens)
{
    private int _position;

    /// <summary>The next token.</summary>
    public TemplateToken Peek() => tokens[_position];

    /// <summary>The next token that is not a space.</summary>
    public TemplateToken PeekPastSpace() => tokens[tokens[_position].Kind == TemplateTokenKind.Space ? _position + 1 : _position];

    /// <summary>Reads a token; the end any number of times.</summary>
    public TemplateToken Read()
    {
        TemplateToken token = tokens[_position];
        _position += token.Kind == TemplateTokenKind.End ? 0 : 1;
        return token;
    }

    /// <summary>Reads a token, and a space before it.</summary>
    public TemplateToken ReadPastSpace()
    {
        SkipSpace();
        return Read();
    }

    /// <summary>Reads a space, if there is one.</summary>
    public bool SkipSpace()
    {
        bool isSpace = Peek().Kind == TemplateTokenKind.Space;
        _position += isSpace ? 1 : 0;
        return isSpace;
    }

    /// <summary>The token some places further on; spaces count.</summary>
    /// <param name="distance">0 for the next.</param>
    public TemplateToken PeekAt(int distance) => tokens[Math.Min(_position + distance, tokens.Count - 1)];

    /// <summary>Reads the end of an action.</summary>
    /// <exception cref="TemplateSyntaxException">Something else comes.</exception>
    public void ExpectClose()
    {
        TemplateToken token = ReadPastSpace();
        if (token.Kind != TemplateTokenKind.Close)
        {
            throw new TemplateSyntaxException(token.Position, $"unexpected {token}: expected '}}}}'");
        }
    }
}
