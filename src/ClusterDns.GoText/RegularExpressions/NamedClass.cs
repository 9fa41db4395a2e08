using System.Collections.Concurrent;
using System.Globalization;

namespace ClusterDns.GoText.RegularExpressions;

/// <summary>The character classes that RE2 has names for: Perl's letters, POSIX's words in brackets, Unicode's general categories.</summary>
internal static class NamedClass
{
    private static readonly Dictionary<string, UnicodeCategory> Categories = new(StringComparer.Ordinal)
    {
        ["Lu"] = UnicodeCategory.UppercaseLetter,
        ["Ll"] = UnicodeCategory.LowercaseLetter,
        ["Lt"] = UnicodeCategory.TitlecaseLetter,
        ["Lm"] = UnicodeCategory.ModifierLetter,
        ["Lo"] = UnicodeCategory.OtherLetter,
        ["Mn"] = UnicodeCategory.NonSpacingMark,
        ["Mc"] = UnicodeCategory.SpacingCombiningMark,
        ["Me"] = UnicodeCategory.EnclosingMark,
        ["Nd"] = UnicodeCategory.DecimalDigitNumber,
        ["Nl"] = UnicodeCategory.LetterNumber,
        ["No"] = UnicodeCategory.OtherNumber,
        ["Zs"] = UnicodeCategory.SpaceSeparator,
        ["Zl"] = UnicodeCategory.LineSeparator,
        ["Zp"] = UnicodeCategory.ParagraphSeparator,
        ["Cc"] = UnicodeCategory.Control,
        ["Cf"] = UnicodeCategory.Format,
        ["Cs"] = UnicodeCategory.Surrogate,
        ["Co"] = UnicodeCategory.PrivateUse,
        ["Cn"] = UnicodeCategory.OtherNotAssigned,
        ["Pc"] = UnicodeCategory.ConnectorPunctuation,
        ["Pd"] = UnicodeCategory.DashPunctuation,
        ["Ps"] = UnicodeCategory.OpenPunctuation,
        ["Pe"] = UnicodeCategory.ClosePunctuation,
        ["Pi"] = UnicodeCategory.InitialQuotePunctuation,
        ["Pf"] = UnicodeCategory.FinalQuotePunctuation,
        ["Po"] = UnicodeCategory.OtherPunctuation,
        ["Sm"] = UnicodeCategory.MathSymbol,
        ["Sc"] = UnicodeCategory.CurrencySymbol,
        ["Sk"] = UnicodeCategory.ModifierSymbol,
        ["So"] = UnicodeCategory.OtherSymbol,
    };

    private static readonly ConcurrentDictionary<string, CodePointSet> Collected = new(StringComparer.Ordinal);

    /// <summary>The class of <c>\d</c>, <c>\s</c> or <c>\w</c>, all within ASCII; null for another letter.</summary>
    /// <param name="letter">The letter, in lower case.</param>
    public static CodePointSet? Perl(int letter) => letter switch
    {
        'd' => Create("09"),
        's' => Create("\t\n\f\r  "),
        'w' => Create("09AZ__az"),
        _ => null,
    };

    /// <summary>The class that POSIX has a word for; null for another word.</summary>
    /// <param name="word">The text between the colons of <c>[:alpha:]</c>.</param>
    public static CodePointSet? Posix(string word) => word switch
    {
        "alnum" => Create("09AZaz"),
        "alpha" => Create("AZaz"),
        "ascii" => CodePointSet.Of(0, 0x7F),
        "blank" => Create("\t\t  "),
        "cntrl" => Create("\0\u001f\u007f\u007f"),
        "digit" => Create("09"),
        "graph" => Create("!~"),
        "lower" => Create("az"),
        "print" => Create(" ~"),
        "punct" => Create("!/:@[`{~"),
        "space" => Create("\t\r  "),
        "upper" => Create("AZ"),
        "word" => Create("09AZ__az"),
        "xdigit" => Create("09AFaf"),
        _ => null,
    };

    /// <summary>The code points of a general category such as <c>Lu</c>, of a group of them such as <c>L</c>, or all by <c>Any</c>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Null for another name.</returns>
    public static CodePointSet? Unicode(string name)
    {
        if (name is "Any")
        {
            return CodePointSet.Of(0, CodePointSet.Last);
        }

        if (Categories.TryGetValue(name, out UnicodeCategory category))
        {
            return Collected.GetOrAdd(name, _ => Collect(found => found == category));
        }

        return name is ['L' or 'M' or 'N' or 'P' or 'S' or 'Z' or 'C']
            ? Collected.GetOrAdd(name, static name => Collect(found => GroupOf(found) == name[0]))
            : null;
    }

    private static char GroupOf(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => 'L',
        <= UnicodeCategory.EnclosingMark => 'M',
        <= UnicodeCategory.OtherNumber => 'N',
        <= UnicodeCategory.ParagraphSeparator => 'Z',
        <= UnicodeCategory.PrivateUse => 'C',
        <= UnicodeCategory.OtherPunctuation => 'P',
        <= UnicodeCategory.OtherSymbol => 'S',
        _ => '\0',
    };

    private static CodePointSet Collect(Func<UnicodeCategory, bool> isIn)
    {
        CodePointSet set = new();
        int first = -1;
        for (int codePoint = 0; codePoint <= CodePointSet.Last + 1; codePoint++)
        {
            bool isMember = codePoint <= CodePointSet.Last && isIn(CharUnicodeInfo.GetUnicodeCategory(codePoint));
            if (isMember && first < 0)
            {
                first = codePoint;
            }
            else if (!isMember && first >= 0)
            {
                set.Add(first, codePoint - 1);
                first = -1;
            }
        }

        return set;
    }

    /// <summary>A set of ranges, each given by its first and last character.</summary>
    private static CodePointSet Create(string bounds)
    {
        CodePointSet set = new();
        for (int i = 0; i < bounds.Length; i += 2)
        {
            set.Add(bounds[i], bounds[i + 1]);
        }

        return set;
    }
}
