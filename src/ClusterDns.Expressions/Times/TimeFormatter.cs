using System.Globalization;
using ClusterDns.Expressions.Evaluation;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Times;

/// <summary>Writes instants after a layout.</summary>
internal static class TimeFormatter
{
    /// <summary>The layout of an instant's text where nothing says how.</summary>
    public const string DefaultLayout = "2006-01-02 15:04:05.999999999 -0700 MST";

    /// <summary>The layout of RFC 3339, with a fraction where there is one.</summary>
    public const string Rfc3339Layout = "2006-01-02T15:04:05.999999999Z07:00";

    /// <summary>Adds an instant's text.</summary>
    public static void Append(TextBuilder output, in ExpressionValue time, ReadOnlySpan<char> layout)
    {
        DateTime local = TimeArithmetic.ToLocal(in time);
        TimeSpan offset = TimeArithmetic.OffsetOf(in time);
        while (!layout.IsEmpty)
        {
            LayoutElement element = TimeLayout.Next(ref layout, out ReadOnlySpan<char> text);
            switch (element)
            {
                case LayoutElement.Literal:
                    output.Append(text);
                    break;
                case LayoutElement.Fraction:
                case LayoutElement.ShortFraction:
                    AppendFraction(output, local, text, element == LayoutElement.Fraction);
                    break;
                case LayoutElement.ZoneName:
                    output.Append(TimeZones.Abbreviate(time.Zone, offset));
                    break;
                case >= LayoutElement.Offset:
                    AppendOffset(output, offset, element);
                    break;
                default:
                    output.Append(Describe(local, element));
                    break;
            }
        }
    }

    private static string Describe(DateTime local, LayoutElement element)
    {
        int halfDayHour = local.Hour % 12 == 0 ? 12 : local.Hour % 12;
        return element switch
        {
            LayoutElement.Year => Digits(local.Year, 4),
            LayoutElement.ShortYear => Digits(local.Year % 100, 2),
            LayoutElement.MonthName => TimeLayout.Months[local.Month - 1],
            LayoutElement.ShortMonthName => TimeLayout.Months[local.Month - 1][..3],
            LayoutElement.Month => Digits(local.Month, 1),
            LayoutElement.PaddedMonth => Digits(local.Month, 2),
            LayoutElement.WeekdayName => TimeLayout.Weekdays[(int)local.DayOfWeek],
            LayoutElement.ShortWeekdayName => TimeLayout.Weekdays[(int)local.DayOfWeek][..3],
            LayoutElement.Day => Digits(local.Day, 1),
            LayoutElement.SpacedDay => Digits(local.Day, 1).PadLeft(2),
            LayoutElement.PaddedDay => Digits(local.Day, 2),
            LayoutElement.DayOfYear => Digits(local.DayOfYear, 3),
            LayoutElement.SpacedDayOfYear => Digits(local.DayOfYear, 1).PadLeft(3),
            LayoutElement.Hour => Digits(local.Hour, 2),
            LayoutElement.HalfDayHour => Digits(halfDayHour, 1),
            LayoutElement.PaddedHalfDayHour => Digits(halfDayHour, 2),
            LayoutElement.Minute => Digits(local.Minute, 1),
            LayoutElement.PaddedMinute => Digits(local.Minute, 2),
            LayoutElement.Second => Digits(local.Second, 1),
            LayoutElement.PaddedSecond => Digits(local.Second, 2),
            LayoutElement.HalfDay => local.Hour < 12 ? "AM" : "PM",
            _ => local.Hour < 12 ? "am" : "pm",
        };
    }

    private static string Digits(int number, int length) => number.ToString("D" + length.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static void AppendFraction(TextBuilder output, DateTime local, ReadOnlySpan<char> text, bool keepsZeros)
    {
        string nanoseconds = (local.Ticks % TimeSpan.TicksPerSecond * 100).ToString("D9", CultureInfo.InvariantCulture);
        ReadOnlySpan<char> digits = nanoseconds.AsSpan(0, Math.Min(9, text.Length - 1));
        digits = keepsZeros ? digits : digits.TrimEnd('0');
        if (!digits.IsEmpty)
        {
            output.Append(text[0]);
            output.Append(digits);
        }
    }

    private static void AppendOffset(TextBuilder output, TimeSpan offset, LayoutElement element)
    {
        if (offset == TimeSpan.Zero && element >= LayoutElement.OffsetOrZ)
        {
            output.Append('Z');
            return;
        }

        output.Append(offset < TimeSpan.Zero ? '-' : '+');
        output.Append(offset.Duration().Hours, "D2");
        if (element is LayoutElement.HourOffset or LayoutElement.HourOffsetOrZ)
        {
            return;
        }

        output.Append(element is LayoutElement.ColonOffset or LayoutElement.ColonOffsetOrZ ? ":" : "");
        output.Append(offset.Duration().Minutes, "D2");
    }
}
