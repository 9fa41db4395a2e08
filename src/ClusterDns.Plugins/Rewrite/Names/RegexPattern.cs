using System.Text.RegularExpressions;
using ClusterDns.GoText.RegularExpressions;

namespace ClusterDns.Plugins.Rewrite.Names;

/// <summary>
/// Matches names in which a regular expression is found. Whether it is, the runtime's expression says, which is the fastest; where its groups
/// are, <see cref="GoRegexGroups"/>, which does not allocate.
/// </summary>
internal sealed class RegexPattern : NamePattern
{
    private readonly Regex _regex;
    private readonly NameTemplate _to;
    private readonly GoRegexGroups? _groups;

    private RegexPattern(Regex regex, NameTemplate to, GoRegexGroups? groups)
    {
        _regex = regex;
        _to = to;
        _groups = groups;
    }

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">The expression, in RE2's syntax.</param>
    /// <param name="to">The new name, in which <c>{1}</c> is a group of the old; empty for an expression that only matches.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    public static RegexPattern? TryCreate(string expression, string to, out string problem)
    {
        if (!GoRegex.TryCompile(expression, out Regex? regex, out IReadOnlyList<string> names, out problem))
        {
            return null;
        }

        NameTemplate template = new(to, names.Count - 1);
        if (template.Groups.Count == 0)
        {
            return new RegexPattern(regex!, template, groups: null);
        }

        if (!GoRegexGroups.TryCompile(expression, template.Groups, out GoRegexGroups? groups))
        {
            problem = $"'{expression}' is too large for a rule that uses its groups: write fewer repetitions or groups";
            return null;
        }

        return new RegexPattern(regex!, template, groups);
    }

    /// <inheritdoc/>
    public override bool Matches(ref NameText name) => _regex.IsMatch(name.Characters);

    /// <inheritdoc/>
    protected override int Replace(ref NameText name, scoped Span<byte> text)
    {
        Span<int> places = stackalloc int[_groups?.PlaceCount ?? 0];
        if (_groups?.TryFind(name.Bytes, places) == false)
        {
            places.Fill(-1);
        }

        TextBuffer target = new(text);
        _to.Write(name.Bytes, places, ref target);
        return target.Length;
    }
}
