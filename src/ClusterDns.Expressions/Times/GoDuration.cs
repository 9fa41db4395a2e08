using System.Buffers;
using System.Globalization;
using ClusterDns.Expressions.Evaluation;

namespace ClusterDns.Expressions.Times;

/// <summary>Durations as Go writes and reads them, such as <c>1h30m</c>. They are counted in nanoseconds.</summary>
internal static class GoDuration
{
    /// <summary>The nanoseconds of a second.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>The nanoseconds of a minute.</summary>
    public const long Minute = 60 * Second;

    /// <summary>The nanoseconds of an hour.</summary>
    public const long Hour = 60 * Minute;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", Second), ("m", Minute), ("h", Hour),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">Numbers with units, with one sign before them; or 0.</param>
    /// <param name="nanoseconds">The duration.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long nanoseconds)
    {
        nanoseconds = 0;
        bool isNegative = text is ['-', ..];
        text = text is ['-' or '+', ..] ? text[1..] : text;
        if (text is "0")
        {
            return true;
        }

        if (text.IsEmpty)
        {
            return false;
        }

        Int128 sum = 0;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !TryReadNumber(text[..digits], out decimal number))
            {
                return false;
            }

            text = text[digits..];
            int letters = text.IndexOfAny(NumberCharacters);
            ReadOnlySpan<char> name = letters < 0 ? text : text[..letters];
            if (!TryGetUnit(name, out long unit) || number > long.MaxValue / unit)
            {
                return false;
            }

            sum += (Int128)(number * unit);
            text = text[name.Length..];
        }

        sum = isNegative ? -sum : sum;
        nanoseconds = (long)sum;
        return sum >= long.MinValue && sum <= long.MaxValue;
    }

    /// <summary>Adds a duration's text.</summary>
    public static void Append(TextBuilder text, long nanoseconds)
    {
        UInt128 rest = nanoseconds < 0 ? (UInt128)(-(Int128)nanoseconds) : (ulong)nanoseconds;
        if (rest == 0)
        {
            text.Append("0s");
            return;
        }

        text.Append(nanoseconds < 0 ? "-" : "");
        if (rest < Second)
        {
            (long unit, string name) = rest < 1_000 ? (1L, "ns") : rest < 1_000_000 ? (1_000L, "µs") : (1_000_000L, "ms");
            AppendNumber(text, (long)rest, unit);
            text.Append(name);
            return;
        }

        long hours = (long)(rest / Hour);
        long minutes = (long)(rest / Minute % 60);
        if (hours > 0)
        {
            text.Append(hours);
            text.Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(minutes);
            text.Append('m');
        }

        AppendNumber(text, (long)(rest % Minute), Second);
        text.Append('s');
    }

    private static void AppendNumber(TextBuilder text, long nanoseconds, long unit)
        => text.Append(((decimal)nanoseconds / unit).ToString("0.#########", CultureInfo.InvariantCulture));

    private static bool TryReadNumber(ReadOnlySpan<char> digits, out decimal number)
    {
        number = 0;
        return digits.Length <= 28 && digits.ContainsAnyExcept('.') && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryGetUnit(ReadOnlySpan<char> name, out long nanoseconds)
    {
        foreach ((string known, long unit) in Units)
        {
            if (name.SequenceEqual(known))
            {
                nanoseconds = unit;
                return true;
            }
        }

        nanoseconds = 1;
        return false;
    }
}
