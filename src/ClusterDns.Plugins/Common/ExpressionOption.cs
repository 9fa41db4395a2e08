using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.Expressions;

namespace ClusterDns.Plugins.Common;

/// <summary>Reads an expression that is the rest of an option's line, in one word or several.</summary>
internal static class ExpressionOption
{
    /// <summary>Reads it, and reports errors and warnings where they are.</summary>
    /// <param name="line">The option's line.</param>
    /// <param name="words">The words of the expression.</param>
    /// <param name="environment">What it can use.</param>
    /// <typeparam name="T">What it is evaluated for.</typeparam>
    /// <returns>The expression; null when an error was reported.</returns>
    public static Expression<T>? Read<T>(DirectiveReader line, IReadOnlyList<Token> words, ExpressionEnvironment<T> environment)
        where T : class
    {
        if (words.Count == 0)
        {
            line.Error(line.Directive.Place, $"missing expression of '{line.Name}': expected for example type() == 'A'");
            return null;
        }

        string text = string.Join(' ', words.Select(static word => word.Text));
        if (!environment.TryCompile(text, out Expression<T>? expression, out ExpressionError error))
        {
            line.Error(FindPlace(words, error.Offset), Describe("invalid expression", error));
            return null;
        }

        foreach (ExpressionError warning in expression.Warnings)
        {
            line.Warn(FindPlace(words, warning.Offset), Describe("this expression always fails", warning));
        }

        return expression;
    }

    private static string Describe(string problem, ExpressionError error)
        => string.Create(CultureInfo.InvariantCulture, $"{problem}, at character {error.Offset + 1}: {error.Message}");

    /// <summary>The place of a character of the expression: of its word, and within it where that was not quoted.</summary>
    private static SourcePlace FindPlace(IReadOnlyList<Token> words, int offset)
    {
        foreach (Token word in words)
        {
            if (offset < word.Text.Length)
            {
                return word.Quoted ? word.Place : word.Place with { Column = word.Place.Column + offset };
            }

            offset -= word.Text.Length + 1;
        }

        Token last = words[^1];
        return last.Quoted ? last.Place : last.Place with { Column = last.Place.Column + last.Text.Length };
    }
}
