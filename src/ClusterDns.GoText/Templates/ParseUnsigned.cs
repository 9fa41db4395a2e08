namespace ClusterDns.GoText.Templates;

/// <summary>Reads numbers without a sign in any base, as Go's <c>strconv.ParseUint</c> does.</summary>
internal static class ParseUnsigned
{
    /// <summary>How it went.</summary>
    internal enum Outcome : byte
    {
        /// <summary>It is a number.</summary>
        Ok,

        /// <summary>It is not a number.</summary>
        Syntax,

        /// <summary>It is larger than may be.</summary>
        Range,
    }

    /// <summary>Reads a number.</summary>
    /// <param name="text">Its digits.</param>
    /// <param name="radix">The base, 2 to 36.</param>
    /// <param name="limit">The largest number that may be.</param>
    /// <param name="number">The number.</param>
    public static Outcome TryParse(ReadOnlySpan<char> text, int radix, UInt128 limit, out UInt128 number)
    {
        number = 0;
        bool isWithin = true;
        foreach (char character in text)
        {
            int digit = char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiLetter(character) ? (character | 0x20) - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return Outcome.Syntax;
            }

            isWithin = isWithin && limit >= (uint)digit && number <= (limit - (uint)digit) / (uint)radix;
            number = isWithin ? (number * (uint)radix) + (uint)digit : number;
        }

        return text.IsEmpty ? Outcome.Syntax : isWithin ? Outcome.Ok : Outcome.Range;
    }
}
