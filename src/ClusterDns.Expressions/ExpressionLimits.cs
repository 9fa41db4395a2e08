namespace ClusterDns.Expressions;

/// <summary>The bounds of expressions. An expression that exceeds one is an error at start; an evaluation that exceeds one fails.</summary>
public static class ExpressionLimits
{
    /// <summary>The longest text of an expression, in characters.</summary>
    public const int MaxLength = 100_000;

    /// <summary>How many operators, operands and calls an expression may have.</summary>
    public const int MaxNodes = 10_000;

    /// <summary>How deep an expression may be nested. A list of conditions joined by <c>and</c> or <c>or</c> counts once.</summary>
    public const int MaxDepth = 100;

    /// <summary>
    /// How many steps an evaluation may take. A call, an element that is visited, and 64 characters that are read are a step each.
    /// </summary>
    public const int MaxSteps = 100_000;

    /// <summary>How many elements all lists and maps that an evaluation makes may have together.</summary>
    public const int MaxElements = 10_000;

    /// <summary>How many numbers a range may have.</summary>
    public const int MaxRange = 1_000_000;

    /// <summary>How many characters all strings that an evaluation makes may have together.</summary>
    public const int MaxTextLength = 64 * 1024;

    /// <summary>How deep lists and maps may be nested.</summary>
    public const int MaxValueDepth = 64;
}
