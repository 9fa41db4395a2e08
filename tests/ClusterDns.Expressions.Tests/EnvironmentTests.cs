using System.Net;
using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.Expressions.Values;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Expressions.Tests;

public sealed class EnvironmentTests
{
    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.3.7", false)]
    public void A_prepared_function_is_called_in_place_of_its_own(string client, bool expected)
    {
        Expression<Asked> expression = Asked.Compile("incidr(client_ip(), '192.0.2.0/24')");

        Assert.True(expression.TryEvaluateBoolean(new Asked { Client = IPAddress.Parse(client) }, out bool value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void A_call_that_can_never_succeed_is_a_warning()
    {
        Expression<Asked> expression = Asked.Compile("type() == 'A' or incidr(client_ip(), '10.0.0.0/33')");

        Assert.Equal([new ExpressionError(17, "invalid CIDR '10.0.0.0/33': expected for example 10.0.0.0/8")], expression.Warnings);
        Assert.Empty(Asked.Compile("incidr(client_ip(), metadata('x'))").Warnings);
    }

    [Fact]
    public void A_specializer_learns_what_is_constant_and_which_functions_are_called()
    {
        IReadOnlyList<FunctionArgument>? known = null;
        ExpressionEnvironment<Asked> environment = Asked.Environment.Copy().AddFunction(
            "look",
            ExpressionType.Boolean,
            [ExpressionType.Any, ExpressionType.Any, ExpressionType.Any, ExpressionType.Any],
            static (ref FunctionCall<Asked> call) => call.Return(true),
            arguments =>
            {
                known = arguments;
                return null;
            });

        Assert.True(environment.TryCompile("look(name(), 'a' + 'b', [1, 2], upper(name()))", out _, out _));
        Assert.Equal("name|||", string.Join('|', known!.Select(static argument => argument.Call)));
        Assert.Equal("|ab||", string.Join('|', known!.Select(static argument => argument.ConstantText)));
        Assert.Equal([false, true, true, false], known!.Select(static argument => argument.Constant.HasValue));
        Assert.False(Asked.Environment.TryCompile("look(1, 2, 3, 4)", out _, out _));
    }

    [Theory]
    [InlineData("ttl * 2 == 120", true)]
    [InlineData("ttl in 60..61", true)]
    [InlineData("$env.ttl == 60 and 'ttl' in $env", true)]
    [InlineData("$env?.nothing == nil", true)]
    public void Variables_are_read_without_parentheses(string text, bool expected)
    {
        Assert.True(Asked.Compile(text).TryEvaluateBoolean(new Asked(), out bool value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("x", true)]
    [InlineData("_x1", true)]
    [InlineData("1x", false)]
    [InlineData("", false)]
    [InlineData("a-b", false)]
    [InlineData("$x", false)]
    [InlineData("name", false)]
    [InlineData("ttl", false)]
    [InlineData("len", false)]
    [InlineData("filter", false)]
    [InlineData("true", false)]
    [InlineData("nil", false)]
    [InlineData("in", false)]
    [InlineData("let", false)]
    public void Some_names_cannot_be_those_of_variables(string name, bool expected) => Assert.Equal(expected, Asked.Environment.IsVariableName(name));

    [Fact]
    public void A_function_may_evaluate_another_expression()
    {
        Expression<Asked> inner = Asked.Compile("let x = name(); x + x");
        ExpressionEnvironment<Asked> environment = Asked.Environment.Copy().AddFunction("inner", ExpressionType.Text, [], (ref FunctionCall<Asked> call) =>
        {
            Assert.True(inner.TryEvaluate(call.Context, out ExpressionValue value, out _));
            call.Return(in value);
        });

        Assert.True(environment.TryCompile("let y = 'a' + name(); y + inner() + y", out Expression<Asked>? expression, out _));
        Assert.True(expression.TryEvaluate(new Asked { Name = "b." }, out ExpressionValue value, out _));
        Assert.Equal("ab.b.b.ab.", value.Text.ToString());
    }

    [Fact]
    public void A_value_outlives_its_evaluation()
    {
        Expression<Asked> expression = Asked.Compile("[name(), {'k': upper(name())}, name()[0:3], [name()]]");
        Assert.True(expression.TryEvaluate(new Asked(), out ExpressionValue value, out _));
        Assert.True(expression.TryEvaluate(new Asked { Name = "other.test." }, out _, out _));

        Assert.Equal("[www.example.org. map[k:WWW.EXAMPLE.ORG.] www [www.example.org.]]", ValueText.Describe(in value));
    }

    [Fact]
    public void A_function_without_a_result_fails()
    {
        ExpressionEnvironment<Asked> environment = Asked.Environment.Copy().AddFunction("nothing", ExpressionType.Text, [], static (ref FunctionCall<Asked> _) => { });

        Assert.True(environment.TryCompile("nothing() == ''", out Expression<Asked>? expression, out _));
        Assert.False(expression.TryEvaluate(new Asked(), out _, out string? failure));
        Assert.Equal("a function without a result, at character 1 of the expression", failure);
    }

    [Theory]
    [InlineData("now().Year() == 2026 and now().Month().String() == 'December' and now().Day() == 1")]
    [InlineData("now().Hour() == 10")]
    [InlineData("now(timezone('Europe/Zurich')).Hour() == 11")]
    [InlineData("now().In(timezone('America/New_York')).Format('15:04 -0700') == '05:00 -0500'")]
    [InlineData("now() - date('2026-11-30T10:00:00Z') == duration('24h')")]
    [InlineData("now().Weekday().String() in ['Tuesday']")]
    public void Now_is_what_the_clock_of_the_host_says(string text)
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 12, 1, 10, 0, 0, TimeSpan.Zero));

        Assert.True(Asked.CreateEnvironment(clock).TryCompile(text, out Expression<Asked>? expression, out ExpressionError error), error.Message);
        Assert.True(expression.TryEvaluateBoolean(new Asked(), out bool value));
        Assert.True(value);
        Assert.True(Asked.Compile(text).WithClock(clock).TryEvaluateBoolean(new Asked(), out value));
        Assert.True(value);
        clock.Advance(TimeSpan.FromDays(400));
        Assert.True(expression.TryEvaluateBoolean(new Asked(), out value));
        Assert.Equal(text.Contains("Hour()", StringComparison.Ordinal) || text.Contains("New_York", StringComparison.Ordinal), value);
    }

    [Theory]
    [InlineData("1", ValueKind.Integer)]
    [InlineData("name()", ValueKind.Text)]
    [InlineData("name() == 'a'", ValueKind.Boolean)]
    [InlineData("1.5 * size()", ValueKind.Float)]
    [InlineData("map([1], # > 0)[0]", ValueKind.Boolean)]
    [InlineData("{'a': 1}", ValueKind.Map)]
    [InlineData("fromJSON('1')", null)]
    [InlineData("do() ? 1 : 'a'", null)]
    [InlineData("do() ? 1 : nil", ValueKind.Integer)]
    [InlineData("now() - now()", ValueKind.Duration)]
    public void The_type_of_the_value_is_known_at_start(string text, ValueKind? kind) => Assert.Equal(kind, Asked.Compile(text).Type.Kind);
}
