using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.TestKit;
using CsCheck;

namespace ClusterDns.GoText.Tests.RegularExpressions;

public sealed class GoRegexGroupsTests
{
    // What Go's regexp.FindStringSubmatch gives; "-" for a group that is not in the match.
    [Theory]
    [InlineData("(a+)(b+)", "xaabbx", "aabb|aa|bb")]
    [InlineData("(a+?)(a*)", "aaa", "aaa|a|aa")]
    [InlineData("(?U)(a+)(a*)", "aaa", "a|a|")]
    [InlineData("(a|ab)(c|bcd)(d*)", "abcd", "abcd|a|bcd|")]
    [InlineData("(a)|(b)", "b", "b|-|b")]
    [InlineData("((a)|b)*", "ab", "ab|b|a")]
    [InlineData("(a*)*", "b", "|")]
    [InlineData("(a*)+", "b", "|")]
    [InlineData("(|a)*", "aa", "|")]
    [InlineData("(|a)+", "aa", "|")]
    [InlineData("(a?|b)b", "bb", "b|")]
    [InlineData("(b.+?)+b", "bxbxb", "bxbxb|bx")]
    [InlineData("(a{2}){2,}", "aaaaaaa", "aaaaaa|aa")]
    [InlineData("(a){0,2}?b", "aab", "aab|a")]
    [InlineData("(?i)(AB)", "xaBx", "aB|aB")]
    [InlineData(@"\b(\w+)\b", "-ab-", "ab|ab")]
    [InlineData(@"(\B.)", "ab", "b|b")]
    [InlineData(@"^(.*)\.rf\.test\.$", "x.y.rf.test.", "x.y.rf.test.|x.y")]
    [InlineData("(?P<host>[a-z]+)[.]", "www.a.", "www.|www")]
    [InlineData(@"(\Qa.b\E+)", "a.bbb", "a.bbb|a.bbb")]
    [InlineData("(?m)^(b)$", "a\nb\nc", "b|b")]
    [InlineData("(?s)(.)", "\n", "\n|\n")]
    [InlineData("([[:digit:]]{1,3})", "x1234", "123|123")]
    [InlineData("(é)", "e", null)]
    [InlineData("(a)b", "ac", null)]
    public void Groups_are_those_that_Go_finds(string expression, string text, string? expected)
        => Assert.Equal(expected, Find(expression, text));

    [Fact]
    public void What_the_runtime_finds_is_found()
    {
        Gen<string> atom = OneOf("a", "b", "[ab]", "[^a]", ".", "(a)", "(b|a)", "(ab)", "^", "$", @"\b");
        Gen<string> part = Gen.Select(atom, OneOf("", "", "*", "+", "?", "{1,2}", "{2}"), static (a, q) => a is "^" or "$" or @"\b" ? a : a + q);
        Gen<string> expression = part.Array[1, 5].Select(static parts => string.Concat(parts));
        Gen<string> text = OneOf('a', 'b', 'c', '.').Array[0, 8].Select(static characters => new string(characters));
        Gen.Select(expression, text).Sample(static (expression, text) =>
        {
            Assert.True(GoRegex.TryCompile(expression, out Regex? regex, out _));
            Match match = regex!.Match(text);
            string? expected = match.Success
                ? string.Join('|', match.Groups.Values.Select(static group => group.Success ? group.Value : "-"))
                : null;
            Assert.Equal(expected, Find(expression, text));
        });
    }

    [Fact]
    public void Only_the_groups_that_are_wanted_are_found_in_their_order()
    {
        Assert.True(GoRegexGroups.TryCompile("(a)(b)(c)", [3, 1], out GoRegexGroups? groups));
        int[] places = new int[groups.PlaceCount];

        Assert.True(groups.TryFind("xabc"u8, places));
        Assert.Equal([3, 4, 1, 2], places);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        Assert.True(GoRegexGroups.TryCompile(@"^(.*)\.([a-z]+)\.test\.$", [1, 2], out GoRegexGroups? groups));
        int[] places = new int[groups.PlaceCount];
        byte[] text = "www.example.test."u8.ToArray();

        Assert.Equal(0, Allocations.Count(() => groups.TryFind(text, places)));
        Assert.Equal([0, 3, 4, 11], places);
    }

    [Theory]
    [InlineData("((((a{10}){10}){10}))", true)]
    [InlineData("((((a.){10}){10}){10})", true)]
    [InlineData("(((a.b.c.d.e.){10}){10}){10}", false)]
    public void An_expression_of_more_than_10_000_steps_is_not_compiled(string expression, bool isCompiled)
        => Assert.Equal(isCompiled, GoRegexGroups.TryCompile(expression, [1], out _));

    [Fact]
    public void Steps_multiplied_by_places_are_bounded()
    {
        string expression = string.Concat(Enumerable.Repeat("(.)", 3000));

        Assert.True(GoRegexGroups.TryCompile(expression, [.. Enumerable.Range(1, 60)], out _));
        Assert.False(GoRegexGroups.TryCompile(expression, [.. Enumerable.Range(1, 70)], out _));
    }

    [Fact]
    public void Repetitions_of_repetitions_take_time_linear_in_the_text()
    {
        Assert.True(GoRegexGroups.TryCompile("((a*)*)*b", [1], out GoRegexGroups? groups));
        int[] places = new int[groups.PlaceCount];
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 100_000));

        Assert.False(groups.TryFind(text, places));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string? Find(string expression, string text)
    {
        Assert.True(GoRegex.TryCompile(expression, out _, out IReadOnlyList<string> names, out string problem), problem);
        Assert.True(GoRegexGroups.TryCompile(expression, [.. Enumerable.Range(0, names.Count)], out GoRegexGroups? groups));
        int[] places = new int[groups.PlaceCount];
        return groups.TryFind(Encoding.UTF8.GetBytes(text), places)
            ? string.Join('|', Enumerable.Range(0, names.Count).Select(group => places[2 * group] < 0 ? "-" : text[places[2 * group]..places[(2 * group) + 1]]))
            : null;
    }
}
