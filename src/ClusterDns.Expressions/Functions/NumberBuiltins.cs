using System.Globalization;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>Functions on numbers, and conversions to them.</summary>
internal static class NumberBuiltins
{
    private static readonly BuiltinResult Integer = static _ => ExpressionType.Integer;
    private static readonly BuiltinResult Float = static _ => ExpressionType.Float;

    private static readonly Parameter Convertible =
        new("a number or a string", ValueKind.Integer, ValueKind.Float, ValueKind.Text, ValueKind.Duration, ValueKind.Month, ValueKind.Weekday);

    /// <summary>The functions.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("int", [Convertible], Integer, ToInteger),
        new("float", [new("a number or a string", ValueKind.Integer, ValueKind.Float, ValueKind.Text)], Float, ToFloat),
        new("abs", [Parameter.Number], static types => types[0], static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = call[0].Kind == ValueKind.Float
                ? ExpressionValue.From(Math.Abs(call[0].Float))
                : ExpressionValue.From(call[0].Integer < 0 ? unchecked(-call[0].Integer) : call[0].Integer);
            return true;
        }),
        Rounding("ceil", Math.Ceiling),
        Rounding("floor", Math.Floor),
        Rounding("round", static number => Math.Round(number, MidpointRounding.AwayFromZero)),
        new("max", [Parameter.Numbers], ResultOfMany, static (BuiltinCall call, out ExpressionValue value) => TryChoose(call, isGreater: true, out value)) { IsVariadic = true },
        new("min", [Parameter.Numbers], ResultOfMany, static (BuiltinCall call, out ExpressionValue value) => TryChoose(call, isGreater: false, out value)) { IsVariadic = true },
        new("mean", [Parameter.Numbers], MeanResult, Mean) { IsVariadic = true },
        new("median", [Parameter.Numbers], MeanResult, Median) { IsVariadic = true },
        Bits("bitand", static (left, right) => left & right),
        Bits("bitor", static (left, right) => left | right),
        Bits("bitxor", static (left, right) => left ^ right),
        Bits("bitnand", static (left, right) => left & ~right),
        Shift("bitshl", static (left, right) => right > 63 ? 0 : left << (int)right),
        Shift("bitshr", static (left, right) => left >> (int)Math.Min(right, 63)),
        Shift("bitushr", static (left, right) => right > 63 ? 0 : left >>> (int)right),
        new("bitnot", [Parameter.Integer], Integer, static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(~call[0].Integer);
            return true;
        }),
    ];

    private static Builtin Rounding(string name, Func<double, double> round)
        => new(name, [Parameter.Number], Float, (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(round(call[0].Number));
            return true;
        });

    private static Builtin Bits(string name, Func<long, long, long> combine)
        => new(name, [Parameter.Integer, Parameter.Integer], Integer, (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(combine(call[0].Integer, call[1].Integer));
            return true;
        });

    private static Builtin Shift(string name, Func<long, long, long> shift)
        => new(name, [Parameter.Integer, Parameter.Integer], Integer, (BuiltinCall call, out ExpressionValue value) =>
        {
            value = ExpressionValue.From(call[1].Integer < 0 ? 0 : shift(call[0].Integer, call[1].Integer));
            return call[1].Integer >= 0 || call.Fail("a shift by a negative number");
        });

    private static ExpressionType ResultOfMany(IReadOnlyList<ExpressionType> types)
        => types.All(static type => type.IsNumber) && types.Distinct().Count() == 1 ? types[0] : ExpressionType.Any;

    private static ExpressionType MeanResult(IReadOnlyList<ExpressionType> types)
        => types.All(static type => type.IsNumber) ? ExpressionType.Float : ExpressionType.Any;

    private static bool ToInteger(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        switch (call[0].Kind)
        {
            case ValueKind.Text:
                bool isNumber = long.TryParse(call[0].Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
                value = ExpressionValue.From(number);
                return isNumber || call.Fail("int of a string that is not an integer");
            case ValueKind.Float:
                value = ExpressionValue.From((long)call[0].Float);
                return true;
            default:
                value = ExpressionValue.From(call[0].Integer);
                return true;
        }
    }

    private static bool ToFloat(BuiltinCall call, out ExpressionValue value)
    {
        if (call[0].Kind != ValueKind.Text)
        {
            value = ExpressionValue.From(call[0].Number);
            return true;
        }

        bool isNumber = double.TryParse(call[0].Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number);
        value = ExpressionValue.From(number);
        return isNumber || call.Fail("float of a string that is not a number");
    }

    private static bool TryChoose(BuiltinCall call, bool isGreater, out ExpressionValue value)
    {
        value = default;
        List<ExpressionValue> numbers = [];
        for (int i = 0; i < call.Count; i++)
        {
            if (!TryCollect(call, in call[i], numbers))
            {
                return false;
            }
        }

        foreach (ExpressionValue number in numbers)
        {
            ExpressionValue best = value;
            ValueComparison.TryCompare(in number, in best, out int? order);
            value = best.Kind == ValueKind.Nil || (isGreater ? order > 0 : order < 0) ? number : best;
        }

        return true;
    }

    private static bool Mean(BuiltinCall call, out ExpressionValue value)
    {
        bool isDone = TryCollectAll(call, out List<ExpressionValue> numbers);
        double sum = 0;
        foreach (ExpressionValue number in numbers)
        {
            sum += number.Number;
        }

        value = ExpressionValue.From(numbers.Count == 0 ? 0 : sum / numbers.Count);
        return isDone;
    }

    private static bool Median(BuiltinCall call, out ExpressionValue value)
    {
        bool isDone = TryCollectAll(call, out List<ExpressionValue> numbers);
        double[] sorted = [.. numbers.Select(static number => number.Number).Order()];
        int middle = sorted.Length / 2;
        value = ExpressionValue.From(
            sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
        return isDone;
    }

    private static bool TryCollectAll(BuiltinCall call, out List<ExpressionValue> numbers)
    {
        numbers = [];
        for (int i = 0; i < call.Count; i++)
        {
            if (!TryCollect(call, in call[i], numbers))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Collects the numbers of lists within one another.</summary>
    private static bool TryCollect(BuiltinCall call, in ExpressionValue value, List<ExpressionValue> numbers)
    {
        if (value.IsNumber)
        {
            numbers.Add(value);
            return call.Run.TryCount(1);
        }

        if (value.Kind != ValueKind.List)
        {
            return call.Fail("a list with an element that is not a number");
        }

        for (int i = 0; i < value.List.Count; i++)
        {
            ExpressionValue item = value.List[i];
            if (!TryCollect(call, in item, numbers))
            {
                return false;
            }
        }

        return true;
    }
}
