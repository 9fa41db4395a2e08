using System.Buffers;
using System.Globalization;

namespace ClusterDns.Core.Corefiles;

/// <summary>Durations in the form that CoreDNS takes, which is Go's: <c>300ms</c>, <c>1.5h</c>, <c>1m30s</c>.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Ticks)[] Units =
    [
        ("ns", 0.01),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("µs", TimeSpan.TicksPerMicrosecond),
        ("μs", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">Numbers with units, the first with an optional sign; or <c>0</c>.</param>
    /// <param name="duration">The duration, in steps of 100 ns.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        bool isNegative = text is ['-', ..];
        ReadOnlySpan<char> rest = text is ['-' or '+', ..] ? text[1..] : text;
        if (rest is "0")
        {
            return true;
        }

        double ticks = 0;
        do
        {
            int digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 ||
                !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }

            rest = rest[digits..];
            int unitLength = rest.IndexOfAny(NumberCharacters);
            ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
            if (!TryGetUnit(unit, out double unitTicks))
            {
                return false;
            }

            ticks += number * unitTicks;
            rest = rest[unit.Length..];
        }
        while (!rest.IsEmpty);

        if (ticks > TimeSpan.MaxValue.Ticks / 2)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(isNegative ? -ticks : ticks));
        return true;
    }

    private static bool TryGetUnit(ReadOnlySpan<char> text, out double ticks)
    {
        foreach ((string unit, double unitTicks) in Units)
        {
            if (text.SequenceEqual(unit))
            {
                ticks = unitTicks;
                return true;
            }
        }

        ticks = 0;
        return false;
    }
}
