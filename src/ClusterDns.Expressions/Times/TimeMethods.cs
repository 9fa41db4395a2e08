using System.Collections.Frozen;
using ClusterDns.Expressions.Functions;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Times;

/// <summary>The methods of instants, durations, months, days of the week and time zones, by the names that Go has for them.</summary>
internal static class TimeMethods
{
    private static readonly FrozenDictionary<(ValueKind, string), Builtin> All = new (ValueKind Receiver, Builtin Method)[]
    {
        (ValueKind.Time, Number("Year", static time => TimeArithmetic.ToLocal(in time).Year)),
        (ValueKind.Time, Number("Day", static time => TimeArithmetic.ToLocal(in time).Day)),
        (ValueKind.Time, Number("Hour", static time => TimeArithmetic.ToLocal(in time).Hour)),
        (ValueKind.Time, Number("Minute", static time => TimeArithmetic.ToLocal(in time).Minute)),
        (ValueKind.Time, Number("Second", static time => TimeArithmetic.ToLocal(in time).Second)),
        (ValueKind.Time, Number("Nanosecond", static time => time.Integer % TimeSpan.TicksPerSecond * 100)),
        (ValueKind.Time, Number("YearDay", static time => TimeArithmetic.ToLocal(in time).DayOfYear)),
        (ValueKind.Time, Number("Unix", static time => Math.DivRem(SinceEpoch(in time), TimeSpan.TicksPerSecond) is var (whole, rest) && rest < 0 ? whole - 1 : whole)),
        (ValueKind.Time, Number("UnixMilli", static time => Math.DivRem(SinceEpoch(in time), TimeSpan.TicksPerMillisecond) is var (whole, rest) && rest < 0 ? whole - 1 : whole)),
        (ValueKind.Time, Number("UnixMicro", static time => Math.DivRem(SinceEpoch(in time), TimeSpan.TicksPerMicrosecond) is var (whole, rest) && rest < 0 ? whole - 1 : whole)),
        (ValueKind.Time, Number("UnixNano", static time => unchecked(SinceEpoch(in time) * 100))),
        (ValueKind.Time, Method("Month", ExpressionType.Month, static time => ExpressionValue.FromMonth(TimeArithmetic.ToLocal(in time).Month))),
        (ValueKind.Time, Method("Weekday", ExpressionType.Weekday, static time => ExpressionValue.FromWeekday((int)TimeArithmetic.ToLocal(in time).DayOfWeek))),
        (ValueKind.Time, Method("UTC", ExpressionType.Time, static time => ExpressionValue.FromTime(time.Integer, TimeZoneInfo.Utc))),
        (ValueKind.Time, Method("Location", ExpressionType.Zone, static time => ExpressionValue.FromZone(time.Zone))),
        (ValueKind.Time, Method("IsZero", ExpressionType.Boolean, static time => ExpressionValue.From(time.Integer == 0))),
        (ValueKind.Time, Method("String", ExpressionType.Text, Describe)),
        (ValueKind.Time, Method("Before", ExpressionType.Boolean, static (time, other) => ExpressionValue.From(time.Integer < other.Integer), Parameter.Time)),
        (ValueKind.Time, Method("After", ExpressionType.Boolean, static (time, other) => ExpressionValue.From(time.Integer > other.Integer), Parameter.Time)),
        (ValueKind.Time, Method("Equal", ExpressionType.Boolean, static (time, other) => ExpressionValue.From(time.Integer == other.Integer), Parameter.Time)),
        (ValueKind.Time, Method("Compare", ExpressionType.Integer, static (time, other) => ExpressionValue.From((long)time.Integer.CompareTo(other.Integer)), Parameter.Time)),
        (ValueKind.Time, Method("Sub", ExpressionType.Duration, static (time, other) => ExpressionValue.FromDuration(TimeArithmetic.Difference(time.Integer, other.Integer)), Parameter.Time)),
        (ValueKind.Time, Method("In", ExpressionType.Time, static (time, zone) => ExpressionValue.FromTime(time.Integer, zone.Zone), Parameter.Zone)),
        (ValueKind.Time, new Builtin("Add", [Parameter.Any, Parameter.Duration], static _ => ExpressionType.Time, static (BuiltinCall call, out ExpressionValue value) =>
            TimeArithmetic.TryShift(in call[0], call[1].Integer, out value) || call.Fail("a time outside of the years 1 to 9999"))),
        (ValueKind.Time, new Builtin("AddDate", [Parameter.Any, Parameter.Integer, Parameter.Integer, Parameter.Integer], static _ => ExpressionType.Time, AddDate)),
        (ValueKind.Time, new Builtin("Format", [Parameter.Any, Parameter.Text], static _ => ExpressionType.Text, static (BuiltinCall call, out ExpressionValue value) =>
        {
            TimeFormatter.Append(call.Run.Builder.Clear(), in call[0], call[1].Text);
            return call.Run.TryCreateText(out value);
        })),
        (ValueKind.Duration, Method("Hours", ExpressionType.Float, static duration => ExpressionValue.From(duration.Integer / (double)GoDuration.Hour))),
        (ValueKind.Duration, Method("Minutes", ExpressionType.Float, static duration => ExpressionValue.From(duration.Integer / (double)GoDuration.Minute))),
        (ValueKind.Duration, Method("Seconds", ExpressionType.Float, static duration => ExpressionValue.From(duration.Integer / (double)GoDuration.Second))),
        (ValueKind.Duration, Number("Milliseconds", static duration => duration.Integer / 1_000_000)),
        (ValueKind.Duration, Number("Microseconds", static duration => duration.Integer / 1_000)),
        (ValueKind.Duration, Number("Nanoseconds", static duration => duration.Integer)),
        (ValueKind.Duration, Method("Abs", ExpressionType.Duration, static duration => ExpressionValue.FromDuration(duration.Integer == long.MinValue ? long.MaxValue : Math.Abs(duration.Integer)))),
        (ValueKind.Duration, Method("Truncate", ExpressionType.Duration, static (duration, unit) => ExpressionValue.FromDuration(unit.Integer <= 0 ? duration.Integer : duration.Integer - (duration.Integer % unit.Integer)), Parameter.Duration)),
        (ValueKind.Duration, Method("String", ExpressionType.Text, Describe)),
        (ValueKind.Month, Method("String", ExpressionType.Text, Describe)),
        (ValueKind.Weekday, Method("String", ExpressionType.Text, Describe)),
        (ValueKind.Zone, Method("String", ExpressionType.Text, Describe)),
    }.ToFrozenDictionary(static entry => (entry.Receiver, entry.Method.Name), static entry => entry.Method);

    private delegate ExpressionValue Unary(ExpressionValue value);

    private delegate ExpressionValue Binary(ExpressionValue value, ExpressionValue argument);

    /// <summary>Finds a method; null where there is none. Its first parameter is the value that it is called on.</summary>
    public static Builtin? Find(ValueKind receiver, string name) => All.GetValueOrDefault((receiver, name));

    /// <summary>The names of a kind's methods.</summary>
    public static IEnumerable<string> NamesOf(ValueKind receiver)
        => All.Keys.Where(key => key.Item1 == receiver).Select(static key => key.Item2).Order(StringComparer.Ordinal);

    private static long SinceEpoch(in ExpressionValue time) => time.Integer - DateTime.UnixEpoch.Ticks;

    private static ExpressionValue Describe(ExpressionValue value) => ExpressionValue.From(ValueText.Describe(in value));

    private static Builtin Number(string name, Func<ExpressionValue, long> body)
        => Method(name, ExpressionType.Integer, value => ExpressionValue.From(body(value)));

    private static Builtin Method(string name, ExpressionType result, Unary body)
        => new(name, [Parameter.Any], _ => result, (BuiltinCall call, out ExpressionValue value) =>
        {
            value = body(call[0]);
            return true;
        });

    private static Builtin Method(string name, ExpressionType result, Binary body, Parameter parameter)
        => new(name, [Parameter.Any, parameter], _ => result, (BuiltinCall call, out ExpressionValue value) =>
        {
            value = body(call[0], call[1]);
            return true;
        });

    /// <summary>Years, months and days are added to what the clock shows; a day that a month does not have is one of the next month.</summary>
    private static bool AddDate(BuiltinCall call, out ExpressionValue value)
    {
        DateTime local = TimeArithmetic.ToLocal(in call[0]);
        Int128 months = ((Int128)call[1].Integer * 12) + call[2].Integer + (local.Year * 12) + local.Month - 1;
        Int128 days = (Int128)local.Day - 1 + call[3].Integer;
        if (months < 12 || months >= 10_000 * 12 || days < -4_000_000 || days > 4_000_000)
        {
            value = default;
            return call.Fail("a time outside of the years 1 to 9999");
        }

        long ticks = new DateTime((int)months / 12, ((int)months % 12) + 1, 1).Ticks + ((long)days * TimeSpan.TicksPerDay) + local.TimeOfDay.Ticks;
        return (ticks >= 0 && ticks <= DateTime.MaxValue.Ticks && TimeArithmetic.TryFromLocal(new DateTime(ticks), call[0].Zone, out value))
            || Outside(call, out value);

        static bool Outside(BuiltinCall call, out ExpressionValue value)
        {
            value = default;
            return call.Fail("a time outside of the years 1 to 9999");
        }
    }
}
