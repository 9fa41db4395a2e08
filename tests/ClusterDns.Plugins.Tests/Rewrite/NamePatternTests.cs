using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class NamePatternTests
{
    private const string Nothing = "-";
    private const string Invalid = "invalid";

    [Theory]
    [InlineData("a.test.", "b.test.")]
    [InlineData("x.a.test.", Nothing)]
    [InlineData("aa.test.", Nothing)]
    public void Exact_takes_one_name(string name, string renamed)
        => Assert.Equal(renamed, Rewrite(new ExactPattern("a.test."u8.ToArray(), "b.test."u8.ToArray()), name));

    [Theory]
    [InlineData("old.test.", "new.test.")]
    [InlineData("old.x.test.", "new.x.test.")]
    [InlineData("old-a.test.", Nothing)]
    [InlineData("x.old.test.", Nothing)]
    [InlineData("old.", "new.")]
    public void Prefix_replaces_the_beginning(string name, string renamed)
        => Assert.Equal(renamed, Rewrite(new PrefixPattern("old."u8.ToArray(), "new."u8.ToArray()), name));

    [Theory]
    [InlineData("www.a.test.", "www.b.example.")]
    [InlineData("www.xa.test.", "www.xb.example.")]
    [InlineData("a.test.", "b.example.")]
    [InlineData("a.test.x.", Nothing)]
    public void Suffix_replaces_the_end_even_within_a_label(string name, string renamed)
        => Assert.Equal(renamed, Rewrite(new SuffixPattern("a.test."u8.ToArray(), "b.example."u8.ToArray()), name));

    [Theory]
    [InlineData("www.a.test.", "www.b.example.")]
    [InlineData("www.xa.test.", Nothing)]
    [InlineData("a.test.", Nothing)]
    [InlineData(@"www\.a.test.", Nothing)]
    [InlineData(@"w\\.a.test.", @"w\\.b.example.")]
    public void A_suffix_with_a_dot_begins_with_a_label(string name, string renamed)
        => Assert.Equal(renamed, Rewrite(new SuffixPattern(".a.test."u8.ToArray(), ".b.example."u8.ToArray()), name));

    [Theory]
    [InlineData("x.test.", "yy.test.")]
    [InlineData("ax.x.test.", "ayy.yy.test.")]
    [InlineData("x.x.x.", "yy.yy.yy.")]
    [InlineData("xx.test.", "xyy.test.")]
    [InlineData("a.test.", Nothing)]
    [InlineData(@"x\.x.test.", @"x\.yy.test.")]
    public void Substring_replaces_every_occurrence(string name, string renamed)
        => Assert.Equal(renamed, Rewrite(new SubstringPattern("x."u8.ToArray(), "yy."u8.ToArray()), name));

    [Fact]
    public void Occurrences_do_not_overlap()
        => Assert.Equal("b.a.", Rewrite(new SubstringPattern("a.a."u8.ToArray(), "b."u8.ToArray()), "a.a.a."));

    [Theory]
    [InlineData(@"^([a-z]+)\.re\.test\.$", "{1}.data.test", "www.re.test.", "www.data.test.")]
    [InlineData(@"^([a-z]+)\.re\.test\.$", "{1}.data.test", "w1.re.test.", Nothing)]
    [InlineData(@"(.*)-(us-west-1)\.example\.org", "{1}.service.{2}.consul", "ftp-us-west-1.example.org.", "ftp.service.us-west-1.consul.")]
    [InlineData(@"(.*)\.test", "{1}.{1}.{1}.example", "a.test.", "a.a.a.example.")]
    [InlineData(@"(?P<host>[^.]+)\.test", "{1}.example", "a.b.test.", "b.example.")]
    [InlineData(@"(a)|(b)", "x{1}{2}.test", "b.", "xb.test.")]
    [InlineData("b", "fixed.test", "a.b.c.", "fixed.test.")]
    [InlineData("(b)", "{2}.{1}.test", "a.b.c.", "{2}.b.test.")]
    [InlineData("^.*b", "{0}", "a.b.", "a.b.")]
    [InlineData("(a)", "{01}.{1}", "a.", "{01}.a.")]
    public void Groups_of_a_regular_expression_become_parts_of_the_name(string from, string to, string name, string renamed)
        => Assert.Equal(renamed, Rewrite(RegexPattern.TryCreate(from, RuleText.MakeAbsolute(to), out _)!, name));

    [Theory]
    [InlineData("(dots)", "{1}..data.test")]
    [InlineData("^", ".")]
    [InlineData("(.*)", ".{1}")]
    [InlineData("^", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test")]
    [InlineData("(.*)", "{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}")]
    public void What_is_not_a_domain_name_is_reported(string from, string to)
        => Assert.Equal(
            string.Equals(to, ".", StringComparison.Ordinal) ? "." : Invalid,
            Rewrite(RegexPattern.TryCreate(from, RuleText.MakeAbsolute(to), out _)!, "dots.bad.test."));

    [Fact]
    public void A_name_may_become_255_octets_long_and_no_longer()
    {
        string label = new('a', 61);
        string name = $"{label}.{label}.{label}.{label}.";
        SuffixPattern pattern = new(".x."u8.ToArray(), ".abcde."u8.ToArray());

        Assert.Equal(255, DomainName.Parse(name + "abcde.").Length);
        Assert.Equal(name + "abcde.", Rewrite(pattern, name + "x."));
        Assert.Equal(Invalid, Rewrite(new SuffixPattern(".x."u8.ToArray(), ".abcdef."u8.ToArray()), name + "x."));
    }

    [Fact]
    public void An_expression_that_is_too_large_for_its_groups_is_an_error()
    {
        Assert.NotNull(RegexPattern.TryCreate("((a{100}){9})", "{1}", out _));
        Assert.Null(RegexPattern.TryCreate(string.Concat(Enumerable.Repeat("(.)", 3000)), string.Concat(Enumerable.Range(1, 100).Select(static i => $"{{{i}}}")), out string problem));
        Assert.EndsWith("too large for a rule that uses its groups: write fewer repetitions or groups", problem, StringComparison.Ordinal);
    }

    private static string Rewrite(NamePattern pattern, string name)
    {
        NameText text = new(new byte[NameText.MaxLength], new char[NameText.MaxLength]);
        text.Set(DomainName.Parse(name));
        byte[] renamed = new byte[DomainName.MaxWireLength];
        return !pattern.Matches(ref text) ? Nothing
            : pattern.TryReplace(ref text, renamed, out int length) ? DomainName.ToText(renamed.AsSpan(0, length))
            : Invalid;
    }
}
