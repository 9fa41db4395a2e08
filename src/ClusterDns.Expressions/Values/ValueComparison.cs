using ClusterDns.Expressions.Evaluation;

namespace ClusterDns.Expressions.Values;

/// <summary>Which values are equal, and which are less than others.</summary>
internal static class ValueComparison
{
    /// <summary>
    /// Whether two values are equal: numbers by value, whatever their kind, lists by their elements. Within maps kinds must be equal too.
    /// </summary>
    /// <param name="run">What counts the steps.</param>
    /// <param name="left">A value.</param>
    /// <param name="right">Another.</param>
    /// <param name="isStrict">Whether an integer is never equal to a floating-point number.</param>
    public static bool AreEqual(EvaluationRun run, in ExpressionValue left, in ExpressionValue right, bool isStrict = false)
    {
        if (left.IsNumber && right.IsNumber)
        {
            return left.Kind == right.Kind && left.Kind == ValueKind.Integer
                ? left.Integer == right.Integer
                : (!isStrict || left.Kind == right.Kind) && left.Number == right.Number;
        }

        if (left.Kind != right.Kind)
        {
            return false;
        }

        switch (left.Kind)
        {
            case ValueKind.Nil:
                return true;
            case ValueKind.Text:
                return left.Text.SequenceEqual(right.Text);
            case ValueKind.Zone:
                return left.Zone.Equals(right.Zone);
            case ValueKind.List:
                return AreListsEqual(run, left.List, right.List, isStrict);
            case ValueKind.Map:
                return AreMapsEqual(run, left.Map, right.Map);
            default:
                return left.Integer == right.Integer;
        }
    }

    /// <summary>Compares two numbers, strings, instants or durations.</summary>
    /// <param name="left">A value.</param>
    /// <param name="right">Another.</param>
    /// <param name="order">Below 0 when the first is less, above 0 when it is greater; null when one of them is not a number.</param>
    /// <returns>Whether they can be compared.</returns>
    public static bool TryCompare(in ExpressionValue left, in ExpressionValue right, out int? order)
    {
        order = null;
        if (left.IsNumber && right.IsNumber)
        {
            if (left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer)
            {
                order = left.Integer.CompareTo(right.Integer);
            }
            else if (!double.IsNaN(left.Number) && !double.IsNaN(right.Number))
            {
                order = left.Number.CompareTo(right.Number);
            }

            return true;
        }

        if (left.Kind != right.Kind || left.Kind is not (ValueKind.Text or ValueKind.Time or ValueKind.Duration))
        {
            return false;
        }

        order = left.Kind == ValueKind.Text ? CompareText(left.Text, right.Text) : left.Integer.CompareTo(right.Integer);
        return true;
    }

    /// <summary>Compares strings by code points, which is the order of their UTF-8 too.</summary>
    public static int CompareText(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int common = left.CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : Weigh(left[common]).CompareTo(Weigh(right[common]));

        // Surrogates stand for code points above all others.
        static int Weigh(char character) => char.IsSurrogate(character) ? character + 0x10000 : character;
    }

    private static bool AreListsEqual(EvaluationRun run, ValueList left, ValueList right, bool isStrict)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            ExpressionValue one = left[i];
            ExpressionValue other = right[i];
            if (!run.TryCount(1) || !AreEqual(run, in one, in other, isStrict))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreMapsEqual(EvaluationRun run, ValueMap left, ValueMap right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            ExpressionValue one = left.ValueAt(i);
            if (!run.TryCount(1) || !right.TryGet(left.KeyAt(i), out ExpressionValue other) || !AreEqual(run, in one, in other, isStrict: true))
            {
                return false;
            }
        }

        return true;
    }
}
