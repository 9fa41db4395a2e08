using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.Templates;

/// <summary>Functions of lists, maps and strings; strings are counted in bytes of UTF-8, as Go's are.</summary>
internal static class IndexFunctions
{
    /// <summary>How many elements or bytes there are.</summary>
    public static bool Length(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        int length = LengthOf(in arguments[0]);
        value = Value.From(length);
        return length >= 0 || run.Fail(position, $"values of type {arguments[0].TypeName} have no length");
    }

    /// <summary>The element that the other arguments lead to, one after the other.</summary>
    public static bool Index(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = arguments[0];
        foreach (ref readonly Value index in arguments[1..])
        {
            switch (value.Kind)
            {
                case ValueKind.Map:
                    if (index.Kind != ValueKind.Text)
                    {
                        return run.Fail(position, $"a map's key is of type {index.TypeName}: expected a string");
                    }

                    value = value.Map.TryFind(index.Text, out Value found) ? found : value.Map.Missing;
                    break;
                case ValueKind.List or ValueKind.Text:
                    if (!TryReadIndex(run, position, in index, LengthOf(in value) - 1, out int at))
                    {
                        return false;
                    }

                    value = value.Kind == ValueKind.List ? value.List[at] : Value.From(Encoding.UTF8.GetBytes(value.Text)[at]);
                    break;
                default:
                    return run.Fail(position, $"values of type {value.TypeName} have no elements");
            }
        }

        return true;
    }

    /// <summary>A part of a list or a string.</summary>
    public static bool Slice(TemplateRun run, int position, ReadOnlySpan<Value> arguments, out Value value)
    {
        value = arguments[0];
        if (value.Kind is not (ValueKind.List or ValueKind.Text))
        {
            return run.Fail(position, $"values of type {value.TypeName} cannot be sliced");
        }

        if (arguments.Length == 4 && value.Kind == ValueKind.Text)
        {
            return run.Fail(position, "slice of a string takes a start and an end, without a third number");
        }

        int length = LengthOf(in value);
        int start = 0;
        int end = length;
        int capacity = length;
        if ((arguments.Length > 1 && !TryReadIndex(run, position, in arguments[1], length, out start)) ||
            (arguments.Length > 2 && !TryReadIndex(run, position, in arguments[2], length, out end)) ||
            (arguments.Length > 3 && !TryReadIndex(run, position, in arguments[3], length, out capacity)))
        {
            return false;
        }

        if (start > end || end > capacity)
        {
            return run.Fail(position, string.Create(CultureInfo.InvariantCulture, $"a slice from {start} to {end} ends before it starts"));
        }

        value = value.Kind == ValueKind.List
            ? Value.From(value.List.Slice(start, end))
            : Value.From(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Text).AsSpan(start, end - start)));
        return true;
    }

    private static int LengthOf(in Value value) => value.Kind switch
    {
        ValueKind.List => value.List.Count,
        ValueKind.Map => value.Map.Count,
        ValueKind.Text => Encoding.UTF8.GetByteCount(value.Text),
        _ => -1,
    };

    private static bool TryReadIndex(TemplateRun run, int position, in Value index, int last, out int at)
    {
        at = 0;
        if (index.Kind is not (ValueKind.Integer or ValueKind.Unsigned))
        {
            return run.Fail(position, $"an index is of type {index.TypeName}: expected an integer");
        }

        bool isIn = index.Kind == ValueKind.Integer ? index.Integer >= 0 && index.Integer <= last : last >= 0 && index.Unsigned <= (ulong)last;
        at = isIn ? (int)index.Integer : 0;
        return isIn || run.Fail(position, string.Create(
            CultureInfo.InvariantCulture, $"index {(index.Kind == ValueKind.Integer ? index.Integer.ToString(CultureInfo.InvariantCulture) : index.Unsigned.ToString(CultureInfo.InvariantCulture))} is out of range: expected 0 to {last}"));
    }
}
