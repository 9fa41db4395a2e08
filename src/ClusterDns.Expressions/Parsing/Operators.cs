using System.Collections.Frozen;

namespace ClusterDns.Expressions.Parsing;

/// <summary>The operators, and how strongly they bind.</summary>
internal static class Operators
{
    /// <summary>The operator that passes a value on to a call.</summary>
    public const string Pipe = "|";

    private static readonly FrozenDictionary<string, int> Binary = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [Pipe] = 0,
        ["or"] = 10,
        ["||"] = 10,
        ["and"] = 15,
        ["&&"] = 15,
        ["=="] = 20,
        ["!="] = 20,
        ["<"] = 20,
        [">"] = 20,
        [">="] = 20,
        ["<="] = 20,
        ["in"] = 20,
        ["matches"] = 20,
        ["contains"] = 20,
        ["startsWith"] = 20,
        ["endsWith"] = 20,
        [".."] = 25,
        ["+"] = 30,
        ["-"] = 30,
        ["*"] = 60,
        ["/"] = 60,
        ["%"] = 60,
        ["**"] = 100,
        ["^"] = 100,
        ["??"] = 500,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How strongly a token binds what is on both sides of it.</summary>
    public static bool TryGetBinary(Token token, out int precedence)
    {
        precedence = 0;
        return token.Kind == TokenKind.Operator && Binary.TryGetValue(token.Text, out precedence);
    }

    /// <summary>How strongly a token binds what is behind it.</summary>
    public static bool TryGetUnary(Token token, out int precedence)
    {
        precedence = token.Text is "not" or "!" ? 50 : 90;
        return token.Kind == TokenKind.Operator && token.Text is "not" or "!" or "-" or "+";
    }

    /// <summary>Whether operators of one strength are read from the right.</summary>
    public static bool IsRightAssociative(string text) => text is "**" or "^";

    /// <summary>Whether <c>not</c> may precede it.</summary>
    public static bool CanBeNegated(string text) => text is "in" or "matches" or "contains" or "startsWith" or "endsWith";

    /// <summary>Whether <c>A &lt; B &lt; C</c> compares B twice.</summary>
    public static bool IsOrder(string text) => text is "<" or ">" or "<=" or ">=";
}
