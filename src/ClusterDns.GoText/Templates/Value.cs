using System.Runtime.InteropServices;

namespace ClusterDns.GoText.Templates;

/// <summary>What kinds of values templates know.</summary>
public enum ValueKind : byte
{
    /// <summary>No value: <c>nil</c>, or what a map gives for a key that it does not have.</summary>
    Nil,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>An integer with a sign.</summary>
    Integer,

    /// <summary>An integer without a sign.</summary>
    Unsigned,

    /// <summary>A floating-point number.</summary>
    Float,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A list, by Go's name a slice.</summary>
    List,

    /// <summary>Values by name.</summary>
    Map,

    /// <summary>Something with fields, by Go's name a struct.</summary>
    Record,
}

/// <summary>A value within a template, without boxing.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Value
{
    private readonly long _bits;
    private readonly object? _reference;

    private Value(ValueKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>What it is.</summary>
    public ValueKind Kind { get; }

    /// <summary>A boolean's value.</summary>
    public bool Boolean => _bits != 0;

    /// <summary>An integer's value.</summary>
    public long Integer => _bits;

    /// <summary>The value of an integer without a sign.</summary>
    public ulong Unsigned => (ulong)_bits;

    /// <summary>A floating-point number's value.</summary>
    public double Float => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>A string's value.</summary>
    public string Text => (string)_reference!;

    /// <summary>A list's value.</summary>
    public TemplateList List => (TemplateList)_reference!;

    /// <summary>A map's value.</summary>
    public ITemplateMap Map => (ITemplateMap)_reference!;

    /// <summary>A record's value.</summary>
    public ITemplateRecord Record => (ITemplateRecord)_reference!;

    /// <summary>Whether <c>if</c> takes it for true: everything but false, zero, nothing and what is empty.</summary>
    public bool IsTrue => Kind switch
    {
        ValueKind.Nil => false,
        ValueKind.Boolean or ValueKind.Integer or ValueKind.Unsigned => _bits != 0,
        ValueKind.Float => Float != 0,
        ValueKind.Text => Text.Length > 0,
        ValueKind.List => List.Count > 0,
        ValueKind.Map => Map.Count > 0,
        _ => true,
    };

    /// <summary>The type's name as Go has it.</summary>
    public string TypeName => Kind switch
    {
        ValueKind.Nil => "<nil>",
        ValueKind.Boolean => "bool",
        ValueKind.Integer => "int",
        ValueKind.Unsigned => (string)_reference!,
        ValueKind.Float => "float64",
        ValueKind.Text => "string",
        ValueKind.List => List.TypeName,
        ValueKind.Map => Map.TypeName,
        _ => Record.Shape.TypeName,
    };

    /// <summary>A boolean.</summary>
    public static Value From(bool value) => new(ValueKind.Boolean, value ? 1 : 0, null);

    /// <summary>An integer.</summary>
    public static Value From(long value) => new(ValueKind.Integer, value, null);

    /// <summary>An integer of Go's type <c>uint64</c>.</summary>
    public static Value From(ulong value) => new(ValueKind.Unsigned, (long)value, "uint64");

    /// <summary>An integer of Go's type <c>uint16</c>.</summary>
    public static Value From(ushort value) => new(ValueKind.Unsigned, value, "uint16");

    /// <summary>An integer of Go's type <c>uint8</c>.</summary>
    public static Value From(byte value) => new(ValueKind.Unsigned, value, "uint8");

    /// <summary>A floating-point number.</summary>
    public static Value From(double value) => new(ValueKind.Float, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A string.</summary>
    public static Value From(string value) => new(ValueKind.Text, 0, value);

    /// <summary>A list.</summary>
    public static Value From(TemplateList value) => new(ValueKind.List, 0, value);

    /// <summary>A map.</summary>
    public static Value From(ITemplateMap value) => new(ValueKind.Map, 0, value);

    /// <summary>A record.</summary>
    public static Value From(ITemplateRecord value) => new(ValueKind.Record, 0, value);

    /// <summary>Whether two lists, maps or records are the same one.</summary>
    public static bool IsSame(in Value left, in Value right) => ReferenceEquals(left._reference, right._reference);
}

/// <summary>A list of values of one type.</summary>
/// <param name="typeName">The list's type as Go has it, like <c>[]string</c>.</param>
/// <param name="items">The values.</param>
public sealed class TemplateList(string typeName, ArraySegment<Value> items)
{
    /// <summary>The list's type as Go has it.</summary>
    public string TypeName => typeName;

    /// <summary>How many values there are.</summary>
    public int Count => items.Count;

    /// <summary>A value.</summary>
    /// <param name="index">0 for the first.</param>
    public Value this[int index] => items[index];

    /// <summary>A part of the list.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where it ends.</param>
    public TemplateList Slice(int start, int end) => new(typeName, items.Slice(start, end - start));
}

/// <summary>Values by name.</summary>
public interface ITemplateMap
{
    /// <summary>The map's type in Go.</summary>
    string TypeName => "map[string]string";

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The names, in ordinal order.</summary>
    IReadOnlyList<string> Keys { get; }

    /// <summary>What <c>index</c> returns for a name that the map does not have.</summary>
    Value Missing => Value.From("");

    /// <summary>Finds the value of a name.</summary>
    /// <param name="key">The name.</param>
    /// <param name="value">The value.</param>
    bool TryFind(string key, out Value value);
}

/// <summary>Something with fields.</summary>
public interface ITemplateRecord
{
    /// <summary>Which fields and methods it has.</summary>
    Shape Shape { get; }

    /// <summary>The text that it is printed as; null where it has none.</summary>
    string? Text => null;

    /// <summary>A field's value.</summary>
    /// <param name="name">One of the shape's.</param>
    Value GetField(string name);

    /// <summary>What a method gives.</summary>
    /// <param name="name">One of the shape's.</param>
    /// <param name="argument">Its only argument.</param>
    Value Invoke(string name, string argument) => default;
}
