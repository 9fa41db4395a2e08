namespace ClusterDns.Expressions.Times;

/// <summary>A part of a layout.</summary>
internal enum LayoutElement : byte
{
    /// <summary>Text that stands for itself.</summary>
    Literal,

    /// <summary><c>2006</c>.</summary>
    Year,

    /// <summary><c>06</c>.</summary>
    ShortYear,

    /// <summary><c>January</c>.</summary>
    MonthName,

    /// <summary><c>Jan</c>.</summary>
    ShortMonthName,

    /// <summary><c>1</c>.</summary>
    Month,

    /// <summary><c>01</c>.</summary>
    PaddedMonth,

    /// <summary><c>Monday</c>.</summary>
    WeekdayName,

    /// <summary><c>Mon</c>.</summary>
    ShortWeekdayName,

    /// <summary><c>2</c>.</summary>
    Day,

    /// <summary><c>_2</c>.</summary>
    SpacedDay,

    /// <summary><c>02</c>.</summary>
    PaddedDay,

    /// <summary><c>002</c>.</summary>
    DayOfYear,

    /// <summary><c>__2</c>.</summary>
    SpacedDayOfYear,

    /// <summary><c>15</c>.</summary>
    Hour,

    /// <summary><c>3</c>.</summary>
    HalfDayHour,

    /// <summary><c>03</c>.</summary>
    PaddedHalfDayHour,

    /// <summary><c>4</c>.</summary>
    Minute,

    /// <summary><c>04</c>.</summary>
    PaddedMinute,

    /// <summary><c>5</c>.</summary>
    Second,

    /// <summary><c>05</c>.</summary>
    PaddedSecond,

    /// <summary><c>.000</c> or <c>,000</c>: that many digits.</summary>
    Fraction,

    /// <summary><c>.999</c> or <c>,999</c>: that many digits at most, without zeros at the end.</summary>
    ShortFraction,

    /// <summary><c>PM</c>.</summary>
    HalfDay,

    /// <summary><c>pm</c>.</summary>
    LowerHalfDay,

    /// <summary><c>MST</c>.</summary>
    ZoneName,

    /// <summary><c>-0700</c>.</summary>
    Offset,

    /// <summary><c>-07:00</c>.</summary>
    ColonOffset,

    /// <summary><c>-07</c>.</summary>
    HourOffset,

    /// <summary><c>Z0700</c>.</summary>
    OffsetOrZ,

    /// <summary><c>Z07:00</c>.</summary>
    ColonOffsetOrZ,

    /// <summary><c>Z07</c>.</summary>
    HourOffsetOrZ,
}

/// <summary>Go's layouts of instants, which show how the reference time <c>Mon Jan 2 15:04:05 MST 2006</c> is written.</summary>
internal static class TimeLayout
{
    /// <summary>In the order in which they are tried where one begins with another.</summary>
    private static readonly (string Text, LayoutElement Element)[] Elements =
    [
        ("January", LayoutElement.MonthName), ("Jan", LayoutElement.ShortMonthName),
        ("Monday", LayoutElement.WeekdayName), ("Mon", LayoutElement.ShortWeekdayName), ("MST", LayoutElement.ZoneName),
        ("002", LayoutElement.DayOfYear), ("__2", LayoutElement.SpacedDayOfYear),
        ("01", LayoutElement.PaddedMonth), ("02", LayoutElement.PaddedDay), ("03", LayoutElement.PaddedHalfDayHour),
        ("04", LayoutElement.PaddedMinute), ("05", LayoutElement.PaddedSecond), ("06", LayoutElement.ShortYear),
        ("15", LayoutElement.Hour), ("1", LayoutElement.Month), ("2006", LayoutElement.Year), ("2", LayoutElement.Day),
        ("_2", LayoutElement.SpacedDay), ("3", LayoutElement.HalfDayHour), ("4", LayoutElement.Minute), ("5", LayoutElement.Second),
        ("PM", LayoutElement.HalfDay), ("pm", LayoutElement.LowerHalfDay),
        ("-07:00", LayoutElement.ColonOffset), ("-0700", LayoutElement.Offset), ("-07", LayoutElement.HourOffset),
        ("Z07:00", LayoutElement.ColonOffsetOrZ), ("Z0700", LayoutElement.OffsetOrZ), ("Z07", LayoutElement.HourOffsetOrZ),
    ];

    /// <summary>The names of the months.</summary>
    public static IReadOnlyList<string> Months { get; } =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <summary>The names of the days of the week.</summary>
    public static IReadOnlyList<string> Weekdays { get; } = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>Reads the first part of a layout.</summary>
    /// <param name="layout">The layout; the part is removed.</param>
    /// <param name="text">The part's text.</param>
    public static LayoutElement Next(ref ReadOnlySpan<char> layout, out ReadOnlySpan<char> text)
    {
        for (int i = 0; i < layout.Length; i++)
        {
            LayoutElement element = At(layout[i..], out int length);
            if (element != LayoutElement.Literal)
            {
                // Literal text before it comes first.
                text = i > 0 ? layout[..i] : layout[..length];
                layout = layout[text.Length..];
                return i > 0 ? LayoutElement.Literal : element;
            }
        }

        text = layout;
        layout = default;
        return LayoutElement.Literal;
    }

    private static LayoutElement At(ReadOnlySpan<char> layout, out int length)
    {
        if (layout is ['.' or ',', '0' or '9', ..])
        {
            int end = layout[1..].IndexOfAnyExcept(layout[1]);
            length = end < 0 ? layout.Length : end + 1;
            if (length == layout.Length || !char.IsAsciiDigit(layout[length]))
            {
                return layout[1] == '0' ? LayoutElement.Fraction : LayoutElement.ShortFraction;
            }
        }

        // "_2006" is a year behind an underscore.
        foreach ((string text, LayoutElement element) in Elements)
        {
            if (layout.StartsWith(text, StringComparison.Ordinal) && !(element == LayoutElement.SpacedDay && layout.StartsWith("_2006", StringComparison.Ordinal)))
            {
                length = text.Length;
                return element;
            }
        }

        length = 1;
        return LayoutElement.Literal;
    }
}
