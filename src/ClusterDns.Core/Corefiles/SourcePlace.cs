using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>A position in a Corefile.</summary>
/// <param name="File">The file as it was named on the command line or found by an import.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The column, counted in Unicode characters from 1; a tab counts as one.</param>
public readonly record struct SourcePlace(string File, int Line, int Column)
{
    /// <summary>The place as <c>file:line:column</c>, which editors and terminals can jump to.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}
