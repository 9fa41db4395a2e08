using ClusterDns.Plugins.Kubernetes.Filtering;
using CsCheck;

namespace ClusterDns.Plugins.Tests.Kubernetes.Filtering;

public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["tier"] = "gold",
        ["app.example.com/part"] = "Front_end.2",
        ["empty"] = "",
        ["in"] = "notin",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("tier=gold", true)]
    [InlineData("tier == gold", true)]
    [InlineData("tier=silver", false)]
    [InlineData("tier=Gold", false)]
    [InlineData("nosuch=gold", false)]
    [InlineData("tier!=gold", false)]
    [InlineData("tier != silver", true)]
    [InlineData("nosuch!=gold", true)]
    [InlineData("tier in (silver, gold)", true)]
    [InlineData("tier in(silver,bronze)", false)]
    [InlineData("nosuch in (gold)", false)]
    [InlineData("tier notin (silver,bronze)", true)]
    [InlineData("tier notin (silver,gold)", false)]
    [InlineData("nosuch notin (gold)", true)]
    [InlineData("tier", true)]
    [InlineData("nosuch", false)]
    [InlineData("!tier", false)]
    [InlineData("! nosuch", true)]
    [InlineData("empty=", true)]
    [InlineData("tier=", false)]
    [InlineData("nosuch=", false)]
    [InlineData("empty in (,a)", true)]
    [InlineData("in = notin", true)]
    [InlineData("in in (in)", false)]
    [InlineData("app.example.com/part=Front_end.2", true)]
    [InlineData("tier=gold,empty,!nosuch", true)]
    [InlineData("tier=gold, tier=silver", false)]
    [InlineData("tier in (gold), nosuch", false)]
    public void It_takes_what_meets_all_requirements(string text, bool matches)
        => Assert.Equal(matches, Parse(text).Matches(name => Labels.GetValueOrDefault(name)));

    [Theory]
    [InlineData("tier gold", 5, "unexpected 'gold' after the label name tier: expected =, ==, !=, in, notin or a comma")]
    [InlineData("tier>5", 4, "unexpected '>' after the label name tier: expected =, ==, !=, in, notin or a comma")]
    [InlineData("tier=gold silver", 10, "unexpected 'silver' after a requirement: expected a comma or the end")]
    [InlineData("!tier=gold", 5, "unexpected '=' after a requirement: expected a comma or the end")]
    [InlineData("tier,", 5, "unexpected end: expected a label name, for example tier or example.com/tier")]
    [InlineData(",tier", 0, "unexpected ',': expected a label name, for example tier or example.com/tier")]
    [InlineData("=gold", 0, "unexpected '=': expected a label name, for example tier or example.com/tier")]
    [InlineData("a, -tier", 3, "invalid label name '-tier': expected for example tier or example.com/tier")]
    [InlineData("Example.com/tier", 0, "invalid label name 'Example.com/tier': expected for example tier or example.com/tier")]
    [InlineData("a/b/c", 0, "invalid label name 'a/b/c': expected for example tier or example.com/tier")]
    [InlineData("tier=gold-", 5, "invalid label value 'gold-': expected up to 63 letters, digits, '-', '_' and '.', with a letter or digit first and last")]
    [InlineData("tier in gold", 8, "unexpected 'gold': expected values in parentheses")]
    [InlineData("tier in", 7, "unexpected end: expected values in parentheses")]
    [InlineData("tier in ()", 9, "no values in the parentheses: expected at least one")]
    [InlineData("tier in (gold silver)", 14, "unexpected 'silver' in the list of values: expected a comma or a closing parenthesis")]
    [InlineData("tier notin (gold", 16, "unexpected end in the list of values: expected a comma or a closing parenthesis")]
    [InlineData("tier in (a, *)", 12, "invalid label value '*': expected up to 63 letters, digits, '-', '_' and '.', with a letter or digit first and last")]
    public void What_is_wrong_is_told_with_its_place(string text, int offset, string problem)
    {
        Assert.False(LabelSelectorParser.TryParse(text, out _, out string told, out int at));

        Assert.Equal(problem, told);
        Assert.Equal(offset, at);
    }

    [Fact]
    public void Names_and_values_have_bounds()
    {
        string longest = new('a', 63);
        string domain = string.Join('.', Enumerable.Repeat(new string('b', 50), 4)) + "." + new string('b', 49);

        Assert.Equal($"{domain}/{longest}={longest}", Parse($"{domain}/{longest}={longest}").ToString());
        Assert.False(LabelSelectorParser.TryParse(longest + "a", out _, out _, out _));
        Assert.False(LabelSelectorParser.TryParse($"a={longest}a", out _, out _, out _));
        Assert.False(LabelSelectorParser.TryParse($"{domain}b/a", out _, out _, out _));
    }

    [Theory]
    [InlineData(" a == b , !c,d ", "a=b,!c,d")]
    [InlineData("a in (c,b,c), e!=f", "a in (b,c),e!=f")]
    [InlineData("a in (b)", "a=b")]
    [InlineData("a notin (b),c notin (e, d)", "a!=b,c notin (d,e)")]
    public void It_is_written_the_shortest_way_and_equal_where_that_is(string text, string shortest)
    {
        Assert.Equal(shortest, Parse(text).ToString());
        Assert.Equal(Parse(shortest), Parse(text));
        Assert.NotEqual(LabelSelector.Everything, Parse(text));
    }

    [Fact]
    public void Whatever_is_read_is_a_selector_that_reads_the_same_again_or_an_error()
        => Gen.Char["ab-./=!(),<> "].Array[0, 12].Select(static characters => new string(characters)).Sample(static text =>
        {
            if (LabelSelectorParser.TryParse(text, out LabelSelector selector, out string problem, out int offset))
            {
                Assert.Equal(selector, Parse(selector.ToString()));
            }
            else
            {
                Assert.NotEmpty(problem);
                Assert.InRange(offset, 0, text.Length);
            }
        }, iter: 20_000);

    private static LabelSelector Parse(string text)
    {
        Assert.True(LabelSelectorParser.TryParse(text, out LabelSelector selector, out string problem, out _), problem);
        return selector;
    }
}
