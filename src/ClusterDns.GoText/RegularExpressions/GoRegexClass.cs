using System.Text;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>Reads RE2's character classes, in brackets and as escapes.</summary>
internal static class GoRegexClass
{
    /// <summary>Reads a class whose opening bracket was read.</summary>
    /// <param name="reader">The expression.</param>
    /// <param name="at">The position of the bracket.</param>
    /// <param name="foldCase">Whether case does not count.</param>
    public static CodePointSet Read(GoRegexReader reader, int at, bool foldCase)
    {
        bool isNegated = reader.TrySkip("^");
        CodePointSet set = new();
        bool isFirst = true;
        while (isFirst || reader.IsAtEnd || reader.Next != ']')
        {
            if (reader.IsAtEnd)
            {
                throw reader.Error("'[' without its ']'", at);
            }

            isFirst = false;
            ReadMember(reader, at, foldCase, set);
        }

        reader.Read();
        return isNegated ? set.Negate() : set;
    }

    /// <summary>Reads an escape that denotes a class, after its backslash.</summary>
    /// <param name="reader">The expression.</param>
    /// <param name="at">The position of the backslash.</param>
    /// <param name="foldCase">Whether case does not count.</param>
    /// <returns>Null, and nothing read, when it stands for something else.</returns>
    public static CodePointSet? TryReadEscapedClass(GoRegexReader reader, int at, bool foldCase)
    {
        if (reader.IsAtEnd || reader.Next >= 0x80)
        {
            return null;
        }

        int letter = reader.Next;
        bool isNegated = char.IsAsciiLetterUpper((char)letter);
        if (NamedClass.Perl(letter | 0x20) is { } perl && char.IsAsciiLetter((char)letter))
        {
            reader.Read();
            return Finish(perl, isNegated, foldCase);
        }

        if (letter is not ('p' or 'P'))
        {
            return null;
        }

        reader.Read();
        string name = ReadUnicodeName(reader, at);
        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }

        CodePointSet category = NamedClass.Unicode(name) ??
            throw reader.Error($"unknown Unicode category '{name}': expected for example L, Lu or Nd (scripts are not supported)", at);
        return Finish(category, isNegated, foldCase);
    }

    private static void ReadMember(GoRegexReader reader, int at, bool foldCase, CodePointSet set)
    {
        if (TryReadPosix(reader, foldCase) is { } posix)
        {
            set.Add(posix);
            return;
        }

        int start = reader.Position;
        if (reader.TrySkip(@"\"))
        {
            if (TryReadEscapedClass(reader, start, foldCase) is { } escaped)
            {
                set.Add(escaped);
                return;
            }

            reader.Position = start;
        }

        int first = ReadCodePoint(reader, at);
        int last = first;
        int dash = reader.Position;
        if (reader.TrySkip("-"))
        {
            if (reader.IsAtEnd || reader.Next == ']')
            {
                reader.Position = dash;
            }
            else
            {
                last = ReadCodePoint(reader, at);
            }
        }

        if (last < first)
        {
            throw reader.Error($"'{new Rune(first)}-{new Rune(last)}' is a reversed range", start);
        }

        CodePointSet range = CodePointSet.Of(first, last);
        set.Add(foldCase ? CaseOrbits.Fold(range) : range);
    }

    private static CodePointSet? TryReadPosix(GoRegexReader reader, bool foldCase)
    {
        int start = reader.Position;
        if (!reader.TrySkip("[:"))
        {
            return null;
        }

        string? word = reader.TryReadUntil(":]");
        if (word is null)
        {
            reader.Position = start;
            return null;
        }

        bool isNegated = word.StartsWith('^');
        CodePointSet set = NamedClass.Posix(isNegated ? word[1..] : word) ??
            throw reader.Error($"unknown POSIX class '[:{word}:]'", start);
        return Finish(set, isNegated, foldCase);
    }

    private static int ReadCodePoint(GoRegexReader reader, int at)
    {
        if (reader.IsAtEnd)
        {
            throw reader.Error("'[' without its ']'", at);
        }

        int start = reader.Position;
        int codePoint = reader.Read();
        return codePoint == '\\' ? reader.ReadEscaped(start) : codePoint;
    }

    private static string ReadUnicodeName(GoRegexReader reader, int at)
    {
        if (reader.TrySkip("{"))
        {
            return reader.TryReadUntil("}") ?? throw reader.Error("'\\p{' without its '}'", at);
        }

        return reader.IsAtEnd ? throw reader.Error("'\\p' without a category", at) : new Rune(reader.Read()).ToString();
    }

    private static CodePointSet Finish(CodePointSet set, bool isNegated, bool foldCase)
    {
        CodePointSet folded = foldCase ? CaseOrbits.Fold(set) : set;
        return isNegated ? folded.Negate() : folded;
    }
}
