namespace ClusterDns.Core.Corefiles;

internal enum TokenKind
{
    Word,
    Open,
    Close,

    /// <summary>Nothing more.</summary>
    End,
}

/// <summary>A token with what the grammar asks of it: its kind, and whether it is the first of its line.</summary>
internal readonly record struct LexedToken(Token Token, TokenKind Kind, bool StartsLine)
{
    /// <summary>Whether this can be an import: an unquoted word that was <c>import</c> before the environment came in.</summary>
    public bool IsImport { get; init; }
}
