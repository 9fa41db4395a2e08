using System.Text.RegularExpressions;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.TestKit;
using CsCheck;

namespace ClusterDns.GoText.Tests.RegularExpressions;

public sealed class GoRegexTests
{
    [Theory]
    [InlineData("a", "xay", "a")]
    [InlineData("a|ab", "ab", "a")]
    [InlineData("ab|a", "ab", "ab")]
    [InlineData("a+?", "aaa", "a")]
    [InlineData("(?U)a+", "aaa", "a")]
    [InlineData("(?U)a+?", "aaa", "aaa")]
    [InlineData("(?U:a+)a+", "aaa", "aaa")]
    [InlineData("a{2}", "aaa", "aa")]
    [InlineData("a{2,}", "aaaa", "aaaa")]
    [InlineData("a{1,2}?", "aaa", "a")]
    [InlineData("a{0}b", "ab", "b")]
    [InlineData("{", "a{2", "{")]
    [InlineData("a{,2}", "a{,2}", "a{,2}")]
    [InlineData("a{2,x}", "a{2,x}", "a{2,x}")]
    [InlineData("a{01}", "a{01}", "a{01}")]
    [InlineData("a{}", "a{}", "a{}")]
    [InlineData("a]}", "a]}", "a]}")]
    [InlineData("^a$", "a", "a")]
    [InlineData("^a$", "a\n", null)]
    [InlineData("^b$", "a\nb\nc", null)]
    [InlineData("(?m)^b$", "a\nb\nc", "b")]
    [InlineData("(?m:^b$)", "a\nb", "b")]
    [InlineData("(?m)(?-m)^b$", "a\nb", null)]
    [InlineData(@"\Ab\z", "b", "b")]
    [InlineData(@"\Ab\z", "b\n", null)]
    [InlineData("^*b", "ab", "b")]
    [InlineData("a.b", "a\nb", null)]
    [InlineData("(?s)a.b", "a\nb", "a\nb")]
    [InlineData("(?s:a.)b", "a\nb", "a\nb")]
    [InlineData("(?i)AbC", "xaBcx", "aBc")]
    [InlineData("a(?i)b|c", "C", "C")]
    [InlineData("(a(?i)b)c", "aBc", "aBc")]
    [InlineData("(a(?i)b)c", "aBC", null)]
    [InlineData("(?i)[a-c]x", "BX", "BX")]
    [InlineData("(?i)[^a]", "Ab", "b")]
    [InlineData("(?i)[^A]", "ab", "b")]
    [InlineData("(?i)k", "\u212a", "\u212a")]
    [InlineData("(?i)[s]", "\u017f", "\u017f")]
    [InlineData("(?i)\u017f", "S", "S")]
    [InlineData("(?i)i", "\u0130\u0131", null)]
    [InlineData("(?i)Σ", "ς", "ς")]
    [InlineData("(?i)(?-i)a", "A", null)]
    [InlineData("(?i)[[:upper:]]+", "aB", "aB")]
    [InlineData("(?i)[[:^upper:]]+", "aB1", "1")]
    [InlineData(@"(?i)\p{Lu}+", "aB", "aB")]
    [InlineData("(?)a", "a", "a")]
    [InlineData("(?ims)^A.b$", "x\na\nB", "a\nB")]
    [InlineData("[[:alpha:]]+", "1aB2", "aB")]
    [InlineData("[[:^digit:]x]+", "1ax2", "ax")]
    [InlineData("[^[:space:]]+", " ab ", "ab")]
    [InlineData("[[:alpha]+", ":[", ":[")]
    [InlineData("[[:alnum:]_.-]+", " a-1_.b ", "a-1_.b")]
    [InlineData("[]a]+", "a]", "a]")]
    [InlineData("[^]a]+", "a]b", "b")]
    [InlineData("[a-]+", "-a-", "-a-")]
    [InlineData("[-a]+", "-a-", "-a-")]
    [InlineData("[a-c-e]+", "-abce", "-abce")]
    [InlineData("[[]", "[", "[")]
    [InlineData("[[:]+", "[:", "[:")]
    [InlineData(@"[\]\\^\-]+", @"]\^-", @"]\^-")]
    [InlineData(@"[\d\-x]+", "1-x", "1-x")]
    [InlineData(@"[^\d]+", "1x2", "x")]
    [InlineData(@"[\D]+", "1x2", "x")]
    [InlineData(@"[a-z&&[^b]]", "&]", "&]")]
    [InlineData(@"[a-z-[b]]", "b]", "b]")]
    [InlineData(@"\d+", "x12٣", "12")]
    [InlineData(@"\w+", "é_aZ9é", "_aZ9")]
    [InlineData(@"\s+", "x\t\n\f\r \v", "\t\n\f\r ")]
    [InlineData(@"\D", "٣", "٣")]
    [InlineData(@"\W+", "aé-", "é-")]
    [InlineData(@"\S+", " \v\u00a0", "\v\u00a0")]
    [InlineData(@"\bfoo\b", "a foo b", "foo")]
    [InlineData(@"\Boo\b", "foo", "oo")]
    [InlineData(@"\pN+", "a1٣Ⅷb", "1٣Ⅷ")]
    [InlineData(@"\p{Lu}+", "abÉC", "ÉC")]
    [InlineData(@"\PL+", "a1-b", "1-")]
    [InlineData(@"\p{^L}+", "a1-b", "1-")]
    [InlineData(@"\P{^L}+", "1ab-", "ab")]
    [InlineData(@"[\pL\d]+", "-é1-", "é1")]
    [InlineData(@"\p{Any}+", "é1", "é1")]
    [InlineData(@"\Qa.b*\E+", "a.b**", "a.b**")]
    [InlineData(@"\Q(", "(", "(")]
    [InlineData(@"a\Q\Eb", "ab", "ab")]
    [InlineData(@"\x41\x{42}\x{10FFFF}", "AB\U0010FFFF", "AB\U0010FFFF")]
    [InlineData(@"\101\0\01\x00", "A\0\u0001\0", "A\0\u0001\0")]
    [InlineData(@"\1111", "I1", "I1")]
    [InlineData(@"\a\f\n\r\t\v", "\a\f\n\r\t\v", "\a\f\n\r\t\v")]
    [InlineData(@"\.\-\_\ \/\@", ".-_ /@", ".-_ /@")]
    [InlineData("# x", "a# x", "# x")]
    [InlineData("\U0001F600+", "\U0001F600\U0001F600", "\U0001F600\U0001F600")]
    [InlineData("^.$", "\U0001F600", "\U0001F600")]
    [InlineData("[\U0001F600-\U0001F64F]+", "\U0001F5FF\U0001F601\U0001F64F\U0001F650", "\U0001F601\U0001F64F")]
    [InlineData("[\U0001F3F0-\U0002F410]+", "\U0001F3EF\U0001F3F0\U00020000\U0002F410\U0002F411", "\U0001F3F0\U00020000\U0002F410")]
    [InlineData(@"[^\x00-\x{10FFFF}]", "a", null)]
    [InlineData("a||b", "", "")]
    [InlineData("()", "", "")]
    [InlineData("", "a", "")]
    [InlineData(@"^(?:[^.]+\.){4,}internal\.cloudapp\.net\.$", "a.b.c.d.internal.cloudapp.net.", "a.b.c.d.internal.cloudapp.net.")]
    [InlineData(@"^(?:[^.]+\.){4,}internal\.cloudapp\.net\.$", "a.b.c.internal.cloudapp.net.", null)]
    public void An_expression_finds_what_RE2_finds(string expression, string text, string? found)
    {
        Match match = Compile(expression).Match(text);
        Assert.Equal(found, match.Success ? match.Value : null);
    }

    [Theory]
    [InlineData("a(?P<x>b)(c)(?<y1>d)(?:e)", "|x||y1", "b|c|d")]
    [InlineData("(?P<2>a)(b)", "|2|", "a|b")]
    [InlineData("(?P<a>x)|(?P<b>y)", "|a|b", "|y")]
    [InlineData("(a|b)*", "|", "b")]
    public void Groups_are_numbered_from_left_to_right_and_may_have_names(string expression, string names, string groups)
    {
        Assert.True(GoRegex.TryCompile(expression, out Regex? regex, out IReadOnlyList<string> groupNames, out string problem), problem);
        Assert.Equal(names, string.Join('|', groupNames));
        Match match = regex!.Match(expression.Contains("(?P<a>x)", StringComparison.Ordinal) ? "y" : expression is "(a|b)*" ? "aab" : "abcde");
        Assert.Equal(groups, string.Join('|', match.Groups.Cast<Group>().Skip(1).Select(static group => group.Value)));
    }

    [Theory]
    [InlineData("a**", "'*' directly after another repetition, at character 4")]
    [InlineData("a+?+", "'+' directly after another repetition, at character 5")]
    [InlineData("a{2}{3}", "'{3}' directly after another repetition, at character 8")]
    [InlineData("*a", "'*' with nothing before it to repeat, at character 2")]
    [InlineData("(|+)", "'+' with nothing before it to repeat, at character 4")]
    [InlineData("(?i)*", "'*' with nothing before it to repeat, at character 6")]
    [InlineData("a{1001}", "invalid count '{1001}': expected increasing numbers up to 1000, at character 8")]
    [InlineData("a{2,1}", "invalid count '{2,1}': expected increasing numbers up to 1000, at character 7")]
    [InlineData("a{999999999999}", "invalid count '{100000000}': expected increasing numbers up to 1000, at character 16")]
    [InlineData("(a{100}){11}", "nested repetitions exceed 1000, at character 13")]
    [InlineData("(", "'(' without its ')', at character 1")]
    [InlineData("a)", "')' without its '(', at character 2")]
    [InlineData("[a", "'[' without its ']', at character 1")]
    [InlineData("[a-", "'[' without its ']', at character 1")]
    [InlineData("[", "'[' without its ']', at character 1")]
    [InlineData("[]", "'[' without its ']', at character 1")]
    [InlineData("[b-a]", "'b-a' is a reversed range, at character 2")]
    [InlineData("[[:alfa:]]", "unknown POSIX class '[:alfa:]', at character 2")]
    [InlineData(@"[a-\d]", @"unknown escape '\d', at character 4")]
    [InlineData(@"\C", @"unknown escape '\C', at character 1")]
    [InlineData(@"\Z", @"unknown escape '\Z', at character 1")]
    [InlineData(@"\G", @"unknown escape '\G', at character 1")]
    [InlineData(@"\é", @"unknown escape '\é', at character 1")]
    [InlineData(@"\8", @"unknown escape '\8', at character 1")]
    [InlineData(@"(a)\1", @"'\1' is a reference to a group, which RE2 does not have, at character 4")]
    [InlineData(@"\", @"'\' at the end, at character 2")]
    [InlineData(@"\x4", @"'\x' without two hexadecimal digits, or a code point up to 10FFFF in braces, at character 1")]
    [InlineData(@"\x{110000}", @"'\x' without two hexadecimal digits, or a code point up to 10FFFF in braces, at character 1")]
    [InlineData(@"\p{Greek}", "unknown Unicode category 'Greek': expected for example L, Lu or Nd (scripts are not supported), at character 1")]
    [InlineData(@"\p{L", @"'\p{' without its '}', at character 1")]
    [InlineData(@"\p", @"'\p' without a category, at character 1")]
    [InlineData("(?=a)", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?<!a)", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?>a)", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?i-)a", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?x)a", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?P=x)", "unsupported group: RE2 has no lookaround, no conditions, and only the flags i, m, s and U, at character 1")]
    [InlineData("(?P<a-b>x)", "invalid group name: expected letters, digits and '_' between '<' and '>', at character 1")]
    [InlineData("(?P<>x)", "invalid group name: expected letters, digits and '_' between '<' and '>', at character 1")]
    [InlineData("(?P<a>x)(?<a>y)", "duplicate group name 'a', at character 9")]
    public void What_RE2_does_not_have_is_refused(string expression, string problem)
    {
        Assert.False(GoRegex.TryCompile(expression, out Regex? regex, out string said));
        Assert.Null(regex);
        Assert.Equal($"'{expression}' is not a regular expression in RE2 syntax: {problem}", said);
    }

    [Fact]
    public void Bounds_hold()
    {
        Assert.False(GoRegex.TryCompile(new string('a', GoRegex.MaxLength + 1), out _, out string problem));
        Assert.Equal("the regular expression has 10001 characters: at most 10000", problem);
        Assert.False(GoRegex.TryCompile(new string('(', 2000) + new string(')', 2000), out _, out problem));
        Assert.Contains("groups are nested more than 1000 deep", problem, StringComparison.Ordinal);
        Assert.True(GoRegex.TryCompile("((a{10}){10}){10}", out _, out problem), problem);
    }

    [Fact]
    public void Depth_that_is_allowed_fits_a_small_stack()
    {
        string expression = new string('(', 1000) + new string(')', 1000);
        Thread thread = new(() => GoRegex.TryCompile(expression, out _, out _), 256 * 1024);

        thread.Start();
        thread.Join();
    }

    /// <summary>
    /// Where both syntaxes say the same, what was translated finds what the runtime's own engine finds in the original. Texts have no line feed: after an
    /// anchor the runtime forgets the group that holds a last one, and no name has any. The runtime's backtracking engine runs both: what its linear
    /// engine gets wrong is not the translation's.
    /// </summary>
    [Fact]
    public void A_translation_finds_what_the_original_finds()
        => Gen.Select(Expression(3), Text).Sample(
            static (expression, text) =>
            {
                Match expected = Backtracking(expression, RegexOptions.CultureInvariant).Match(text);
                Regex translation = Compile(expression);
                Match found = Backtracking(translation.ToString(), translation.Options & ~RegexOptions.NonBacktracking).Match(text);
                Assert.Equal(
                    expected.Groups.Cast<Group>().Select(static group => (group.Success, group.Index, group.Value)),
                    found.Groups.Cast<Group>().Select(static group => (group.Success, group.Index, group.Value)));
            },
            iter: 2000);

    /// <summary>
    /// The runtime's linear engine does not try alternatives in their order where an earlier one may be empty, as in <c>(a?|b)b</c>, and what is
    /// lazy within a repeated group takes more at times, as in <c>(b.+?)+b</c>, and it begins later than it must at times, as with <c>[a-c1]?c</c> in
    /// <c>bBBca.cB</c>; its other engine and RE2 do nothing of it. Whether there is a match is beyond doubt all the same.
    /// </summary>
    [Fact]
    public void A_translation_matches_what_the_original_matches()
        => Gen.Select(Expression(3), Text).Sample(
            static (expression, text) => Assert.Equal(
                Backtracking(expression, RegexOptions.CultureInvariant).IsMatch(text), Compile(expression).IsMatch(text)),
            iter: 2000);

    private static Regex Backtracking(string expression, RegexOptions options) => new(expression, options, TimeSpan.FromSeconds(10));

    [Fact]
    public void Any_text_is_compiled_or_refused_without_another_exception()
        => OneOf("(", ")", "[", "]", "{", "}", "?", "*", "+", "|", "^", "$", "\\", "-", ":", "<", "P", "p", "x", "1", ",", "i", "Q", "E", "a", "\ud800", "[:")
            .List[0, 12]
            .Sample(static parts =>
            {
                bool compiled = GoRegex.TryCompile(string.Concat(parts), out Regex? regex, out string problem);
                Assert.Equal(compiled, regex is not null);
                Assert.Equal(compiled, problem.Length == 0);
            });

    [Fact]
    public void Matching_a_span_allocates_nothing()
    {
        Regex regex = Compile(@"^(?:[^.]+\.){4,}internal\.cloudapp\.net\.$");
        bool isRight = true;

        Assert.Equal(0, Allocations.Count(() =>
        {
            isRight &= !regex.IsMatch("www.example.org.".AsSpan());
            isRight &= regex.IsMatch("a.b.c.d.internal.cloudapp.net.".AsSpan());
        }));
        Assert.True(isRight);
    }

    private static readonly string[] Repeats = ["*", "+", "?", "{2}", "{1,2}", "+?", "{1,}?", "*?", "??"];

    private static Gen<string> Text => OneOf("a", "b", "c", ".", "é", "B", "1").List[0, 8].Select(static characters => string.Concat(characters));

    private static Gen<string> OneOf(params string[] parts) => Gen.Int[0, parts.Length - 1].Select(i => parts[i]);

    private static Regex Compile(string expression)
    {
        Assert.True(GoRegex.TryCompile(expression, out Regex? regex, out string problem), problem);
        return regex!;
    }

    /// <summary>Expressions whose repeated parts are never empty, as engines differ on what an empty round captures.</summary>
    /// <param name="depth">How deep parts stand in parts.</param>
    private static Gen<string> Expression(int depth)
    {
        Gen<string> atom = OneOf("a", "b", "c", @"\.", "[ab]", "[^a]", "[a-c1]", ".", @"\d", "(?i:b)", @"(?s:.)");
        if (depth == 0)
        {
            return atom;
        }

        Gen<string> inner = Expression(depth - 1);
        return Gen.OneOf(
            atom,
            Gen.Select(atom, OneOf(Repeats)).Select(static (part, repeat) => part + repeat),
            Gen.Select(inner, inner).Select(static (left, right) => left + right),
            Gen.Select(inner, inner).Select(static (left, right) => $"({left}|{right})"),
            inner.Select(static part => $"(?:{part})"),
            inner.Select(static part => "^" + part),
            Gen.Select(atom, inner).Select(static (first, rest) => $"({first}(?:{rest}))+"));
    }
}
