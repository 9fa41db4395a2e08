using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>Functions on lists and maps, but for those with predicates.</summary>
internal static class ListBuiltins
{
    private static readonly Parameter Container = new("a list, a map or a string", ValueKind.List, ValueKind.Map, ValueKind.Text);
    private static readonly Parameter Indexed = new("a list or a map", ValueKind.List, ValueKind.Map);
    private static readonly Parameter ListOrNil = new("a list", ValueKind.List, ValueKind.Nil);
    private static readonly BuiltinResult AnyList = static _ => ExpressionType.AnyList;
    private static readonly BuiltinResult ElementOfFirst = static types => types[0].Kind is ValueKind.List or ValueKind.Map ? types[0].Element : ExpressionType.Any;

    /// <summary>The functions.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("len", [Container], static _ => ExpressionType.Integer, Length),
        new("first", [ListOrNil], ElementOfFirst, static (BuiltinCall call, out ExpressionValue value) => TryGet(call, 0, out value)),
        new("last", [ListOrNil], ElementOfFirst, static (BuiltinCall call, out ExpressionValue value) => TryGet(call, -1, out value)),
        new("get", [Indexed, Parameter.Any], ElementOfFirst, Get),
        new("take", [Parameter.List, Parameter.Integer], static types => types[0], static (BuiltinCall call, out ExpressionValue value) =>
        {
            long count = Math.Min(call[1].Integer, call[0].List.Count);
            value = ExpressionValue.From(call[0].List.Slice(0, (int)Math.Max(0, count)));
            return count >= 0 || call.Fail("take of a negative number of elements");
        }),
        new("reverse", [Parameter.List], AnyList, Reverse),
        new("uniq", [Parameter.List], AnyList, Distinct),
        new("concat", [Parameter.List], AnyList, Concatenate) { IsVariadic = true },
        new("flatten", [Parameter.List], AnyList, Flatten),
        new("sort", [Parameter.List, Parameter.Text], AnyList, Sort) { Required = 1 },
        new("keys", [Parameter.Map], AnyList, static (BuiltinCall call, out ExpressionValue value) => TryList(call, static (map, i) => map.KeyAt(i), out value)),
        new("values", [Parameter.Map], AnyList, static (BuiltinCall call, out ExpressionValue value) => TryList(call, static (map, i) => map.ValueAt(i), out value)),
        new("toPairs", [Parameter.Map], AnyList, static (BuiltinCall call, out ExpressionValue value) =>
            TryList(call, static (map, i) => ExpressionValue.From(ValueList.Of(map.KeyAt(i), map.ValueAt(i))), out value)),
        new("fromPairs", [Parameter.List], static _ => ExpressionType.MapOf(ExpressionType.Any, hasTextKeys: false), FromPairs),
    ];

    /// <summary>An element, or nil where there is none.</summary>
    private static bool TryGet(BuiltinCall call, int index, out ExpressionValue value)
    {
        value = default;
        if (call[0].Kind == ValueKind.List)
        {
            MemberNode.TryGetElement(call[0].List, index, out value);
        }

        return true;
    }

    private static bool Length(BuiltinCall call, out ExpressionValue value)
    {
        value = ExpressionValue.From(call[0].Kind switch
        {
            ValueKind.List => (long)call[0].List.Count,
            ValueKind.Map => call[0].Map.Count,
            _ => Utf8Text.CountCodePoints(call[0].Text),
        });
        return call[0].Kind != ValueKind.Text || call.Run.TryCountText(call[0].Text.Length);
    }

    private static bool Get(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        switch (call[0].Kind)
        {
            case ValueKind.Map when call[0].Map.CanHave(in call[1]):
                call[0].Map.TryGet(in call[1], out value);
                return true;
            case ValueKind.List when call[1].Kind == ValueKind.Integer:
                MemberNode.TryGetElement(call[0].List, call[1].Integer, out value);
                return true;
            default:
                return call.Fail("get of a member that the value does not have");
        }
    }

    private static bool Reverse(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        ValueList list = call[0].List;
        if (list.Count > ExpressionLimits.MaxElements)
        {
            return call.Run.TryCountElements(list.Count);
        }

        ExpressionValue[] items = new ExpressionValue[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = list[list.Count - 1 - i];
        }

        return call.Run.TryCount(items.Length) && call.Run.TryCreateList(items, items.Length, out value);
    }

    private static bool Distinct(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> items = [];
        for (int i = 0; i < call[0].List.Count; i++)
        {
            ExpressionValue item = call[0].List[i];
            bool isKnown = false;
            for (int known = 0; known < items.Count && !isKnown; known++)
            {
                ExpressionValue other = items[known];
                isKnown = ValueComparison.AreEqual(call.Run, in item, in other);
                if (!call.Run.TryCount(1))
                {
                    return false;
                }
            }

            if (!isKnown)
            {
                items.Add(item);
            }
        }

        return call.Run.TryCreateList([.. items], items.Count, out value);
    }

    private static bool Concatenate(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> items = [];
        for (int i = 0; i < call.Count; i++)
        {
            ValueList list = call[i].List;
            if (!call.Run.TryCount(list.Count))
            {
                return false;
            }

            for (int item = 0; item < list.Count; item++)
            {
                items.Add(list[item]);
            }
        }

        return call.Run.TryCreateList([.. items], items.Count, out value);
    }

    private static bool Flatten(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> items = [];
        return TryFlatten(call.Run, call[0].List, items) && call.Run.TryCreateList([.. items], items.Count, out value);
    }

    private static bool TryFlatten(EvaluationRun run, ValueList list, List<ExpressionValue> items)
    {
        if (!run.TryCount(list.Count + 1))
        {
            return false;
        }

        for (int i = 0; i < list.Count; i++)
        {
            ExpressionValue item = list[i];
            if (item.Kind != ValueKind.List)
            {
                items.Add(item);
            }
            else if (!TryFlatten(run, item.List, items))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Sort(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        bool isDescending = false;
        if (call.Has(1) && !ListSort.TryGetOrder(in call[1], out isDescending))
        {
            return call.Fail("an order that is neither 'asc' nor 'desc'");
        }

        ValueList list = call[0].List;
        if (list.Count > ExpressionLimits.MaxElements)
        {
            return call.Run.TryCountElements(list.Count);
        }

        ExpressionValue[] items = new ExpressionValue[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = list[i];
        }

        return ListSort.TrySort(call.Run, [.. items], items, isDescending, call.Offset) && call.Run.TryCreateList(items, items.Length, out value);
    }

    private static bool TryList(BuiltinCall call, Func<ValueMap, int, ExpressionValue> select, out ExpressionValue value)
    {
        ExpressionValue[] items = new ExpressionValue[call[0].Map.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = select(call[0].Map, i);
        }

        return call.Run.TryCount(items.Length) & call.Run.TryCreateList(items, items.Length, out value);
    }

    private static bool FromPairs(BuiltinCall call, out ExpressionValue value)
    {
        ValueMap map = new() { HasTextKeys = false };
        value = ExpressionValue.From(map);
        ValueList list = call[0].List;
        if (!call.Run.TryCountElements(list.Count))
        {
            return false;
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not { Kind: ValueKind.List, List: { Count: 2 } pair } || !ValueMap.IsKey(pair[0]))
            {
                return call.Fail("fromPairs of a list with an element that is not a pair");
            }

            map.Set(pair[0], pair[1]);
        }

        return call.Run.TryDepth(map.Depth);
    }
}
