using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>
/// Finds the rules that are for a name, in the order of the file: those of one name by its hash, those of an end of names in a trie, the others
/// by trying one after another.
/// </summary>
internal sealed class RuleIndex
{
    private readonly Dictionary<byte[], int[]>.AlternateLookup<ReadOnlySpan<byte>>? _exact;
    private readonly SuffixTrie? _suffixes;
    private readonly NamePattern?[] _patterns;
    private readonly int[] _tried;

    /// <summary>An index.</summary>
    /// <param name="patterns">The pattern of each rule; null for a rule that is for every name.</param>
    public RuleIndex(IReadOnlyList<NamePattern?> patterns)
    {
        _patterns = [.. patterns];
        HasPatterns = Array.Exists(_patterns, static pattern => pattern is not null);
        (NamePattern? Pattern, int Rule)[] numbered = [.. patterns.Select(static (pattern, rule) => (pattern, rule))];
        Dictionary<byte[], int[]> exact = numbered
            .Where(static item => item.Pattern is ExactPattern)
            .GroupBy(static item => ((ExactPattern)item.Pattern!).From.ToArray(), static item => item.Rule, DomainNameComparer.Instance)
            .ToDictionary(static group => group.Key, static group => group.ToArray(), DomainNameComparer.Instance);
        (byte[] Suffix, int Rule)[] suffixes =
            [.. numbered.Where(static item => item.Pattern is SuffixPattern).Select(static item => (((SuffixPattern)item.Pattern!).From.ToArray(), item.Rule))];
        _exact = exact.Count > 0 ? exact.GetAlternateLookup<ReadOnlySpan<byte>>() : null;
        _suffixes = suffixes.Length > 0 ? new SuffixTrie(suffixes) : null;
        _tried = [.. numbered.Where(static item => item.Pattern is not (ExactPattern or SuffixPattern)).Select(static item => item.Rule)];
    }

    /// <summary>Whether any rule looks at the name.</summary>
    public bool HasPatterns { get; }

    /// <summary>The number that stands for no rule.</summary>
    public static int None => int.MaxValue;

    /// <summary>The first rule for a name among those found by hash and in the trie.</summary>
    /// <param name="name">The name.</param>
    /// <param name="from">The least number that counts.</param>
    /// <returns>The rule's number, or <see cref="None"/>.</returns>
    public int FindKept(ref NameText name, int from)
    {
        int found = _suffixes?.Find(name.Bytes, from) ?? None;
        while (found != None && !_patterns[found]!.Matches(ref name))
        {
            // The text is the end of the name, but begins within an escape.
            found = _suffixes!.Find(name.Bytes, found + 1);
        }

        return _exact is { } exact && exact.TryGetValue(name.Bytes, out int[]? rules)
            ? Math.Min(found, RuleNumbers.FindFrom(rules, from))
            : found;
    }

    /// <summary>The first rule for a name among the others.</summary>
    /// <param name="name">The name.</param>
    /// <param name="from">The least number that counts.</param>
    /// <param name="before">The number to stop at.</param>
    /// <returns>The rule's number, or <paramref name="before"/>.</returns>
    public int FindTried(ref NameText name, int from, int before)
    {
        for (int i = LowerBound(from); i < _tried.Length && _tried[i] < before; i++)
        {
            if (_patterns[_tried[i]] is not { } pattern || pattern.Matches(ref name))
            {
                return _tried[i];
            }
        }

        return before;
    }

    private int LowerBound(int from)
    {
        if (from == 0)
        {
            return 0;
        }

        int index = Array.BinarySearch(_tried, from);
        return index < 0 ? ~index : index;
    }
}

/// <summary>Walks through the rules that are for a name, which may change on the way.</summary>
/// <param name="index">The rules.</param>
internal struct RuleWalk(RuleIndex index)
{
    private int _kept = -1;

    /// <summary>The next rule.</summary>
    /// <param name="name">The name as it is now.</param>
    /// <param name="from">The least number that counts.</param>
    /// <returns>The rule's number, or <see cref="RuleIndex.None"/>.</returns>
    public int Next(ref NameText name, int from)
    {
        if (_kept < from)
        {
            _kept = index.FindKept(ref name, from);
        }

        return index.FindTried(ref name, from, _kept);
    }

    /// <summary>The name has changed.</summary>
    public void Renew() => _kept = -1;
}
