using System.Globalization;
using System.Text;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>Reads an expression by code points.</summary>
/// <param name="expression">The expression.</param>
internal sealed class GoRegexReader(string expression)
{
    private readonly int[] _codePoints = [.. expression.EnumerateRunes().Select(static rune => rune.Value)];

    /// <summary>How many code points were read.</summary>
    public int Position { get; set; }

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd => Position == _codePoints.Length;

    /// <summary>The code point that comes next.</summary>
    public int Next => _codePoints[Position];

    /// <summary>Whether a lookbehind is next, its parenthesis read: <c>?&lt;=</c> or <c>?&lt;!</c>.</summary>
    public bool IsLookBehind => StartsWith("?<=") || StartsWith("?<!");

    /// <summary>The code point at a position.</summary>
    /// <param name="position">The position.</param>
    public int At(int position) => _codePoints[position];

    /// <summary>Reads a code point.</summary>
    public int Read() => _codePoints[Position++];

    /// <summary>Reads a text if it is next.</summary>
    /// <param name="text">The text, in ASCII.</param>
    public bool TrySkip(string text)
    {
        bool isNext = StartsWith(text);
        Position += isNext ? text.Length : 0;
        return isNext;
    }

    /// <summary>Reads up to a text and past it; null, and nothing read, where it is not there.</summary>
    /// <param name="end">The text, in ASCII.</param>
    public string? TryReadUntil(string end)
    {
        int start = Position;
        StringBuilder read = new();
        while (!IsAtEnd)
        {
            if (TrySkip(end))
            {
                return read.ToString();
            }

            read.Append(new Rune(Read()).ToString());
        }

        Position = start;
        return null;
    }

    /// <summary>Reads the rest of an escape that stands for one code point.</summary>
    /// <param name="at">The position of its backslash.</param>
    public int ReadEscaped(int at)
    {
        if (IsAtEnd)
        {
            throw Error("'\\' at the end", at);
        }

        int letter = Read();
        switch (letter)
        {
            case >= '1' and <= '7' when IsAtEnd || Next is < '0' or > '7':
                throw Error($"'\\{(char)letter}' is a reference to a group, which RE2 does not have", at);
            case >= '0' and <= '7':
                return ReadOctal(letter - '0');
            case 'x':
                return ReadHexadecimal(at);
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)letter):
                return letter;
            default:
                throw Error($"unknown escape '\\{new Rune(letter)}'", at);
        }
    }

    /// <summary>What is wrong, with its place.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="at">Where; where reading stopped by default.</param>
    public FormatException Error(string problem, int? at = null)
        => new(string.Create(CultureInfo.InvariantCulture, $"{problem}, at character {(at ?? Position) + 1}"));

    private int ReadOctal(int value)
    {
        for (int digits = 1; digits < 3 && !IsAtEnd && Next is >= '0' and <= '7'; digits++)
        {
            value = (value * 8) + (Read() - '0');
        }

        return value;
    }

    private int ReadHexadecimal(int at)
    {
        bool isBraced = TrySkip("{");
        int digits = 0;
        int value = 0;
        while (!IsAtEnd && Next < 0x80 && char.IsAsciiHexDigit((char)Next) && value <= CodePointSet.Last && (isBraced || digits < 2))
        {
            value = (value * 16) + Convert.ToInt32(((char)Read()).ToString(), 16);
            digits++;
        }

        bool isWhole = isBraced ? digits > 0 && TrySkip("}") : digits == 2;
        return isWhole && value <= CodePointSet.Last
            ? value
            : throw Error("'\\x' without two hexadecimal digits, or a code point up to 10FFFF in braces", at);
    }

    private bool StartsWith(string text)
    {
        if (_codePoints.Length - Position < text.Length)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (_codePoints[Position + i] != text[i])
            {
                return false;
            }
        }

        return true;
    }
}
