using System.Runtime.InteropServices;

namespace ClusterDns.Expressions.Values;

/// <summary>
/// A value, without boxing. A string is a part of a string object or of a buffer that belongs to the evaluation: what outlives the evaluation
/// is copied (<see cref="Detach"/>).
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct ExpressionValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private ExpressionValue(ValueKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What it is.</summary>
    public ValueKind Kind { get; }

    /// <summary>A boolean's value.</summary>
    public bool Boolean => _bits != 0;

    /// <summary>An integer's value; a duration's in nanoseconds; a month's or weekday's number; an instant's ticks in UTC.</summary>
    public long Integer => _bits;

    /// <summary>A floating-point number's value.</summary>
    public double Float => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>A string's characters.</summary>
    public ReadOnlySpan<char> Text
    {
        get
        {
            int start = (int)(_bits >> 32);
            int length = (int)_bits;
            return _reference is char[] buffer ? buffer.AsSpan(start, length) : ((string)_reference!).AsSpan(start, length);
        }
    }

    /// <summary>A list's elements.</summary>
    public ValueList List => (ValueList)_reference!;

    /// <summary>A map's entries.</summary>
    public ValueMap Map => (ValueMap)_reference!;

    /// <summary>An integer or a floating-point number as the latter.</summary>
    internal double Number => Kind == ValueKind.Integer ? _bits : Float;

    /// <summary>Whether it is an integer or a floating-point number.</summary>
    internal bool IsNumber => Kind is ValueKind.Integer or ValueKind.Float;

    /// <summary>The time zone of an instant, or the time zone itself.</summary>
    internal TimeZoneInfo Zone => (TimeZoneInfo)_reference!;

    /// <summary>How deep lists and maps are nested in it; 0 for what is neither.</summary>
    internal int Depth => Kind switch
    {
        ValueKind.List => List.Depth,
        ValueKind.Map => Map.Depth,
        _ => 0,
    };

    /// <summary>A boolean.</summary>
    /// <param name="value">Its value.</param>
    public static ExpressionValue From(bool value) => new(ValueKind.Boolean, value ? 1 : 0, null);

    /// <summary>An integer.</summary>
    /// <param name="value">Its value.</param>
    public static ExpressionValue From(long value) => new(ValueKind.Integer, value, null);

    /// <summary>A floating-point number.</summary>
    /// <param name="value">Its value.</param>
    public static ExpressionValue From(double value) => new(ValueKind.Float, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A string.</summary>
    /// <param name="value">Its value.</param>
    public static ExpressionValue From(string value) => new(ValueKind.Text, value.Length, value);

    /// <summary>A list.</summary>
    /// <param name="value">Its elements.</param>
    public static ExpressionValue From(ValueList value) => new(ValueKind.List, 0, value);

    /// <summary>A map.</summary>
    /// <param name="value">Its entries.</param>
    public static ExpressionValue From(ValueMap value) => new(ValueKind.Map, 0, value);

    /// <summary>A string in a buffer of the evaluation.</summary>
    internal static ExpressionValue FromBuffer(char[] buffer, int start, int length) => new(ValueKind.Text, ((long)start << 32) | (uint)length, buffer);

    /// <summary>An instant.</summary>
    internal static ExpressionValue FromTime(long ticks, TimeZoneInfo zone) => new(ValueKind.Time, ticks, zone);

    /// <summary>A length of time.</summary>
    internal static ExpressionValue FromDuration(long nanoseconds) => new(ValueKind.Duration, nanoseconds, null);

    /// <summary>A time zone.</summary>
    internal static ExpressionValue FromZone(TimeZoneInfo zone) => new(ValueKind.Zone, 0, zone);

    /// <summary>A month.</summary>
    internal static ExpressionValue FromMonth(int month) => new(ValueKind.Month, month, null);

    /// <summary>A day of the week.</summary>
    internal static ExpressionValue FromWeekday(int day) => new(ValueKind.Weekday, day, null);

    /// <summary>The value as text, as the function <c>string</c> gives it.</summary>
    public override string ToString() => ValueText.Describe(in this);

    /// <summary>A part of a string, which shares its characters.</summary>
    internal ExpressionValue Substring(int start, int length) => new(ValueKind.Text, (((_bits >> 32) + start) << 32) | (uint)length, _reference);

    /// <summary>The same value in memory of its own.</summary>
    internal ExpressionValue Detach() => Kind switch
    {
        ValueKind.Text when _reference is char[] || Text.Length != ((string)_reference!).Length => From(Text.ToString()),
        ValueKind.List => From(List.Detach()),
        ValueKind.Map => From(Map.Detach()),
        _ => this,
    };
}
