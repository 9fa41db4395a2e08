namespace ClusterDns.Expressions.Values;

/// <summary>A list: values in an array, or the numbers of a range, which need no memory.</summary>
public sealed class ValueList
{
    private readonly ExpressionValue[]? _items;
    private readonly long _start;

    /// <summary>A list of values.</summary>
    /// <param name="items">The array that they are in.</param>
    /// <param name="start">Where they begin in it.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="depth">How deep lists and maps are nested in it, itself included.</param>
    internal ValueList(ExpressionValue[] items, int start, int count, int depth)
    {
        _items = items;
        _start = start;
        Count = count;
        Depth = depth;
    }

    private ValueList(long first, int count)
    {
        _start = first;
        Count = count;
        Depth = 1;
    }

    /// <summary>How many elements there are.</summary>
    public int Count { get; }

    /// <summary>Whether it is a range of integers.</summary>
    internal bool IsRange => _items is null;

    /// <summary>How deep lists and maps are nested in it, itself included.</summary>
    internal int Depth { get; }

    /// <summary>An element.</summary>
    /// <param name="index">0 for the first.</param>
    public ExpressionValue this[int index] => _items is null ? ExpressionValue.From(_start + index) : _items[_start + index];

    /// <summary>The list of some values.</summary>
    /// <param name="items">The values.</param>
    internal static ValueList Of(params ExpressionValue[] items)
    {
        int depth = 0;
        foreach (ref readonly ExpressionValue item in items.AsSpan())
        {
            depth = Math.Max(depth, item.Depth);
        }

        return new ValueList(items, 0, items.Length, depth + 1);
    }

    /// <summary>A range.</summary>
    /// <param name="first">Its first number.</param>
    /// <param name="count">How many numbers it has.</param>
    internal static ValueList Range(long first, int count) => new(first, count);

    /// <summary>A part of the list, which shares its elements.</summary>
    internal ValueList Slice(int start, int count)
        => _items is null ? new ValueList(_start + start, count) : new ValueList(_items, (int)_start + start, count, Depth);

    /// <summary>Whether a range has a number.</summary>
    internal bool RangeContains(in ExpressionValue value)
        => value.Kind == ValueKind.Integer
            ? value.Integer >= _start && value.Integer - _start < Count
            : value.Kind == ValueKind.Float && value.Float >= _start && value.Float < _start + Count && Math.Truncate(value.Float) == value.Float;

    /// <summary>The same list in memory of its own.</summary>
    internal ValueList Detach()
    {
        if (_items is null)
        {
            return this;
        }

        ExpressionValue[] copy = new ExpressionValue[Count];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = this[i].Detach();
        }

        return new ValueList(copy, 0, copy.Length, Depth);
    }
}
