using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Parsing;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Binding;

/// <summary>Binds calls of functions with predicates.</summary>
/// <param name="binder">What binds the arguments.</param>
internal readonly struct LoopBinder(Binder binder)
{
    /// <summary>Binds a call.</summary>
    /// <exception cref="ExpressionException">It has wrong arguments.</exception>
    public Node Bind(CallSyntax call)
    {
        string name = call.Name;
        int least = name is "count" or "sum" ? 1 : 2;
        int most = name is "sortBy" or "reduce" ? 3 : 2;
        if (call.Arguments.Count < least || call.Arguments.Count > most)
        {
            throw CallBinder.WrongCount(name, least, most, call.Arguments.Count, call.Offset);
        }

        Loop loop = BindLoop(call);
        ExpressionType list = loop.List.Type;
        ExpressionType element = ElementOf(list);
        Node? third = call.Arguments.Count == 3 ? binder.Bind(call.Arguments[2]) : null;
        switch (name)
        {
            case "all":
                return new QuantifierNode(Tested(loop), deciding: false, whenDecided: false, call.Offset);
            case "none":
                return new QuantifierNode(Tested(loop), deciding: true, whenDecided: false, call.Offset);
            case "any":
                return new QuantifierNode(Tested(loop), deciding: true, whenDecided: true, call.Offset);
            case "one":
                return new CountNode(Tested(loop), isOne: true, call.Offset);
            case "count":
                return new CountNode(Tested(loop), isOne: false, call.Offset);
            case "filter":
                return new SelectNode(Tested(loop), isFilter: true, ExpressionType.ListOf(element), call.Offset);
            case "map":
                return new SelectNode(loop, isFilter: false, ExpressionType.ListOf(loop.Predicate.Type), call.Offset);
            case "find" or "findLast":
                return new FindNode(Tested(loop), isIndex: false, isLast: name is "findLast", element, call.Offset);
            case "findIndex" or "findLastIndex":
                return new FindNode(Tested(loop), isIndex: true, isLast: name is "findLastIndex", ExpressionType.Integer, call.Offset);
            case "sum":
                return new SumNode(loop, loop.Predicate.Type, call.Offset);
            case "reduce":
                return new ReduceNode(loop, third, call.Offset);
            case "groupBy":
                return new GroupNode(loop, ExpressionType.MapOf(ExpressionType.ListOf(element), hasTextKeys: false), call.Offset);
            default:
                CheckOrder([third], 0);
                return new SortByNode(loop, third, list, call.Offset);
        }
    }

    /// <summary>Checks the order of a sort.</summary>
    /// <exception cref="ExpressionException">It is none.</exception>
    public static void CheckOrder(ReadOnlySpan<Node?> arguments, int index)
    {
        if (index >= arguments.Length || arguments[index] is not { } order)
        {
            return;
        }

        bool isOrder = order is ConstantNode constant ? ListSort.TryGetOrder(constant.Value, out _) : order.Type.IsAny || order.Type.Kind == ValueKind.Text;
        if (!isOrder)
        {
            throw new ExpressionException(order.Offset, "invalid order: 'asc' and 'desc' are accepted");
        }
    }

    private Loop BindLoop(CallSyntax call)
    {
        Node list = binder.Bind(call.Arguments[0]);
        if (list.Type.Kind is not (ValueKind.List or null))
        {
            throw new ExpressionException(list.Offset, $"argument 1 of '{call.Name}' is of type {list.Type}: a list is accepted");
        }

        LoopScope scope = binder.Scope.EnterLoop(ElementOf(list.Type), call.Name is "map" or "reduce", call.Name is "reduce");
        Node predicate = call.Arguments.Count > 1 ? binder.Bind(call.Arguments[1]) : binder.Scope.FindPointer("", call.Offset);
        binder.Scope.LeaveLoop();
        return predicate.Type.Kind == ValueKind.Nil
            ? throw new ExpressionException(predicate.Offset, $"predicate of '{call.Name}' is nil: a value is accepted")
            : new Loop(list, predicate, scope.ItemSlot, scope.IndexSlot, scope.AccumulatorSlot);
    }

    private static Loop Tested(Loop loop)
        => loop.Predicate.Type.Kind is ValueKind.Boolean or null
            ? loop
            : throw new ExpressionException(loop.Predicate.Offset, $"predicate of type {loop.Predicate.Type}: a bool is accepted");

    private static ExpressionType ElementOf(ExpressionType list) => list.IsAny ? ExpressionType.Any : list.Element;
}
