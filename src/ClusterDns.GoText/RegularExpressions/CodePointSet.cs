using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>
/// A set of Unicode code points, which is what a character class is in RE2. The runtime's classes hold UTF-16 code units instead, so
/// the set is written as code units, with pairs of surrogates for what lies beyond 16 bits.
/// </summary>
internal sealed class CodePointSet
{
    /// <summary>The last code point.</summary>
    public const int Last = 0x10FFFF;

    private const int LastUnit = 0xFFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int FirstLowSurrogate = 0xDC00;

    private List<(int First, int Last)> _ranges = [];

    /// <summary>The ranges, in order, none touching the next.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges
    {
        get
        {
            Normalize();
            return _ranges;
        }
    }

    /// <summary>A set of one range.</summary>
    /// <param name="first">The range's first code point.</param>
    /// <param name="last">The range's last code point.</param>
    public static CodePointSet Of(int first, int last)
    {
        CodePointSet set = new();
        set.Add(first, last);
        return set;
    }

    /// <summary>Adds a range.</summary>
    /// <param name="first">The range's first code point.</param>
    /// <param name="last">The range's last code point, not less.</param>
    public void Add(int first, int last) => _ranges.Add((first, last));

    /// <summary>Adds what another set holds.</summary>
    /// <param name="other">The other set.</param>
    public void Add(CodePointSet other) => _ranges.AddRange(other._ranges);

    /// <summary>Whether a code point is in the set.</summary>
    /// <param name="codePoint">The code point.</param>
    public bool Contains(int codePoint)
    {
        Normalize();
        int low = 0;
        int high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int first, int last) = _ranges[middle];
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }

            if (codePoint < first)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return false;
    }

    /// <summary>All code points that this set does not hold.</summary>
    public CodePointSet Negate()
    {
        Normalize();
        CodePointSet negated = new();
        int next = 0;
        foreach ((int first, int last) in _ranges)
        {
            if (first > next)
            {
                negated.Add(next, first - 1);
            }

            next = last + 1;
        }

        if (next <= Last)
        {
            negated.Add(next, Last);
        }

        return negated;
    }

    /// <summary>Writes the set in the runtime's syntax, as one atom that a quantifier may follow.</summary>
    /// <param name="pattern">Where to.</param>
    public void AppendTo(StringBuilder pattern)
    {
        Normalize();
        StringBuilder units = new();
        StringBuilder pairs = new();
        foreach ((int first, int last) in _ranges)
        {
            AppendUnits(units, first, Math.Min(last, FirstSurrogate - 1));
            AppendUnits(units, Math.Max(first, LastSurrogate + 1), Math.Min(last, LastUnit));
            if (last > LastUnit)
            {
                AppendPairs(pairs, Math.Max(first, LastUnit + 1), last);
            }
        }

        switch (units.Length, pairs.Length)
        {
            case (0, 0):
                pattern.Append(@"[^\s\S]");
                break;
            case (_, 0):
                pattern.Append('[').Append(units).Append(']');
                break;
            case (0, _):
                pattern.Append("(?:").Append(pairs, 1, pairs.Length - 1).Append(')');
                break;
            default:
                pattern.Append("(?:[").Append(units).Append(']').Append(pairs).Append(')');
                break;
        }
    }

    private static void AppendUnits(StringBuilder pattern, int first, int last)
    {
        if (first <= last)
        {
            AppendUnit(pattern, first);
            if (last > first)
            {
                pattern.Append('-');
                AppendUnit(pattern, last);
            }
        }
    }

    /// <summary>Writes alternatives, each after its bar: whole rows of low surrogates together, what is left of rows one by one.</summary>
    private static void AppendPairs(StringBuilder pattern, int first, int last)
    {
        const int row = 0x400;
        int next = first;
        while (next <= last)
        {
            int offset = next - (LastUnit + 1);
            int left = last - next + 1;
            int inRow = Math.Min(left, row - (offset % row));
            int rows = inRow == row ? left / row : 1;
            int high = FirstSurrogate + (offset / row);
            int low = FirstLowSurrogate + (offset % row);
            pattern.Append("|[");
            AppendUnits(pattern, high, high + rows - 1);
            pattern.Append("][");
            AppendUnits(pattern, low, low + inRow - 1);
            pattern.Append(']');
            next += rows * inRow;
        }
    }

    private static void AppendUnit(StringBuilder pattern, int unit) => pattern.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    private void Normalize()
    {
        bool isNormal = true;
        for (int i = 1; i < _ranges.Count && isNormal; i++)
        {
            isNormal = _ranges[i].First > _ranges[i - 1].Last + 1;
        }

        if (isNormal)
        {
            return;
        }

        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in _ranges.Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(last, merged[^1].Last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        _ranges = merged;
    }
}
