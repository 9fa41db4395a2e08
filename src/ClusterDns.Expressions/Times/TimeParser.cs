using System.Globalization;
using ClusterDns.Expressions.Values;

namespace ClusterDns.Expressions.Times;

/// <summary>Reads an instant that is written after a layout.</summary>
internal ref struct TimeParser
{
    private ReadOnlySpan<char> _text;
    private int _year;
    private int _month;
    private int _day;
    private int _dayOfYear;
    private int _hour;
    private int _minute;
    private int _second;
    private long _ticks;
    private bool? _isAfternoon;
    private TimeSpan? _offset;
    private string? _zoneName;

    private TimeParser(ReadOnlySpan<char> text)
    {
        _text = text;
        _year = 1;
        _month = 1;
        _day = 1;
    }

    /// <summary>The layouts of <c>date</c> where none is given, in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Layouts { get; } =
    [
        "2006-01-02",
        "15:04:05",
        "2006-01-02 15:04:05",
        "2006-01-02T15:04:05Z07:00",
        "02 Jan 06 15:04 MST",
        "Monday, 02-Jan-06 15:04:05 MST",
        "Mon, 02 Jan 2006 15:04:05 MST",
    ];

    /// <summary>Reads an instant. What the layout leaves out is the start of year 1.</summary>
    /// <param name="text">The text.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="zone">The time zone where the text has none.</param>
    /// <param name="value">The instant.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ReadOnlySpan<char> layout, TimeZoneInfo zone, out ExpressionValue value)
    {
        value = default;
        TimeParser parser = new(text);
        while (!layout.IsEmpty)
        {
            LayoutElement element = TimeLayout.Next(ref layout, out ReadOnlySpan<char> part);
            if (!(element == LayoutElement.Literal ? parser.TrySkip(part) : parser.TryRead(element, part)))
            {
                return false;
            }

            // A fraction may follow the seconds although the layout has none.
            if (element is LayoutElement.Second or LayoutElement.PaddedSecond && parser._text is ['.' or ',', >= '0' and <= '9', ..] && layout is not ['.' or ',', ..])
            {
                parser.ReadFraction();
            }
        }

        return parser._text.IsEmpty && parser.TryFinish(zone, out value);
    }

    private bool TrySkip(scoped ReadOnlySpan<char> literal)
    {
        bool isThere = _text.StartsWith(literal, StringComparison.Ordinal);
        _text = isThere ? _text[literal.Length..] : _text;
        return isThere;
    }

    private bool TryRead(LayoutElement element, scoped ReadOnlySpan<char> part)
    {
        switch (element)
        {
            case LayoutElement.Year:
                return TryReadNumber(4, 4, out _year) && _year > 0;
            case LayoutElement.ShortYear:
                bool isYear = TryReadNumber(2, 2, out _year);
                _year += _year >= 69 ? 1900 : 2000;
                return isYear;
            case LayoutElement.MonthName or LayoutElement.ShortMonthName:
                return TryReadName(TimeLayout.Months, element == LayoutElement.ShortMonthName, out _month) && ++_month > 0;
            case LayoutElement.WeekdayName or LayoutElement.ShortWeekdayName:
                return TryReadName(TimeLayout.Weekdays, element == LayoutElement.ShortWeekdayName, out _);
            case LayoutElement.Month or LayoutElement.PaddedMonth:
                return TryReadNumber(element == LayoutElement.Month ? 1 : 2, 2, out _month);
            case LayoutElement.Day or LayoutElement.SpacedDay or LayoutElement.PaddedDay:
                _text = element == LayoutElement.SpacedDay ? _text.TrimStart(' ') : _text;
                return TryReadNumber(element == LayoutElement.PaddedDay ? 2 : 1, 2, out _day);
            case LayoutElement.DayOfYear or LayoutElement.SpacedDayOfYear:
                _text = element == LayoutElement.SpacedDayOfYear ? _text.TrimStart(' ') : _text;
                return TryReadNumber(element == LayoutElement.DayOfYear ? 3 : 1, 3, out _dayOfYear) && _dayOfYear > 0;
            case LayoutElement.Hour:
                return TryReadNumber(1, 2, out _hour);
            case LayoutElement.HalfDayHour or LayoutElement.PaddedHalfDayHour:
                return TryReadNumber(element == LayoutElement.HalfDayHour ? 1 : 2, 2, out _hour) && _hour <= 12;
            case LayoutElement.Minute or LayoutElement.PaddedMinute:
                return TryReadNumber(element == LayoutElement.Minute ? 1 : 2, 2, out _minute);
            case LayoutElement.Second or LayoutElement.PaddedSecond:
                return TryReadNumber(element == LayoutElement.Second ? 1 : 2, 2, out _second);
            case LayoutElement.Fraction:
                return _text.Length >= part.Length && _text[0] is '.' or ',' && !_text[1..part.Length].ContainsAnyExceptInRange('0', '9') && ReadFraction();
            case LayoutElement.ShortFraction:
                return _text is not ['.' or ',', >= '0' and <= '9', ..] || ReadFraction();
            case LayoutElement.HalfDay or LayoutElement.LowerHalfDay:
                _isAfternoon = _text is ['P' or 'p', ..];
                return TrySkip(element == LayoutElement.HalfDay ? (_isAfternoon.Value ? "PM" : "AM") : _isAfternoon.Value ? "pm" : "am");
            case LayoutElement.ZoneName:
                return TryReadZoneName();
            default:
                return TryReadOffset(element);
        }
    }

    private bool TryReadNumber(int least, int most, out int number)
    {
        int length = 0;
        while (length < most && length < _text.Length && char.IsAsciiDigit(_text[length]))
        {
            length++;
        }

        number = 0;
        if (length < least || !int.TryParse(_text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        _text = _text[length..];
        return true;
    }

    private bool TryReadName(IReadOnlyList<string> names, bool isShort, out int index)
    {
        for (index = 0; index < names.Count; index++)
        {
            ReadOnlySpan<char> name = isShort ? names[index].AsSpan(0, 3) : names[index];
            if (_text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                _text = _text[name.Length..];
                return true;
            }
        }

        return false;
    }

    private bool ReadFraction()
    {
        int end = _text[1..].IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? _text[1..] : _text[1..(end + 1)];
        long unit = TimeSpan.TicksPerSecond;
        foreach (char digit in digits)
        {
            unit /= 10;
            _ticks += (digit - '0') * unit;
        }

        _text = _text[(digits.Length + 1)..];
        return true;
    }

    private bool TryReadZoneName()
    {
        int end = _text.IndexOfAnyExceptInRange('A', 'Z');
        ReadOnlySpan<char> name = end < 0 ? _text : _text[..end];
        _zoneName = name.ToString();
        _text = _text[name.Length..];
        return name.Length is 3 or 4;
    }

    private bool TryReadOffset(LayoutElement element)
    {
        if (element >= LayoutElement.OffsetOrZ && TrySkip("Z"))
        {
            _offset = TimeSpan.Zero;
            return true;
        }

        int minutes = 0;
        bool isNegative = _text is ['-', ..];
        if (_text is not ['+' or '-', ..])
        {
            return false;
        }

        _text = _text[1..];
        bool isDone = TryReadNumber(2, 2, out int hours)
            && (element is not (LayoutElement.ColonOffset or LayoutElement.ColonOffsetOrZ) || TrySkip(":"))
            && (element is LayoutElement.HourOffset or LayoutElement.HourOffsetOrZ || TryReadNumber(2, 2, out minutes))
            && hours < 14 && minutes < 60;
        _offset = isDone ? new TimeSpan(isNegative ? -hours : hours, isNegative ? -minutes : minutes, 0) : null;
        return isDone;
    }

    private bool TryFinish(TimeZoneInfo zone, out ExpressionValue value)
    {
        value = default;
        if (_isAfternoon is { } isAfternoon)
        {
            _hour = (_hour % 12) + (isAfternoon ? 12 : 0);
        }

        if (_month is < 1 or > 12 || _day < 1 || _day > DateTime.DaysInMonth(_year, _month) || _hour > 23 || _minute > 59 || _second > 59
            || _dayOfYear > (DateTime.IsLeapYear(_year) ? 366 : 365))
        {
            return false;
        }

        DateTime local = new DateTime(_year, _month, _day, _hour, _minute, _second, DateTimeKind.Unspecified).AddTicks(_ticks);
        local = _dayOfYear > 0 ? new DateTime(_year, 1, 1).AddDays(_dayOfYear - 1).Add(local.TimeOfDay) : local;
        TimeZoneInfo own = _offset is { } offset
            ? TimeZones.OfOffset(offset, _zoneName ?? "")
            : _zoneName is "UTC" ? TimeZoneInfo.Utc : _zoneName is { } name ? TimeZones.OfOffset(TimeSpan.Zero, name) : zone;
        return TimeArithmetic.TryFromLocal(local, own, out value);
    }
}
