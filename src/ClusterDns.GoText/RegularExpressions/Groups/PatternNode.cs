namespace ClusterDns.GoText.RegularExpressions.Groups;

/// <summary>A part of a regular expression, over ASCII.</summary>
internal abstract record PatternNode
{
    /// <summary>Matches the empty text.</summary>
    public sealed record Empty : PatternNode;

    /// <summary>Matches one character of a set.</summary>
    /// <param name="Set">The set.</param>
    public sealed record OneOf(AsciiSet Set) : PatternNode;

    /// <summary>Matches where an assertion holds.</summary>
    /// <param name="Kind">The assertion.</param>
    public sealed record Assertion(PatternAssertion Kind) : PatternNode;

    /// <summary>Matches parts one after another.</summary>
    /// <param name="Parts">The parts.</param>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>Matches one of some parts; the first that leads to a match is preferred.</summary>
    /// <param name="Parts">The parts.</param>
    public sealed record Choice(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>Matches a part again and again.</summary>
    /// <param name="Part">The part.</param>
    /// <param name="Least">The least number of times.</param>
    /// <param name="Most">The greatest number of times; -1 for no bound.</param>
    /// <param name="IsLazy">Whether fewer times are preferred.</param>
    public sealed record Repetition(PatternNode Part, int Least, int Most, bool IsLazy) : PatternNode;

    /// <summary>Matches a part and remembers where.</summary>
    /// <param name="Number">The group's number, from 1 on.</param>
    /// <param name="Part">The part.</param>
    public sealed record Group(int Number, PatternNode Part) : PatternNode;
}

/// <summary>What a regular expression can assert of a place in a text.</summary>
internal enum PatternAssertion : byte
{
    /// <summary>It is the start of the text.</summary>
    TextStart,

    /// <summary>It is the end of the text.</summary>
    TextEnd,

    /// <summary>It is the start of a line.</summary>
    LineStart,

    /// <summary>It is the end of a line.</summary>
    LineEnd,

    /// <summary>A word starts or ends there.</summary>
    WordBoundary,

    /// <summary>No word starts or ends there.</summary>
    NoWordBoundary,
}

/// <summary>A set of ASCII characters, a bit for each.</summary>
/// <param name="Low">Those up to 63.</param>
/// <param name="High">Those from 64 on.</param>
internal readonly record struct AsciiSet(ulong Low, ulong High)
{
    /// <summary>Whether a character is in the set.</summary>
    /// <param name="character">The character.</param>
    public bool Contains(byte character)
        => (((character < 64 ? Low : High) >> (character & 63)) & 1) != 0 && character < 128;

    /// <summary>The ASCII characters of a set of code points.</summary>
    /// <param name="set">The code points.</param>
    public static AsciiSet Of(CodePointSet set)
    {
        ulong low = 0;
        ulong high = 0;
        foreach ((int first, int last) in set.Ranges)
        {
            for (int codePoint = first; codePoint <= Math.Min(last, 127); codePoint++)
            {
                low |= codePoint < 64 ? 1UL << codePoint : 0;
                high |= codePoint >= 64 ? 1UL << (codePoint - 64) : 0;
            }
        }

        return new AsciiSet(low, high);
    }
}
