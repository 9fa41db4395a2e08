using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary><c>not A</c>.</summary>
internal sealed class NotNode(Node operand, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        bool isDone = operand.TryEvaluateBoolean(run, out bool isTrue);
        value = ExpressionValue.From(!isTrue);
        return isDone;
    }
}

/// <summary><c>A and B and C</c>, or the same with <c>or</c>: the operands up to the first that decides.</summary>
/// <param name="isAnd">Whether it is <c>and</c>.</param>
/// <param name="operands">The operands.</param>
/// <param name="offset">Where it is in the expression.</param>
internal sealed class LogicNode(bool isAnd, Node[] operands, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <summary>Whether it is <c>and</c>.</summary>
    public bool IsAnd => isAnd;

    /// <summary>The operands.</summary>
    public Node[] Operands => operands;

    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        foreach (Node operand in operands)
        {
            if (!operand.TryEvaluateBoolean(run, out bool isTrue))
            {
                return false;
            }

            if (isTrue != isAnd)
            {
                value = ExpressionValue.From(isTrue);
                return true;
            }
        }

        value = ExpressionValue.From(isAnd);
        return true;
    }
}

/// <summary><c>A == B</c> and <c>A != B</c>.</summary>
/// <param name="left">A.</param>
/// <param name="right">B.</param>
/// <param name="isNegated">Whether it is <c>!=</c>.</param>
/// <param name="offset">Where it is in the expression.</param>
internal sealed class EqualNode(Node left, Node right, bool isNegated, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <summary>What both must be, where both are strings or both integers: nil in its place is a failure then, as in CoreDNS.</summary>
    private readonly ValueKind? _kind =
        left.Type.Kind == right.Type.Kind && left.Type.Kind is ValueKind.Text or ValueKind.Integer ? left.Type.Kind : null;

    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!left.TryEvaluate(run, out ExpressionValue one) || !right.TryEvaluate(run, out ExpressionValue other))
        {
            return false;
        }

        if (_kind is { } kind && (one.Kind == ValueKind.Nil || other.Kind == ValueKind.Nil))
        {
            return run.Fail(Offset, kind == ValueKind.Text ? "a comparison of nil with a string" : "a comparison of nil with an int");
        }

        value = ExpressionValue.From(ValueComparison.AreEqual(run, in one, in other) != isNegated);
        return run.TryEnd(Offset);
    }
}

/// <summary><c>&lt; &lt;= &gt; &gt;=</c>.</summary>
/// <param name="left">The left operand.</param>
/// <param name="right">The right operand.</param>
/// <param name="isLess">Whether the left one is to be less, or else greater.</param>
/// <param name="orEqual">Whether it may be equal.</param>
/// <param name="offset">Where it is in the expression.</param>
internal sealed class OrderNode(Node left, Node right, bool isLess, bool orEqual, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!left.TryEvaluate(run, out ExpressionValue one) || !right.TryEvaluate(run, out ExpressionValue other))
        {
            return false;
        }

        if (!ValueComparison.TryCompare(in one, in other, out int? order))
        {
            return run.Fail(Offset, "values that have no order");
        }

        value = ExpressionValue.From((isLess ? order < 0 : order > 0) || (orEqual && order == 0));
        return true;
    }
}

/// <summary><c>A in B</c>.</summary>
internal sealed class InNode(Node left, Node right, int offset) : Node(ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        if (!left.TryEvaluate(run, out ExpressionValue item) || !right.TryEvaluate(run, out ExpressionValue container))
        {
            return false;
        }

        bool isIn = false;
        switch (container.Kind)
        {
            case ValueKind.Nil:
                break;
            case ValueKind.Map when !container.Map.CanHave(in item):
                return run.Fail(Offset, "a key that is not a string");
            case ValueKind.Map:
                isIn = container.Map.TryGet(in item, out _);
                break;
            case ValueKind.List when container.List.IsRange:
                isIn = container.List.RangeContains(in item);
                break;
            case ValueKind.List:
                isIn = Contains(run, container.List, in item);
                break;
            default:
                return run.Fail(Offset, "'in' on a value that is neither a list nor a map");
        }

        value = ExpressionValue.From(isIn);
        return run.TryEnd(Offset);
    }

    private static bool Contains(EvaluationRun run, ValueList list, in ExpressionValue item)
    {
        for (int i = 0; i < list.Count && run.TryCount(1); i++)
        {
            ExpressionValue element = list[i];
            if (ValueComparison.AreEqual(run, in element, in item))
            {
                return true;
            }
        }

        return false;
    }
}
