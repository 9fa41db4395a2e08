namespace ClusterDns.GoText.Templates;

/// <summary>Comparisons: of numbers, whatever their sign's type, of strings, and whether anything is the same.</summary>
internal static class ComparisonFunctions
{
    /// <summary>Whether the first argument equals any of the others.</summary>
    public static bool Equal(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = Value.From(false);
        for (int i = 1; i < arguments.Length; i++)
        {
            if (!TryEqual(run, position, in arguments[0], in arguments[i], out bool isEqual))
            {
                return false;
            }

            if (isEqual)
            {
                value = Value.From(true);
                return true;
            }
        }

        return true;
    }

    /// <summary>Whether two arguments differ.</summary>
    public static bool NotEqual(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        bool isDone = TryEqual(run, position, in arguments[0], in arguments[1], out bool isEqual);
        value = Value.From(!isEqual);
        return isDone;
    }

    /// <summary>Whether the first argument is less.</summary>
    public static bool Less(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Compare(run, position, arguments, static order => order == Order.Less, out value);

    /// <summary>Whether the first argument is less or equal.</summary>
    public static bool LessOrEqual(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Compare(run, position, arguments, static order => order is Order.Less or Order.Equal, out value);

    /// <summary>Whether the first argument is greater.</summary>
    public static bool Greater(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Compare(run, position, arguments, static order => order is Order.Greater or Order.None, out value);

    /// <summary>Whether the first argument is greater or equal.</summary>
    public static bool GreaterOrEqual(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
        => Compare(run, position, arguments, static order => order is not Order.Less, out value);

    private static bool Compare(TemplateRun run, int position, ReadOnlySpan<Value> arguments, Func<Order, bool> holds, out Value value)
    {
        bool isDone = TryOrder(run, position, in arguments[0], in arguments[1], out Order order);
        value = Value.From(isDone && holds(order));
        return isDone;
    }

    private static bool TryEqual(TemplateRun run, int position, in Value left, in Value right, out bool isEqual)
    {
        isEqual = false;
        if (left.Kind == ValueKind.Nil || right.Kind == ValueKind.Nil)
        {
            isEqual = left.Kind == right.Kind;
            return true;
        }

        if (left.Kind == ValueKind.Boolean && right.Kind == ValueKind.Boolean)
        {
            isEqual = left.Boolean == right.Boolean;
            return true;
        }

        if (left.Kind == ValueKind.Record && right.Kind == ValueKind.Record)
        {
            isEqual = Value.IsSame(in left, in right);
            return true;
        }

        bool isDone = TryOrder(run, position, in left, in right, out Order order);
        isEqual = order == Order.Equal;
        return isDone;
    }

    private static bool TryOrder(TemplateRun run, int position, in Value left, in Value right, out Order order)
    {
        order = Order.None;
        switch (left.Kind, right.Kind)
        {
            case (ValueKind.Integer, ValueKind.Integer):
                order = ToOrder(left.Integer.CompareTo(right.Integer));
                return true;
            case (ValueKind.Unsigned, ValueKind.Unsigned):
                order = ToOrder(left.Unsigned.CompareTo(right.Unsigned));
                return true;
            case (ValueKind.Integer, ValueKind.Unsigned):
                order = ToOrder(left.Integer < 0 ? -1 : ((ulong)left.Integer).CompareTo(right.Unsigned));
                return true;
            case (ValueKind.Unsigned, ValueKind.Integer):
                order = ToOrder(right.Integer < 0 ? 1 : left.Unsigned.CompareTo((ulong)right.Integer));
                return true;
            case (ValueKind.Float, ValueKind.Float):
                bool isOrdered = !double.IsNaN(left.Float) && !double.IsNaN(right.Float);
                order = isOrdered ? ToOrder(left.Float.CompareTo(right.Float)) : Order.None;
                return true;
            case (ValueKind.Text, ValueKind.Text):
                order = ToOrder(string.CompareOrdinal(left.Text, right.Text));
                return true;
            default:
                return run.Fail(position, $"values of types {left.TypeName} and {right.TypeName} cannot be compared");
        }
    }

    private static Order ToOrder(int comparison) => comparison switch
    {
        < 0 => Order.Less,
        0 => Order.Equal,
        _ => Order.Greater,
    };

    private enum Order : byte
    {
        None,
        Less,
        Equal,
        Greater,
    }
}
