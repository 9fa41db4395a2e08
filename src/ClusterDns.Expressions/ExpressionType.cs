using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions;

/// <summary>What is known at start of the values that a part of an expression can have.</summary>
public sealed class ExpressionType
{
    private ExpressionType(string name, ValueKind? kind, ExpressionType? element = null, bool hasTextKeys = false)
    {
        Name = name;
        Kind = kind;
        HasTextKeys = hasTextKeys;
        Element = element ?? this;
    }

    /// <summary>Nothing is known: the value is checked when it is used.</summary>
    public static ExpressionType Any { get; } = new("any", null);

    /// <summary><c>nil</c>.</summary>
    public static ExpressionType Nil { get; } = new("nil", ValueKind.Nil);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ExpressionType Boolean { get; } = new("bool", ValueKind.Boolean);

    /// <summary>An integer of 64 bits.</summary>
    public static ExpressionType Integer { get; } = new("int", ValueKind.Integer);

    /// <summary>A floating-point number of 64 bits.</summary>
    public static ExpressionType Float { get; } = new("float", ValueKind.Float);

    /// <summary>A string.</summary>
    public static ExpressionType Text { get; } = new("string", ValueKind.Text);

    /// <summary>An instant, with the time zone that it is shown in.</summary>
    public static ExpressionType Time { get; } = new("time", ValueKind.Time);

    /// <summary>A length of time, in nanoseconds.</summary>
    public static ExpressionType Duration { get; } = new("duration", ValueKind.Duration);

    /// <summary>A time zone.</summary>
    public static ExpressionType Zone { get; } = new("timezone", ValueKind.Zone);

    /// <summary>A month of the year.</summary>
    public static ExpressionType Month { get; } = new("month", ValueKind.Month);

    /// <summary>A day of the week.</summary>
    public static ExpressionType Weekday { get; } = new("weekday", ValueKind.Weekday);

    /// <summary>A list of values of any type.</summary>
    public static ExpressionType AnyList { get; } = ListOf(Any);

    /// <summary>A map from strings to values of any type.</summary>
    public static ExpressionType AnyMap { get; } = MapOf(Any, hasTextKeys: true);

    /// <summary>The name as messages show it.</summary>
    public string Name { get; }

    /// <summary>The kind of its values; null where it is not known.</summary>
    public ValueKind? Kind { get; }

    /// <summary>The type of the elements of a list or of the values of a map.</summary>
    internal ExpressionType Element { get; }

    /// <summary>Whether each key of a map is a string.</summary>
    internal bool HasTextKeys { get; }

    /// <summary>Whether nothing is known.</summary>
    internal bool IsAny => Kind is null;

    /// <summary>Whether the values are integers or floating-point numbers.</summary>
    internal bool IsNumber => Kind is ValueKind.Integer or ValueKind.Float;

    /// <summary>A list.</summary>
    /// <param name="element">The type of its elements.</param>
    public static ExpressionType ListOf(ExpressionType element) => new($"list of {element.Name}", ValueKind.List, element);

    /// <summary>A map.</summary>
    /// <param name="element">The type of its values.</param>
    /// <param name="hasTextKeys">Whether each key is a string.</param>
    internal static ExpressionType MapOf(ExpressionType element, bool hasTextKeys) => new($"map of {element.Name}", ValueKind.Map, element, hasTextKeys);

    /// <summary>Whether values of two types may be compared with <c>==</c>.</summary>
    /// <param name="other">The other type.</param>
    internal bool IsComparableTo(ExpressionType other)
        => IsAny || other.IsAny || Kind == ValueKind.Nil || other.Kind == ValueKind.Nil || (IsNumber && other.IsNumber) || Kind == other.Kind;

    /// <summary>Whether each value of this type is one of the other.</summary>
    /// <param name="other">The other type.</param>
    internal bool IsAssignableTo(ExpressionType other) => other.IsAny || Kind == other.Kind || (Kind == ValueKind.Nil && other.Kind is ValueKind.List or ValueKind.Map);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
