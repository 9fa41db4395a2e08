using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary><c>A.NAME</c> and <c>A[B]</c>: an entry of a map, nil where there is none, or an element of a list, from its end where B is negative.</summary>
internal sealed class MemberNode(Node target, Node property, ExpressionType type, int offset) : Node(type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        if (!target.TryEvaluate(run, out value) || !property.TryEvaluate(run, out ExpressionValue key))
        {
            return false;
        }

        switch (value.Kind)
        {
            case ValueKind.Map when value.Map.CanHave(in key):
                value.Map.TryGet(in key, out value);
                return true;
            case ValueKind.List when key.IsNumber:
                return TryGetElement(value.List, key.Kind == ValueKind.Float ? (long)key.Float : key.Integer, out value)
                    || run.Fail(Offset, "an index outside of the list");
            case ValueKind.Nil:
                return run.Fail(Offset, "a member of nil");
            default:
                return run.Fail(Offset, "a member that the value does not have");
        }
    }

    /// <summary>Gets an element of a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="index">0 for the first, -1 for the last.</param>
    /// <param name="value">The element.</param>
    public static bool TryGetElement(ValueList list, long index, out ExpressionValue value)
    {
        index += index < 0 ? list.Count : 0;
        bool isThere = index >= 0 && index < list.Count;
        value = isThere ? list[(int)index] : default;
        return isThere;
    }
}

/// <summary>The value before <c>?.</c>: if it is nil, so is the whole chain.</summary>
internal sealed class OptionalNode(Node target, int offset) : Node(target.Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
        => target.TryEvaluate(run, out value) && (value.Kind != ValueKind.Nil || run.Skip());
}

/// <summary>A chain with <c>?.</c> in it.</summary>
internal sealed class ChainNode(Node inner, int offset) : Node(inner.Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        if (inner.TryEvaluate(run, out value))
        {
            return true;
        }

        value = default;
        return run.TryEndSkip();
    }
}

/// <summary><c>A[B:C]</c>. Bounds below 0 count from the end; what lies outside is left out. Strings are cut by the bytes of their UTF-8.</summary>
internal sealed class SliceNode(Node target, Node? from, Node? to, int offset) : Node(target.Type, offset)
{
    /// <inheritdoc/>
    public override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        if (!target.TryEvaluate(run, out value))
        {
            return false;
        }

        if (value.Kind is not (ValueKind.List or ValueKind.Text))
        {
            return run.Fail(Offset, "a part of a value that is neither a list nor a string");
        }

        long length = value.Kind == ValueKind.List ? value.List.Count : Utf8Text.Length(value.Text);
        long end = length;
        long start = 0;
        if ((to is not null && !to.TryEvaluateInteger(run, out end)) || (from is not null && !from.TryEvaluateInteger(run, out start)))
        {
            return false;
        }

        start = Math.Max(0, start < 0 ? length + start : start);
        end = Math.Min(length, Math.Max(0, end < 0 ? length + end : end));
        start = Math.Min(start, end);
        if (value.Kind == ValueKind.List)
        {
            value = ExpressionValue.From(value.List.Slice((int)start, (int)(end - start)));
            return true;
        }

        return (run.TryCountText((int)length) && Utf8Text.TrySlice(run, in value, (int)start, (int)end, out value)) || run.TryEnd(Offset);
    }
}
