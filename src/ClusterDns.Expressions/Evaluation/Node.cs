using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>A part of a compiled expression.</summary>
/// <param name="type">What is known of its values.</param>
/// <param name="offset">Where it is in the expression.</param>
internal abstract class Node(ExpressionType type, int offset)
{
    /// <summary>What is known of its values.</summary>
    public ExpressionType Type => type;

    /// <summary>Where it is in the expression, in characters from 0.</summary>
    public int Offset => offset;

    /// <summary>Evaluates it.</summary>
    /// <param name="run">The evaluation.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False when the evaluation has failed.</returns>
    public abstract bool TryEvaluate(EvaluationRun run, out ExpressionValue value);

    /// <summary>Evaluates it where a boolean is needed.</summary>
    public bool TryEvaluateBoolean(EvaluationRun run, out bool value)
    {
        bool isDone = TryEvaluate(run, out ExpressionValue result);
        value = result.Boolean;
        return isDone && (result.Kind == ValueKind.Boolean || run.Fail(Offset, "a condition that is not a bool"));
    }

    /// <summary>Evaluates it where a list is needed.</summary>
    public bool TryEvaluateList(EvaluationRun run, out ValueList list)
    {
        bool isDone = TryEvaluate(run, out ExpressionValue result);
        list = isDone && result.Kind == ValueKind.List ? result.List : null!;
        return isDone && (list is not null || run.Fail(Offset, "a value that is not a list"));
    }

    /// <summary>Evaluates it where an integer is needed.</summary>
    public bool TryEvaluateInteger(EvaluationRun run, out long value)
    {
        bool isDone = TryEvaluate(run, out ExpressionValue result);
        value = result.Kind == ValueKind.Float ? (long)result.Float : result.Integer;
        return isDone && (result.IsNumber || run.Fail(Offset, "a value that is not an int"));
    }
}

/// <summary>A value that is known at start.</summary>
internal sealed class ConstantNode(ExpressionValue value, ExpressionType type, int offset) : Node(type, offset)
{
    /// <summary>The value.</summary>
    public ExpressionValue Value => value;

    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue result)
    {
        result = value;
        return true;
    }
}

/// <summary>A variable of <c>let</c>, or one of <c># #index #acc</c>.</summary>
internal sealed class VariableNode(int slot, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = run.Variable(slot);
        return true;
    }
}

/// <summary><c>let NAME = VALUE; BODY</c>.</summary>
internal sealed class LetNode(int slot, Node value, Node body, int offset) : Node(body.Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue result)
    {
        if (!value.TryEvaluate(run, out result))
        {
            return false;
        }

        run.Variable(slot) = result;
        return body.TryEvaluate(run, out result);
    }
}

/// <summary><c>A; B</c>: the value of the last.</summary>
internal sealed class SequenceNode(Node[] nodes, int offset) : Node(nodes[^1].Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        foreach (Node node in nodes)
        {
            if (!node.TryEvaluate(run, out value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary><c>CONDITION ? A : B</c>, and <c>if</c>.</summary>
internal sealed class ConditionalNode(Node condition, Node whenTrue, Node whenFalse, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        return condition.TryEvaluateBoolean(run, out bool isTrue) && (isTrue ? whenTrue : whenFalse).TryEvaluate(run, out value);
    }
}

/// <summary><c>A ?? B</c>.</summary>
internal sealed class CoalesceNode(Node left, Node right, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
        => left.TryEvaluate(run, out value) && (value.Kind != ValueKind.Nil || right.TryEvaluate(run, out value));
}

/// <summary><c>[A, B]</c>.</summary>
internal sealed class ListNode(Node[] items, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        ExpressionValue[] values = new ExpressionValue[items.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (!items[i].TryEvaluate(run, out values[i]))
            {
                return false;
            }
        }

        return run.TryCreateList(values, values.Length, out value) || run.TryEnd(Offset);
    }
}

/// <summary><c>{KEY: VALUE}</c>. Of equal keys the first counts.</summary>
internal sealed class MapNode((Node Key, Node Value)[] entries, int offset) : Node(ExpressionType.AnyMap, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        ValueMap map = new();
        value = ExpressionValue.From(map);
        foreach ((Node keyNode, Node valueNode) in entries)
        {
            if (!keyNode.TryEvaluate(run, out ExpressionValue key) || !valueNode.TryEvaluate(run, out ExpressionValue entry))
            {
                return false;
            }

            if (key.Kind != ValueKind.Text)
            {
                return run.Fail(keyNode.Offset, "a map's key that is not a string");
            }

            if (!map.TryGet(in key, out _))
            {
                map.Set(in key, in entry);
            }
        }

        return (run.TryCountElements(map.Count) && run.TryDepth(map.Depth)) || run.TryEnd(Offset);
    }
}
