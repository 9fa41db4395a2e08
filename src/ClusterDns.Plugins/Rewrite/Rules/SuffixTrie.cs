namespace ClusterDns.Plugins.Rewrite.Rules;

/// <summary>
/// The numbers of rules by the text that a name ends with, found from the name's end on, however many rules there are. What several texts end
/// with is compared once.
/// </summary>
internal sealed class SuffixTrie
{
    private readonly Node _root;

    /// <summary>A trie.</summary>
    /// <param name="rules">The texts, none empty, with the numbers of their rules.</param>
    public SuffixTrie(IEnumerable<(byte[] Suffix, int Rule)> rules) => _root = Build([], [.. rules]);

    /// <summary>The lowest number of a rule whose text a name ends with.</summary>
    /// <param name="text">The name's text.</param>
    /// <param name="from">The least number that counts.</param>
    /// <returns>The number, or <see cref="int.MaxValue"/> for none.</returns>
    public int Find(ReadOnlySpan<byte> text, int from)
    {
        int found = int.MaxValue;
        Node? node = _root;
        while (node is not null && text.EndsWith(node.Segment))
        {
            text = text[..^node.Segment.Length];
            found = Math.Min(found, RuleNumbers.FindFrom(node.Rules, from));
            if (text.IsEmpty)
            {
                break;
            }

            int child = node.Keys.AsSpan().IndexOf(text[^1]);
            node = child < 0 ? null : node.Children[child];
        }

        return found;
    }

    /// <summary>A node of texts that all end with a segment and differ before it.</summary>
    private static Node Build(byte[] segment, (byte[] Text, int Rule)[] rules)
    {
        int[] ended = [.. rules.Where(static rule => rule.Text.Length == 0).Select(static rule => rule.Rule).Order()];
        IGrouping<byte, (byte[] Text, int Rule)>[] groups =
            [.. rules.Where(static rule => rule.Text.Length > 0).GroupBy(static rule => rule.Text[^1])];
        return new Node(segment, ended, [.. groups.Select(static group => group.Key)], [.. groups.Select(static group => BuildChild([.. group]))]);
    }

    private static Node BuildChild((byte[] Text, int Rule)[] rules)
    {
        ReadOnlySpan<byte> common = rules[0].Text;
        foreach ((byte[] text, _) in rules)
        {
            int length = Math.Min(common.Length, text.Length);
            int same = 0;
            while (same < length && common[^(same + 1)] == text[^(same + 1)])
            {
                same++;
            }

            common = common[^same..];
        }

        int segment = common.Length;
        return Build(common.ToArray(), [.. rules.Select(rule => (rule.Text[..^segment], rule.Rule))]);
    }

    private sealed class Node(byte[] segment, int[] rules, byte[] keys, Node[] children)
    {
        public byte[] Segment => segment;

        public int[] Rules => rules;

        public byte[] Keys => keys;

        public Node[] Children => children;
    }
}

/// <summary>Numbers of rules in rising order.</summary>
internal static class RuleNumbers
{
    /// <summary>The first number that is not below another, or <see cref="int.MaxValue"/>.</summary>
    /// <param name="rules">The numbers.</param>
    /// <param name="from">The other.</param>
    public static int FindFrom(int[] rules, int from)
    {
        if (rules.Length == 0 || rules[^1] < from)
        {
            return int.MaxValue;
        }

        if (rules[0] >= from)
        {
            return rules[0];
        }

        int index = Array.BinarySearch(rules, from);
        return rules[index < 0 ? ~index : index];
    }
}
