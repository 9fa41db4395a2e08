using System.Text;
using ClusterDns.Core.Corefiles;

namespace ClusterDns.Server.Serving;

/// <summary>Writes a server block in one fixed form, so that blocks that say the same have equal texts wherever they are.</summary>
internal static class BlockText
{
    private const char Separator = ' ';

    /// <summary>The text of a block.</summary>
    /// <param name="block">The block.</param>
    public static string Of(ServerBlockSyntax block)
    {
        StringBuilder text = new();
        foreach (Token key in block.Keys)
        {
            Append(text, key);
        }

        Append(text, block.Directives);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<DirectiveSyntax> directives)
    {
        text.Append('{');
        foreach (DirectiveSyntax directive in directives)
        {
            text.Append('\n');
            Append(text, directive.Name);
            foreach (Token argument in directive.Arguments)
            {
                Append(text, argument);
            }

            if (directive.HasBlock)
            {
                Append(text, directive.Block);
            }
        }

        text.Append('}');
    }

    private static void Append(StringBuilder text, Token token)
        => text.Append(token.Text.Length).Append(':').Append(token.Text).Append(Separator);
}
