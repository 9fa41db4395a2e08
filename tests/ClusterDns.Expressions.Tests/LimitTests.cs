using System.Globalization;
using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Tests;

/// <summary>An expression can neither occupy a worker for long nor exhaust its memory.</summary>
public sealed class LimitTests
{
    private const string Steps = "more than 100,000 steps";
    private const string Elements = "lists and maps of more than 10,000 elements";
    private const string Text = "strings of more than 65,536 characters";
    private const string Depth = "lists and maps nested more than 64 deep";

    [Theory]
    [InlineData("all(1..1000000, # > 0)", Steps)]
    [InlineData("all(1..1000, all(1..1000, # > 0))", Steps)]
    [InlineData("sum(1..1000000) > 0", Steps)]
    [InlineData("max(1..1000000) > size()", Steps)]
    [InlineData("uniq(1..1000)", Steps)]
    [InlineData("reduce(1..1000000, #acc + #)", Steps)]
    [InlineData("all(1..1000, size()..1000 == size()..1000)", Steps)]
    [InlineData("all(1..9000, upper(name()) != 'b')", Text)]
    [InlineData("none(1..30, name() matches 'x' + string(#))", Steps)]
    [InlineData("map(1..20000, #)", Elements)]
    [InlineData("filter(1..20000, true)", Elements)]
    [InlineData("groupBy(1..20000, # % 7)", Elements)]
    [InlineData("sortBy(1..20000, -#)", Elements)]
    [InlineData("sort(1..20000)", Elements)]
    [InlineData("reverse(1..20000)", Elements)]
    [InlineData("concat(1..6000, 1..6000)", Elements)]
    [InlineData("flatten([1..6000, 1..6000])", Elements)]
    [InlineData("all(1..5000, len([1, 2, 3, size()]) > 0)", Elements)]
    [InlineData("all(1..5000, len({'a': size(), 'b': 2, 'c': 3}) > 0)", Elements)]
    [InlineData("split(repeat('a,', 30000), ',')", Elements)]
    [InlineData("repeat(name(), 1000000)", Text)]
    [InlineData("repeat('a', 9000000000000000000)", Text)]
    [InlineData("reduce(1..30, #acc + #acc, name())", Text)]
    [InlineData("replace(repeat('a', 10000), 'a', 'abcdefghij')", Text)]
    [InlineData("join(map(1..5000, name()), name())", Text)]
    [InlineData("toJSON(map(1..9000, 'abcdefgh'))", Text)]
    [InlineData("string(map(1..9000, 'abcdefgh'))", Text)]
    [InlineData("toBase64(repeat('a', 60000))", Text)]
    [InlineData("fromJSON('[' + repeat('1,', 12000) + '1]')", Elements)]
    [InlineData("reduce(1..100, [#acc])", Depth)]
    [InlineData("reduce(1..100, ({'a': #acc}))", Depth)]
    [InlineData("1..size() * 1000000", "a range of more than 1,000,000 numbers")]
    [InlineData("-9223372036854775807..9223372036854775807", "a range of more than 1,000,000 numbers")]
    public void An_evaluation_that_exceeds_a_limit_fails(string text, string problem)
    {
        Assert.False(Asked.Compile(text).TryEvaluate(new Asked(), out _, out string? failure));
        Assert.StartsWith(problem + ", at character ", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("len(map(1..9999, #)) == 9999")]
    [InlineData("len(repeat('a', 65000)) == 65000")]
    [InlineData("all(1..30000, # > 0)")]
    [InlineData("65535 in 1..1000000 and size() not in 100..1000000")]
    [InlineData("len(1..1000000) == 1000000")]
    [InlineData("len(reduce(1..60, [#acc])) == 1")]
    [InlineData("len(sort(reverse(1..4000))) == 4000")]
    public void What_is_within_the_limits_has_a_value(string text)
    {
        Assert.True(Asked.Compile(text).TryEvaluateBoolean(new Asked(), out bool value));
        Assert.True(value);
    }

    [Theory]
    [InlineData("not ", "", "true")]
    [InlineData("(", ")", "1")]
    [InlineData("[", "]", "1")]
    [InlineData("upper(", ")", "'a'")]
    [InlineData("map([1], ", ")", "#")]
    [InlineData("let x = ", "; 1", "1")]
    [InlineData("true ? ", " : 2", "1")]
    [InlineData("2 ** ", "", "2")]
    [InlineData("if true { ", " } else { 1 }", "1")]
    [InlineData("{'a': ", "}", "1")]
    public void Parts_within_one_another_are_limited(string before, string after, string inner)
    {
        ExpressionError error = default;
        Thread thread = new(() => error = Asked.Reject(Nest(before, after, inner, 3000)), 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.Contains("expression too deep: at most 100", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" | string()")]
    [InlineData(".a")]
    [InlineData("[0]")]
    [InlineData("?.a")]
    [InlineData(" ?? 1")]
    [InlineData(" == 1")]
    public void Long_chains_are_limited(string link)
        => Assert.Contains("expression too deep: at most 100", Asked.Reject("fromJSON('{}')" + string.Concat(Enumerable.Repeat(link, 2000))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_list_of_conditions_can_be_long()
    {
        string text = string.Join(" or ", Enumerable.Range(0, 2000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"id() == {i * 7}")));

        Assert.True(Asked.Compile(text).TryEvaluateBoolean(new Asked(), out bool value));
        Assert.True(value);
    }

    [Fact]
    public void What_is_deep_fits_a_small_stack()
    {
        bool isDone = false;
        Expression<Asked> expression = Asked.Compile("first(" + Nest("map([1], ", ")", "name()", 45) + ") != nil");
        Thread thread = new(() => isDone = expression.TryEvaluate(new Asked(), out _, out _), 128 * 1024);

        thread.Start();
        thread.Join();

        Assert.True(isDone);
    }

    [Fact]
    public void The_text_and_the_number_of_parts_are_limited()
    {
        Assert.Equal("expression of 100001 characters: at most 100,000 are accepted", Asked.Reject(new string(' ', ExpressionLimits.MaxLength + 1)).Message);
        string list = $"id() in [{string.Join(',', Enumerable.Range(0, 10_000))}]";
        Assert.Equal("expression too long: at most 10,000 operators, operands and calls are accepted", Asked.Reject(list).Message);
    }

    [Fact]
    public void Constant_parts_are_evaluated_at_start()
    {
        Expression<Asked> expression = Asked.Compile("repeat('a', 60000) + repeat('b', 60000) != name()");

        // Each constant has the limit for itself; what is left to be evaluated exceeds it.
        Assert.False(expression.TryEvaluate(new Asked(), out ExpressionValue _, out string? failure));
        Assert.StartsWith(Text, failure, StringComparison.Ordinal);
    }

    private static string Nest(string before, string after, string inner, int times)
        => string.Concat(Enumerable.Repeat(before, times)) + inner + string.Concat(Enumerable.Repeat(after, times));
}
