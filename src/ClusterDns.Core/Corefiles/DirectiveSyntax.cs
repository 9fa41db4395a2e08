namespace ClusterDns.Core.Corefiles;

/// <summary>
/// One line of a block: a directive (<c>forward . 192.0.2.1 { … }</c>) or, inside a directive's braces, one of its
/// option lines (<c>max_fails 3</c>), which may have braces of their own.
/// </summary>
/// <param name="Name">The first word of the line.</param>
/// <param name="Arguments">The other words of the line, without the brace.</param>
/// <param name="Block">The lines between the braces; empty without braces.</param>
/// <param name="HasBlock">Whether there were braces, if only <c>{ }</c>.</param>
public sealed record DirectiveSyntax(
    Token Name,
    IReadOnlyList<Token> Arguments,
    IReadOnlyList<DirectiveSyntax> Block,
    bool HasBlock)
{
    /// <summary>Where the line begins.</summary>
    public SourcePlace Place => Name.Place;
}
