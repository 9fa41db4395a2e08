using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Evaluation;

/// <summary>Sorts lists, for <c>sort</c> and <c>sortBy</c>.</summary>
internal static class ListSort
{
    /// <summary>The words for the order.</summary>
    public static readonly string[] Orders = ["asc", "desc"];

    /// <summary>Reads the order.</summary>
    /// <param name="run">The evaluation.</param>
    /// <param name="order">What gives it; null for ascending.</param>
    /// <param name="isDescending">Whether it is descending.</param>
    public static bool TryGetOrder(EvaluationRun run, Node? order, out bool isDescending)
    {
        isDescending = false;
        if (order is null)
        {
            return true;
        }

        return order.TryEvaluate(run, out ExpressionValue value)
            && (TryGetOrder(in value, out isDescending) || run.Fail(order.Offset, "an order that is neither 'asc' nor 'desc'"));
    }

    /// <summary>Reads the order.</summary>
    public static bool TryGetOrder(in ExpressionValue value, out bool isDescending)
    {
        isDescending = value.Kind == ValueKind.Text && value.Text.SequenceEqual(Orders[1]);
        return isDescending || (value.Kind == ValueKind.Text && value.Text.SequenceEqual(Orders[0]));
    }

    /// <summary>Sorts values by their keys, and keeps the order of those whose keys are equal.</summary>
    public static bool TrySort(EvaluationRun run, ExpressionValue[] keys, ExpressionValue[] items, bool isDescending, int offset)
    {
        // Sorting takes n log n comparisons; each may read the start of two strings.
        if (!run.TryCount(keys.Length * (int.Log2(keys.Length + 1) + 1)))
        {
            return run.TryEnd(offset);
        }

        for (int i = 1; i < keys.Length; i++)
        {
            if (!ValueComparison.TryCompare(in keys[i - 1], in keys[i], out _))
            {
                return run.Fail(offset, "a sort of values that have no order");
            }
        }

        int[] places = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(places, (left, right) =>
        {
            ValueComparison.TryCompare(in keys[left], in keys[right], out int? order);
            int result = isDescending ? -(order ?? 0) : order ?? 0;
            return result != 0 ? result : left.CompareTo(right);
        });

        ExpressionValue[] sorted = Array.ConvertAll(places, place => items[place]);
        sorted.CopyTo(items, 0);
        return true;
    }
}
