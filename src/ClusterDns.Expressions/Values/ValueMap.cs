namespace ClusterDns.Expressions.Values;

/// <summary>A map, whose entries keep the order in which they were added.</summary>
public sealed class ValueMap
{
    private readonly Dictionary<ExpressionValue, int> _places = new(KeyComparer.Instance);
    private readonly List<ExpressionValue> _keys = [];
    private readonly List<ExpressionValue> _values = [];

    /// <summary>How many entries there are.</summary>
    public int Count => _keys.Count;

    /// <summary>Whether each key is a string, so that it is a failure to look for something else.</summary>
    internal bool HasTextKeys { get; init; } = true;

    /// <summary>How deep lists and maps are nested in it, itself included.</summary>
    internal int Depth { get; private set; } = 1;

    /// <summary>A key.</summary>
    /// <param name="index">0 for the first entry.</param>
    public ExpressionValue KeyAt(int index) => _keys[index];

    /// <summary>A value.</summary>
    /// <param name="index">0 for the first entry.</param>
    public ExpressionValue ValueAt(int index) => _values[index];

    /// <summary>Whether a value can be a key.</summary>
    internal static bool IsKey(in ExpressionValue value) => value.Kind is not (ValueKind.List or ValueKind.Map);

    /// <summary>Whether a value can be one of its keys; nil never is one, and is looked for without a failure.</summary>
    internal bool CanHave(in ExpressionValue key) => HasTextKeys ? key.Kind is ValueKind.Text or ValueKind.Nil : IsKey(in key);

    /// <summary>Looks up a value.</summary>
    internal bool TryGet(in ExpressionValue key, out ExpressionValue value)
    {
        bool isFound = _places.TryGetValue(key, out int place);
        value = isFound ? _values[place] : default;
        return isFound;
    }

    /// <summary>Sets the value of a key.</summary>
    /// <returns>Whether the key is new.</returns>
    internal bool Set(in ExpressionValue key, in ExpressionValue value)
    {
        Depth = Math.Max(Depth, value.Depth + 1);
        if (_places.TryGetValue(key, out int place))
        {
            _values[place] = value;
            return false;
        }

        _places.Add(key, _keys.Count);
        _keys.Add(key);
        _values.Add(value);
        return true;
    }

    /// <summary>The places of the entries: in order of their keys where these have one, as they were added otherwise.</summary>
    internal int[] Order()
    {
        int[] places = [.. Enumerable.Range(0, Count)];
        if (_keys.TrueForAll(static key => key.IsNumber) || _keys.TrueForAll(static key => key.Kind == ValueKind.Text))
        {
            Array.Sort(places, (left, right) =>
            {
                ValueComparison.TryCompare(_keys[left], _keys[right], out int? order);
                return order ?? left.CompareTo(right);
            });
        }

        return places;
    }

    /// <summary>The same map in memory of its own.</summary>
    internal ValueMap Detach()
    {
        ValueMap copy = new() { HasTextKeys = HasTextKeys };
        for (int i = 0; i < Count; i++)
        {
            copy.Set(_keys[i].Detach(), _values[i].Detach());
        }

        return copy;
    }

    /// <summary>Keys are equal when kind and value are: 1 and 1.0 are two keys.</summary>
    private sealed class KeyComparer : IEqualityComparer<ExpressionValue>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(ExpressionValue x, ExpressionValue y)
            => x.Kind == y.Kind && (x.Kind == ValueKind.Text ? x.Text.SequenceEqual(y.Text) : x.Integer == y.Integer);

        public int GetHashCode(ExpressionValue obj)
            => obj.Kind == ValueKind.Text ? string.GetHashCode(obj.Text, StringComparison.Ordinal) : HashCode.Combine(obj.Kind, obj.Integer);
    }
}
