namespace ClusterDns.Core.Corefiles;

/// <summary>A server block as written: the zones it is for, and its directives in the order of the file.</summary>
/// <param name="Keys">The zones with scheme and port as written, such as <c>dns://example.org:53</c>; at least one.</param>
/// <param name="Directives">The directives, imports resolved.</param>
/// <param name="Place">The position of the first key.</param>
public sealed record ServerBlockSyntax(
    IReadOnlyList<Token> Keys,
    IReadOnlyList<DirectiveSyntax> Directives,
    SourcePlace Place)
{
    /// <summary>Whether the block has a directive of that name.</summary>
    public bool Has(string directive)
    {
        foreach (var candidate in Directives)
        {
            if (string.Equals(candidate.Name.Text, directive, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
