using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.Expressions.Values;
using CsCheck;

namespace ClusterDns.Expressions.Tests;

public sealed class RobustnessTests
{
    private static readonly string[] Tokens =
    [
        "name()", "type()", "size()", "do()", "client_ip()", "incidr(", "metadata(", "group(", "ttl", "broken()", "1", "0", "2.5", "'a'", "\"b\"", "`c`", "b'x'", "true",
        "false", "nil", "[", "]", "(", ")", "{", "}", ",", ":", ";", "?", "??", "?.", ".", "..", "|", "+", "-", "*", "/", "%", "**", "^", "==", "!=", "<", "<=", ">",
        ">=", "and", "or", "not", "!", "in", "matches", "contains", "startsWith", "endsWith", "let x =", "x", "if", "else", "#", "#acc", "#index", ".a", "len(", "map(",
        "filter(", "all(", "reduce(", "groupBy(", "sortBy(", "sum(", "split(", "string(", "toJSON(", "fromJSON(", "date(", "duration(", "now()", ".Year()", ".Format(",
        "$env", "::", "[1, 2]", "['a', 'b']", "{'a': 1}", "1..3", "/*", "//", "\\", "é", "\ud800", "'\\x", "\n",
    ];

    private static Gen<string> Soup => Gen.Int[0, Tokens.Length - 1].List[0, 14].Select(static picks => string.Join(' ', picks.Select(static pick => Tokens[pick])));

    [Fact]
    public void Any_tokens_are_compiled_or_rejected_and_never_throw() => Soup.Sample(Check, iter: 20_000);

    [Fact]
    public void Any_characters_are_compiled_or_rejected_and_never_throw() => Gen.String[0, 30].Sample(Check, iter: 5_000);

    [Fact]
    public void Any_expression_that_is_well_formed_has_a_value_or_a_failure() => Term(3).Sample(Check, iter: 20_000);

    private static void Check(string text)
    {
        if (!Asked.Environment.TryCompile(text, out Expression<Asked>? expression, out ExpressionError error))
        {
            Assert.InRange(error.Offset, 0, text.Length);
            Assert.Contains(": ", error.Message, StringComparison.Ordinal);
            return;
        }

        bool isDone = expression.TryEvaluate(new Asked(), out ExpressionValue value, out string? failure);
        Assert.Equal(isDone, failure is null);
        Assert.NotNull(ValueText.Describe(in value));
        Assert.Equal(isDone && value.Kind == ValueKind.Boolean, expression.TryEvaluateBoolean(new Asked(), out bool isTrue));
        Assert.Equal(isDone && value.Kind == ValueKind.Boolean && value.Boolean, isTrue);
    }

    /// <summary>An expression, of which most have types that do not fit each other.</summary>
    private static Gen<string> Term(int depth)
    {
        Gen<string> leaf = OneOf(
            "1", "0", "-7", "2.5", "'a'", "''", "name()", "type()", "size()", "do()", "ttl", "true", "nil", "[1, 2, 3]", "['a', 'b']", "[]", "[[1], 'x']", "{'a': 1}", "1..4",
            "fromJSON('{\"a\": [1, \"x\", null]}')", "duration('90s')", "date('2023-08-14')", "timezone('UTC')", "first([now()])", "broken()");
        if (depth == 0)
        {
            return leaf;
        }

        Gen<string> inner = Term(depth - 1);
        return Gen.OneOf(
            leaf,
            Gen.Select(inner, OneOf("+", "-", "*", "/", "%", "**", "==", "!=", "<", ">=", "and", "or", "in", "not in", "contains", "startsWith", "matches", "..", "??"), inner, static (left, sign, right) => $"({left}) {sign} ({right})"),
            Gen.Select(OneOf("not ", "-", "+"), inner, static (sign, operand) => $"{sign}({operand})"),
            Gen.Select(inner, inner, inner, static (one, two, three) => $"({one}) ? ({two}) : ({three})"),
            Gen.Select(inner, OneOf("[0]", "[-1]", ".a", "?.a", "?.[1]", "[1:]", "[:-1]", ".Year()", ".String()", ".Format('2006')", ".Add(duration('1h'))", ".Hours()"), static (target, member) => $"({target}){member}"),
            Gen.Select(
                OneOf("len", "upper", "trim", "string", "int", "float", "abs", "round", "max", "mean", "median", "first", "last", "keys", "toPairs", "fromPairs", "reverse", "uniq", "flatten", "sort", "concat", "toJSON", "fromJSON", "toBase64", "fromBase64", "join", "bitnot", "duration", "date", "timezone", "now", "group", "metadata"),
                inner,
                static (function, argument) => $"{function}({argument})"),
            Gen.Select(OneOf("split", "get", "take", "repeat", "indexOf", "bitshl", "hasSuffix", "incidr", "replace", "date", "trimPrefix", "join", "sort"), inner, inner, static (function, one, two) => $"{function}({one}, {two})"),
            Gen.Select(
                OneOf("all", "any", "none", "one", "filter", "map", "count", "sum", "find", "findLastIndex", "groupBy", "sortBy", "reduce"),
                inner,
                OneOf("# > 1", "#", "# == 'a'", ".a", "true", "[#]", "#acc + #", "#acc ?? #", "len(#)", "let y = #; y"),
                static (function, list, predicate) => $"{function}({list}, {predicate})"));
    }

    private static Gen<string> OneOf(params string[] parts) => Gen.Int[0, parts.Length - 1].Select(i => parts[i]);
}
