namespace ClusterDns.Expressions.Parsing;

/// <summary>What a token is.</summary>
internal enum TokenKind : byte
{
    /// <summary>A name.</summary>
    Name,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A string of bytes.</summary>
    Bytes,

    /// <summary>An operator, a word that is one, or punctuation.</summary>
    Operator,

    /// <summary>A bracket.</summary>
    Bracket,

    /// <summary>Nothing more.</summary>
    End,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is written; of a string, its value.</param>
/// <param name="Offset">Where it begins, in characters from 0.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset)
{
    /// <summary>The bytes of a string of bytes.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Whether it is an operator or a bracket.</summary>
    /// <param name="text">Which.</param>
    public bool Is(string text) => Kind is TokenKind.Operator or TokenKind.Bracket && string.Equals(Text, text, StringComparison.Ordinal);

    /// <summary>The token as messages show it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of the expression",
        TokenKind.Text or TokenKind.Bytes => Text.Length > 20 ? $"string '{Text[..20]}…'" : $"string '{Text}'",
        _ => $"'{Text}'",
    };
}
