using System.Text.Json;
using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Tests;

/// <summary>Each line of Data/expressions.jsonl: an expression, and its value, that it is rejected at start, or that its evaluation fails.</summary>
public sealed class LanguageTests
{
    private static readonly Dictionary<string, JsonElement> Lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "expressions.jsonl"))
        .Select(static line => JsonDocument.Parse(line).RootElement)
        .ToDictionary(static line => line.GetProperty("e").GetString()!, StringComparer.Ordinal);

    public static TheoryData<string> Expressions => new(Lines.Keys);

    [Theory]
    [MemberData(nameof(Expressions))]
    public void An_expression_has_the_value_that_CoreDNS_gives_it(string text)
    {
        JsonElement line = Lines[text];
        string expected = line.TryGetProperty("error", out _) ? "error" : line.TryGetProperty("failure", out _) ? "failure" : line.GetProperty("v").GetString()!;

        Assert.Equal(expected, Describe(text));
    }

    private static string Describe(string text)
    {
        if (!Asked.Environment.TryCompile(text, out Expression<Asked>? expression, out ExpressionError error))
        {
            Assert.InRange(error.Offset, 0, text.Length);
            Assert.Contains(": ", error.Message, StringComparison.Ordinal);
            return "error";
        }

        if (!expression.TryEvaluate(new Asked(), out ExpressionValue value, out string? failure))
        {
            Assert.NotEmpty(failure);
            return "failure";
        }

        string kind = value.Kind switch
        {
            ValueKind.Nil => "nil",
            ValueKind.Boolean => "bool",
            ValueKind.Integer => "int",
            ValueKind.Text => "string",
            ValueKind.Zone => "timezone",
            _ => value.Kind.ToString().ToLowerInvariant(),
        };
        return $"{kind} {ValueText.Describe(in value)}";
    }
}
