namespace ClusterDns.Core.Corefiles;

/// <summary>Judges the directives of a Corefile by their names.</summary>
public static class CorefileValidator
{
    /// <summary>Reports directives that do not exist, and those that this build does not have.</summary>
    /// <param name="document">The Corefile.</param>
    /// <param name="known">The names of all plugins.</param>
    /// <param name="isBuilt">Whether this build has a plugin.</param>
    /// <param name="diagnostics">Where the errors go.</param>
    public static void Validate(
        CorefileDocument document, IReadOnlyCollection<string> known, Func<string, bool> isBuilt, DiagnosticBag diagnostics)
    {
        foreach (ServerBlockSyntax block in document.Blocks)
        {
            foreach (DirectiveSyntax directive in block.Directives)
            {
                string name = directive.Name.Text;
                if (!known.Contains(name, StringComparer.Ordinal))
                {
                    diagnostics.Error(
                        directive.Place, $"unknown directive '{name}': expected the name of a plugin", NearMiss.Find(name, known));
                }
                else if (!isBuilt(name))
                {
                    diagnostics.Error(directive.Place, $"plugin '{name}' is not supported by this version");
                }
            }
        }
    }
}
