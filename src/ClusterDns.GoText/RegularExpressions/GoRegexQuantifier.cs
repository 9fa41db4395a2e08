using System.Globalization;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>A repetition: <c>*</c>, <c>+</c>, <c>?</c> or counts in braces.</summary>
/// <param name="Least">The least number of times.</param>
/// <param name="Most">The greatest number of times; -1 for no bound.</param>
/// <param name="IsCounted">Whether it is written with counts.</param>
internal readonly record struct GoRegexQuantifier(int Least, int Most, bool IsCounted)
{
    private const int Unbounded = -1;
    private const int Large = 100_000_000;

    /// <summary>Whether a repetition is next; a brace without counts is not one.</summary>
    /// <param name="reader">The expression.</param>
    public static bool IsNext(GoRegexReader reader)
    {
        int start = reader.Position;
        bool isNext = TryRead(reader, out _);
        reader.Position = start;
        return isNext;
    }

    /// <summary>Reads a repetition, without the <c>?</c> that may follow.</summary>
    /// <param name="reader">The expression.</param>
    /// <param name="quantifier">The repetition.</param>
    public static bool TryRead(GoRegexReader reader, out GoRegexQuantifier quantifier)
    {
        quantifier = default;
        if (reader.IsAtEnd)
        {
            return false;
        }

        switch (reader.Next)
        {
            case '*':
                quantifier = new(0, Unbounded, false);
                break;
            case '+':
                quantifier = new(1, Unbounded, false);
                break;
            case '?':
                quantifier = new(0, 1, false);
                break;
            case '{':
                return TryReadCounts(reader, out quantifier);
            default:
                return false;
        }

        reader.Read();
        return true;
    }

    /// <summary>The repetition as it is written, here and in the runtime's syntax.</summary>
    public override string ToString() => (Least, Most, IsCounted) switch
    {
        (0, Unbounded, false) => "*",
        (1, Unbounded, false) => "+",
        (0, 1, false) => "?",
        (_, Unbounded, _) => string.Create(CultureInfo.InvariantCulture, $"{{{Least},}}"),
        _ when Least == Most => string.Create(CultureInfo.InvariantCulture, $"{{{Least}}}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{{{Least},{Most}}}"),
    };

    private static bool TryReadCounts(GoRegexReader reader, out GoRegexQuantifier quantifier)
    {
        int start = reader.Position;
        reader.Read();
        if (TryReadCount(reader, out int least))
        {
            int most = least;
            if (reader.TrySkip(",") && !TryReadCount(reader, out most))
            {
                most = Unbounded;
            }

            if (reader.TrySkip("}"))
            {
                quantifier = new(least, most, true);
                return true;
            }
        }

        reader.Position = start;
        quantifier = default;
        return false;
    }

    private static bool TryReadCount(GoRegexReader reader, out int count)
    {
        count = 0;
        int start = reader.Position;
        while (!reader.IsAtEnd && reader.Next is >= '0' and <= '9')
        {
            count = (int)Math.Min(Large, (count * 10L) + (reader.Read() - '0'));
        }

        bool hasLeadingZero = reader.Position - start > 1 && reader.At(start) == '0';
        if (hasLeadingZero)
        {
            reader.Position = start;
        }

        return reader.Position > start;
    }
}
