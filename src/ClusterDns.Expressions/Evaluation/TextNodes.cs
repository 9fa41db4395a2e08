using System.Text.RegularExpressions;
using ClusterDns.Expressions.Values;
using ClusterDns.GoText.RegularExpressions;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>Which test of one string in another.</summary>
internal enum TextTest : byte
{
    /// <summary><c>contains</c>.</summary>
    Contains,

    /// <summary><c>startsWith</c>.</summary>
    StartsWith,

    /// <summary><c>endsWith</c>.</summary>
    EndsWith,
}

/// <summary><c>contains</c>, <c>startsWith</c> and <c>endsWith</c>; nil has no part and is no part.</summary>
internal sealed class TextTestNode(TextTest test, Node left, Node right, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = ExpressionValue.From(false);
        if (!left.TryEvaluate(run, out ExpressionValue whole) || !right.TryEvaluate(run, out ExpressionValue part))
        {
            return false;
        }

        if (whole.Kind == ValueKind.Nil || part.Kind == ValueKind.Nil)
        {
            return true;
        }

        if (whole.Kind != ValueKind.Text || part.Kind != ValueKind.Text)
        {
            return run.Fail(Offset, "a value that is not a string");
        }

        value = ExpressionValue.From(test switch
        {
            TextTest.Contains => whole.Text.IndexOf(part.Text, StringComparison.Ordinal) >= 0,
            TextTest.StartsWith => whole.Text.StartsWith(part.Text, StringComparison.Ordinal),
            _ => whole.Text.EndsWith(part.Text, StringComparison.Ordinal),
        });
        return run.TryCountText(whole.Text.Length) || run.TryEnd(Offset);
    }
}

/// <summary><c>A matches B</c> with an expression that is known at start.</summary>
internal sealed class MatchNode(Node left, Regex regex, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = ExpressionValue.From(false);
        if (!left.TryEvaluate(run, out ExpressionValue text))
        {
            return false;
        }

        if (text.Kind == ValueKind.Nil)
        {
            return true;
        }

        if (text.Kind != ValueKind.Text)
        {
            return run.Fail(Offset, "a value that is not a string");
        }

        value = ExpressionValue.From(regex.IsMatch(text.Text));
        return run.TryCountText(text.Text.Length * 4) || run.TryEnd(Offset);
    }
}

/// <summary><c>A matches B</c> with an expression that is only known in an evaluation. The last one stays compiled.</summary>
internal sealed class DynamicMatchNode(Node left, Node right, int offset) : Node(ExpressionType.Boolean, offset)
{
    private const int CompilationSteps = 5_000;

    private Compiled? _last;

    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = ExpressionValue.From(false);
        if (!left.TryEvaluate(run, out ExpressionValue text) || !right.TryEvaluate(run, out ExpressionValue pattern))
        {
            return false;
        }

        if (text.Kind == ValueKind.Nil || pattern.Kind == ValueKind.Nil)
        {
            return true;
        }

        if (text.Kind != ValueKind.Text || pattern.Kind != ValueKind.Text)
        {
            return run.Fail(Offset, "a value that is not a string");
        }

        Compiled? compiled = _last;
        if (compiled is null || !pattern.Text.SequenceEqual(compiled.Pattern))
        {
            if (!run.TryCount(CompilationSteps))
            {
                return run.TryEnd(Offset);
            }

            string expression = pattern.Text.ToString();
            GoRegex.TryCompile(expression, out Regex? regex, out _);
            _last = compiled = new Compiled(expression, regex);
        }

        if (compiled.Regex is null)
        {
            return run.Fail(Offset, "an invalid regular expression");
        }

        value = ExpressionValue.From(compiled.Regex.IsMatch(text.Text));
        return run.TryCountText(text.Text.Length * 4) || run.TryEnd(Offset);
    }

    private sealed record Compiled(string Pattern, Regex? Regex);
}
