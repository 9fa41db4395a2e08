using System.Diagnostics.CodeAnalysis;
using ClusterDns.GoText.RegularExpressions.Groups;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>
/// Finds the groups of a regular expression in an ASCII text without allocating, which the runtime's expressions cannot. It is slower than those in finding
/// out whether a text matches at all. Extents are always as in Go.
/// </summary>
public sealed class GoRegexGroups
{
    private readonly PatternProgram _program;

    private GoRegexGroups(PatternProgram program) => _program = program;

    /// <summary>How many places <see cref="TryFind"/> writes: two for each group.</summary>
    public int PlaceCount => _program.SlotCount;

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">An expression that <see cref="GoRegex.TryCompile(string, out System.Text.RegularExpressions.Regex?, out string)"/> accepts.</param>
    /// <param name="groups">The numbers of the groups to find, each once and in the expression; 0 is the whole match.</param>
    /// <param name="compiled">The compiled expression.</param>
    /// <returns>False when the expression has more than 10,000 steps, or more than 400,000 steps multiplied by places.</returns>
    public static bool TryCompile(string expression, IReadOnlyList<int> groups, [NotNullWhen(true)] out GoRegexGroups? compiled)
    {
        ArgumentNullException.ThrowIfNull(groups);
        (PatternNode root, int groupCount) = PatternParser.Parse(expression);
        PatternProgram? program = PatternProgram.TryCompile(root, groupCount, groups);
        compiled = program is null ? null : new GoRegexGroups(program);
        return program is not null;
    }

    /// <summary>Finds the leftmost match.</summary>
    /// <param name="text">The text, in ASCII.</param>
    /// <param name="places">
    /// Receives the start and the end of each group, in the order given to <see cref="TryCompile"/>; -1 for a group that is not in the match.
    /// It has <see cref="PlaceCount"/> elements.
    /// </param>
    /// <returns>Whether the text matches. Where it does not, <paramref name="places"/> is not written.</returns>
    public bool TryFind(scoped ReadOnlySpan<byte> text, scoped Span<int> places) => PatternMachine.TryMatch(_program, text, places);
}
