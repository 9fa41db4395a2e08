using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>A list and the variables of the predicate that is evaluated for its elements.</summary>
/// <param name="List">The list.</param>
/// <param name="Predicate">The predicate.</param>
/// <param name="ItemSlot">Where <c>#</c> is.</param>
/// <param name="IndexSlot">Where <c>#index</c> is.</param>
/// <param name="AccumulatorSlot">Where <c>#acc</c> is.</param>
internal sealed record Loop(Node List, Node Predicate, int ItemSlot, int IndexSlot, int AccumulatorSlot)
{
    /// <summary>Evaluates the predicate for an element.</summary>
    public bool TryVisit(EvaluationRun run, ValueList list, int index, out ExpressionValue value)
    {
        value = default;
        if (!run.TryCount(1))
        {
            return run.TryEnd(List.Offset);
        }

        run.Variable(ItemSlot) = list[index];
        run.Variable(IndexSlot) = ExpressionValue.From((long)index);
        return Predicate.TryEvaluate(run, out value);
    }

    /// <summary>Evaluates the predicate for an element, where it must be a boolean.</summary>
    public bool TryTest(EvaluationRun run, ValueList list, int index, out bool isTrue)
    {
        bool isDone = TryVisit(run, list, index, out ExpressionValue value);
        isTrue = value.Boolean;
        return isDone && (value.Kind == ValueKind.Boolean || run.Fail(Predicate.Offset, "a predicate that is not a bool"));
    }
}

/// <summary>A function with a predicate.</summary>
internal abstract class LoopNode(Loop loop, ExpressionType type, int offset) : Node(type, offset)
{
    /// <summary>The list and the predicate.</summary>
    protected Loop Loop => loop;

    /// <inheritdoc/>
    public sealed override bool TryEvaluate(EvaluationRun run, out ExpressionValue value)
    {
        value = default;
        return loop.List.TryEvaluateList(run, out ValueList list) && TryEvaluate(run, list, out value);
    }

    /// <summary>Evaluates it for a list.</summary>
    protected abstract bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value);
}

/// <summary><c>all</c>, <c>none</c> and <c>any</c>: they end at the first element that decides.</summary>
/// <param name="loop">The list and the predicate.</param>
/// <param name="deciding">The predicate's value that decides.</param>
/// <param name="whenDecided">The result then; otherwise the opposite.</param>
/// <param name="offset">Where it is in the expression.</param>
internal sealed class QuantifierNode(Loop loop, bool deciding, bool whenDecided, int offset) : LoopNode(loop, ExpressionType.Boolean, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = ExpressionValue.From(!whenDecided);
        for (int i = 0; i < list.Count; i++)
        {
            if (!Loop.TryTest(run, list, i, out bool isTrue))
            {
                return false;
            }

            if (isTrue == deciding)
            {
                value = ExpressionValue.From(whenDecided);
                return true;
            }
        }

        return true;
    }
}

/// <summary><c>count</c>, and <c>one</c>, which is whether the count is 1.</summary>
internal sealed class CountNode(Loop loop, bool isOne, int offset) : LoopNode(loop, isOne ? ExpressionType.Boolean : ExpressionType.Integer, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        long count = 0;
        for (int i = 0; i < list.Count; i++)
        {
            if (!Loop.TryTest(run, list, i, out bool isTrue))
            {
                return false;
            }

            count += isTrue ? 1 : 0;
        }

        value = isOne ? ExpressionValue.From(count == 1) : ExpressionValue.From(count);
        return true;
    }
}

/// <summary><c>filter</c> and <c>map</c>.</summary>
internal sealed class SelectNode(Loop loop, bool isFilter, ExpressionType type, int offset) : LoopNode(loop, type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> selected = [];
        for (int i = 0; i < list.Count; i++)
        {
            bool isSelected = true;
            if (isFilter ? !Loop.TryTest(run, list, i, out isSelected) : !Loop.TryVisit(run, list, i, out value))
            {
                return false;
            }

            if (isSelected)
            {
                if (selected.Count == ExpressionLimits.MaxElements)
                {
                    run.TryCountElements(selected.Count + 1);
                    return run.TryEnd(Offset);
                }

                selected.Add(isFilter ? list[i] : value);
            }
        }

        return run.TryCreateList([.. selected], selected.Count, out value) || run.TryEnd(Offset);
    }
}

/// <summary><c>find</c>, <c>findIndex</c>, <c>findLast</c> and <c>findLastIndex</c>; nil where nothing is found.</summary>
internal sealed class FindNode(Loop loop, bool isIndex, bool isLast, ExpressionType type, int offset) : LoopNode(loop, type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        for (int i = 0; i < list.Count; i++)
        {
            int index = isLast ? list.Count - 1 - i : i;
            if (!Loop.TryTest(run, list, index, out bool isTrue))
            {
                return false;
            }

            if (isTrue)
            {
                value = isIndex ? ExpressionValue.From((long)index) : list[index];
                return true;
            }
        }

        return true;
    }
}

/// <summary><c>sum</c>.</summary>
internal sealed class SumNode(Loop loop, ExpressionType type, int offset) : LoopNode(loop, type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = ExpressionValue.From(0L);
        for (int i = 0; i < list.Count; i++)
        {
            ExpressionValue sum = value;
            if (!Loop.TryVisit(run, list, i, out ExpressionValue item)
                || !ArithmeticNode.TryApply(run, ArithmeticOperator.Add, Offset, in item, in sum, out value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary><c>reduce</c>.</summary>
internal sealed class ReduceNode(Loop loop, Node? initial, int offset) : LoopNode(loop, loop.Predicate.Type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        if (initial is null && list.Count == 0)
        {
            return run.Fail(Offset, "reduce of an empty list without an initial value");
        }

        if (initial is null)
        {
            value = list[0];
        }
        else if (!initial.TryEvaluate(run, out value))
        {
            return false;
        }

        for (int i = initial is null ? 1 : 0; i < list.Count; i++)
        {
            run.Variable(Loop.AccumulatorSlot) = value;
            if (!Loop.TryVisit(run, list, i, out value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary><c>groupBy</c>: a map from the predicate's values to lists of the elements.</summary>
internal sealed class GroupNode(Loop loop, ExpressionType type, int offset) : LoopNode(loop, type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        if (!run.TryCountElements(list.Count))
        {
            return run.TryEnd(Offset);
        }

        Dictionary<int, List<ExpressionValue>> groups = [];
        ValueMap places = new() { HasTextKeys = false };
        for (int i = 0; i < list.Count; i++)
        {
            if (!Loop.TryVisit(run, list, i, out ExpressionValue key))
            {
                return false;
            }

            if (!ValueMap.IsKey(in key))
            {
                return run.Fail(Loop.Predicate.Offset, "a key of groupBy that is a list or a map");
            }

            if (!places.TryGet(in key, out ExpressionValue place))
            {
                place = ExpressionValue.From((long)places.Count);
                places.Set(in key, in place);
                groups.Add((int)place.Integer, []);
            }

            groups[(int)place.Integer].Add(list[i]);
        }

        ValueMap map = new() { HasTextKeys = false };
        for (int i = 0; i < places.Count; i++)
        {
            if (!run.TryCreateList([.. groups[i]], groups[i].Count, out ExpressionValue group))
            {
                return run.TryEnd(Offset);
            }

            map.Set(places.KeyAt(i), in group);
        }

        value = ExpressionValue.From(map);
        return run.TryDepth(map.Depth) || run.TryEnd(Offset);
    }
}

/// <summary><c>sortBy</c>, which keeps the order of elements that are equal.</summary>
internal sealed class SortByNode(Loop loop, Node? order, ExpressionType type, int offset) : LoopNode(loop, type, offset)
{
    /// <inheritdoc/>
    protected override bool TryEvaluate(EvaluationRun run, ValueList list, out ExpressionValue value)
    {
        value = default;
        if (!ListSort.TryGetOrder(run, order, out bool isDescending))
        {
            return false;
        }

        if (!run.TryCountElements(list.Count))
        {
            return run.TryEnd(Offset);
        }

        ExpressionValue[] keys = new ExpressionValue[list.Count];
        ExpressionValue[] items = new ExpressionValue[list.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            items[i] = list[i];
            if (!Loop.TryVisit(run, list, i, out keys[i]))
            {
                return false;
            }
        }

        return ListSort.TrySort(run, keys, items, isDescending, Offset) && (run.TryCreateList(items, items.Length, out value) || run.TryEnd(Offset));
    }
}
