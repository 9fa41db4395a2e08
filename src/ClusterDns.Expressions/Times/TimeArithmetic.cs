using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Times;

/// <summary>Operators on instants and durations.</summary>
internal static class TimeArithmetic
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Applies an operator.</summary>
    /// <returns>False where it does not take these values, or the result is too large.</returns>
    public static bool TryApply(ArithmeticOperator operation, in ExpressionValue left, in ExpressionValue right, out ExpressionValue value)
    {
        value = default;
        switch (operation, left.Kind, right.Kind)
        {
            case (ArithmeticOperator.Add, ValueKind.Duration, ValueKind.Duration):
                value = ExpressionValue.FromDuration(unchecked(left.Integer + right.Integer));
                return true;
            case (ArithmeticOperator.Subtract, ValueKind.Duration, ValueKind.Duration):
                value = ExpressionValue.FromDuration(unchecked(left.Integer - right.Integer));
                return true;
            case (ArithmeticOperator.Multiply, ValueKind.Duration, ValueKind.Duration or ValueKind.Integer):
            case (ArithmeticOperator.Multiply, ValueKind.Integer, ValueKind.Duration):
                value = ExpressionValue.FromDuration(unchecked(left.Integer * right.Integer));
                return true;
            case (ArithmeticOperator.Multiply, ValueKind.Duration, ValueKind.Float):
                value = ExpressionValue.FromDuration((long)(left.Integer * right.Float));
                return true;
            case (ArithmeticOperator.Multiply, ValueKind.Float, ValueKind.Duration):
                value = ExpressionValue.FromDuration((long)(left.Float * right.Integer));
                return true;
            case (ArithmeticOperator.Add, ValueKind.Time, ValueKind.Duration):
                return TryShift(in left, right.Integer, out value);
            case (ArithmeticOperator.Add, ValueKind.Duration, ValueKind.Time):
                return TryShift(in right, left.Integer, out value);
            case (ArithmeticOperator.Subtract, ValueKind.Time, ValueKind.Duration):
                return TryShift(in left, -right.Integer, out value);
            case (ArithmeticOperator.Subtract, ValueKind.Time, ValueKind.Time):
                value = ExpressionValue.FromDuration(Difference(left.Integer, right.Integer));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The duration between two instants; the longest there is where it is longer.</summary>
    public static long Difference(long later, long earlier)
        => (long)Int128.Clamp(((Int128)later - earlier) * NanosecondsPerTick, long.MinValue, long.MaxValue);

    /// <summary>An instant that is a duration later.</summary>
    public static bool TryShift(in ExpressionValue time, long nanoseconds, out ExpressionValue value)
        => TryAt(time.Integer + (nanoseconds / NanosecondsPerTick), time.Zone, out value);

    /// <summary>An instant; false where it is not within the years 1 to 9999.</summary>
    public static bool TryAt(long ticks, TimeZoneInfo zone, out ExpressionValue value)
    {
        value = ExpressionValue.FromTime(ticks, zone);
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks;
    }

    /// <summary>An instant as the clocks of its time zone show it.</summary>
    public static DateTime ToLocal(in ExpressionValue time)
        => new(Math.Clamp(time.Integer + OffsetOf(in time).Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Unspecified);

    /// <summary>How far the clocks of its time zone are ahead of UTC.</summary>
    public static TimeSpan OffsetOf(in ExpressionValue time) => time.Zone.GetUtcOffset(new DateTime(time.Integer, DateTimeKind.Utc));

    /// <summary>The instant at which the clocks of a time zone show something.</summary>
    public static bool TryFromLocal(DateTime local, TimeZoneInfo zone, out ExpressionValue value)
        => TryAt(local.Ticks - zone.GetUtcOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified)).Ticks, zone, out value);
}
