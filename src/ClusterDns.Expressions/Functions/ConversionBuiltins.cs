using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Times;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Functions;

/// <summary>Functions that make text and JSON of values, and values of them; and those on dates.</summary>
internal static class ConversionBuiltins
{
    private static readonly Parameter DateOrZone = new("a string or a timezone", ValueKind.Text, ValueKind.Zone);

    /// <summary>The functions.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("string", [Parameter.Any], static _ => ExpressionType.Text, static (BuiltinCall call, out ExpressionValue value) =>
        {
            ValueText.Append(call.Run.Builder.Clear(), in call[0]);
            return TryFinish(call, out value);
        }),
        new("toJSON", [Parameter.Any], static _ => ExpressionType.Text, static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = default;
            return ValueJson.TryAppend(call.Run.Builder.Clear(), in call[0]) ? TryFinish(call, out value) : call.Fail("toJSON of a value that JSON has no form for");
        }),
        new("fromJSON", [Parameter.Text], static _ => ExpressionType.Any, static (BuiltinCall call, out ExpressionValue value) =>
            ValueJson.TryRead(call.Run, call[0].Text, out value) || call.Fail("fromJSON of a string that is not JSON")),
        new("now", [Parameter.Zone], static _ => ExpressionType.Time, static (BuiltinCall call, out ExpressionValue value) =>
        {
            TimeZoneInfo zone = call.Has(0) ? call[0].Zone : call.Run.Clock.LocalTimeZone;
            value = ExpressionValue.FromTime(call.Run.Clock.GetUtcNow().Ticks, zone);
            return true;
        }) { Required = 0, IsPure = false },
        new("duration", [Parameter.Text], static _ => ExpressionType.Duration, static (BuiltinCall call, out ExpressionValue value) =>
        {
            bool isDone = GoDuration.TryParse(call[0].Text, out long nanoseconds);
            value = ExpressionValue.FromDuration(nanoseconds);
            return isDone || call.Fail("duration of a string that is not one such as '1h30m'");
        }),
        new("timezone", [Parameter.Text], static _ => ExpressionType.Zone, static (BuiltinCall call, out ExpressionValue value) =>
        {
            value = default;
            if (!TimeZones.TryFind(call[0].Text, call.Run.Clock.LocalTimeZone, out TimeZoneInfo? zone))
            {
                return call.Fail("a time zone that this machine does not know");
            }

            value = ExpressionValue.FromZone(zone);
            return true;
        }),
        new("date", [DateOrZone, Parameter.Text, Parameter.Text, Parameter.Text], static _ => ExpressionType.Time, Date) { Required = 1 },
    ];

    private static bool TryFinish(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        return call.Run.TryCountText(call.Run.Builder.Written.Length * 4) && call.Run.TryCreateText(out value);
    }

    /// <summary><c>date([ZONE,] TEXT[, LAYOUT[, ZONE NAME]])</c>.</summary>
    private static bool Date(BuiltinCall call, out ExpressionValue value)
    {
        value = default;
        TimeZoneInfo zone = TimeZoneInfo.Utc;
        int text = 0;
        if (call[0].Kind == ValueKind.Zone)
        {
            zone = call[0].Zone;
            text = 1;
        }

        if (!call.Has(text) || call[text].Kind != ValueKind.Text || call.Has(text + 3))
        {
            return call.Fail("date with a wrong number of arguments");
        }

        if (call.Has(text + 2) && !TimeZones.TryFind(call[text + 2].Text, call.Run.Clock.LocalTimeZone, out zone!))
        {
            return call.Fail("a time zone that this machine does not know");
        }

        if (call.Has(text + 1))
        {
            return TimeParser.TryParse(call[text].Text, call[text + 1].Text, zone, out value) || call.Fail("a date that does not have the layout");
        }

        foreach (string layout in TimeParser.Layouts)
        {
            if (TimeParser.TryParse(call[text].Text, layout, zone, out value))
            {
                return true;
            }
        }

        return call.Fail("a date in none of the known layouts");
    }
}
