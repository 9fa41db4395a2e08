namespace ClusterDns.GoText.Templates;

/// <summary>What a token of a template is.</summary>
internal enum TemplateTokenKind : byte
{
    /// <summary>Text outside of actions.</summary>
    Text,

    /// <summary><c>{{</c>.</summary>
    Open,

    /// <summary><c>}}</c>.</summary>
    Close,

    /// <summary>White space within an action.</summary>
    Space,

    /// <summary>A keyword, a constant's name or a function's.</summary>
    Word,

    /// <summary>A dot and a name.</summary>
    Field,

    /// <summary>A dollar sign, with a name or alone.</summary>
    Variable,

    /// <summary>A number, or a character in quotes.</summary>
    Number,

    /// <summary>A string in quotes or backquotes.</summary>
    String,

    /// <summary>One of <c>. | ( ) , = :=</c>.</summary>
    Sign,

    /// <summary>Nothing more.</summary>
    End,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is written; a field without its dot.</param>
/// <param name="Position">Where it begins, counted in characters from 0.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Position)
{
    /// <summary>Whether it is a certain sign or word.</summary>
    /// <param name="text">The sign or word.</param>
    public bool Is(string text)
        => Kind is TemplateTokenKind.Sign or TemplateTokenKind.Word && string.Equals(Text, text, StringComparison.Ordinal);

    /// <summary>The token as a message shows it.</summary>
    public override string ToString() => Kind switch
    {
        TemplateTokenKind.End => "end of the template",
        TemplateTokenKind.Close => "'}}'",
        TemplateTokenKind.Field => $"'.{Text}'",
        _ => $"'{Text}'",
    };
}
