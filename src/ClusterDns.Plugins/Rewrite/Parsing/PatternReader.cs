using System.Globalization;
using ClusterDns.Core.Corefiles;
using ClusterDns.GoText.RegularExpressions;
using ClusterDns.Plugins.Rewrite.Names;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>Reads FROM and TO of a rule.</summary>
/// <param name="words">The rule's words.</param>
internal sealed class PatternReader(RuleWords words)
{
    /// <summary>One name, the match that needs no word.</summary>
    public const string Exact = "exact";

    /// <summary>The beginning of names.</summary>
    public const string Prefix = "prefix";

    /// <summary>The end of names.</summary>
    public const string Suffix = "suffix";

    /// <summary>A part of names.</summary>
    public const string Substring = "substring";

    /// <summary>A regular expression.</summary>
    public const string Regex = "regex";

    /// <summary>The words that say what FROM is of a name.</summary>
    public static readonly string[] Matches = [Exact, Prefix, Suffix, Substring, Regex];

    /// <summary>A pattern that rewrites nothing.</summary>
    /// <param name="match">One of <see cref="Matches"/>.</param>
    /// <param name="from">FROM.</param>
    /// <returns>Null when an error was reported.</returns>
    public NamePattern? ReadMatch(string match, Token from)
        => string.Equals(match, Regex, StringComparison.Ordinal) ? ReadRegex(from, from.Text, "") : ReadLiteral(match, from, RuleText.MakeAbsolute(from.Text), []);

    /// <summary>A pattern that rewrites names of questions.</summary>
    /// <param name="match">One of <see cref="Matches"/>.</param>
    /// <param name="from">FROM.</param>
    /// <param name="to">TO.</param>
    /// <returns>Null when an error was reported.</returns>
    public NamePattern? ReadChange(string match, Token from, Token to)
    {
        switch (match)
        {
            case Regex:
                return ReadExpression(from, to);
            case Exact when !CheckGroups(to, RuleText.MakeAbsolute(to.Text), from, RuleText.MakeAbsolute(from.Text)):
                return null;
            default:
                string target = RuleText.MakeAbsolute(to.Text);
                if (string.Equals(match, Exact, StringComparison.Ordinal) && RuleText.TryMakeCanonical(target) is null)
                {
                    words.Warn(to, $"'{to.Text}' is not a domain name: questions for '{from.Text}' are answered with SERVFAIL");
                }

                return ReadLiteral(match, from, RuleText.MakeAbsolute(from.Text), RuleText.ToBytes(target));
        }
    }

    /// <summary>A regular expression whose groups TO may name.</summary>
    /// <param name="from">FROM.</param>
    /// <param name="to">TO.</param>
    /// <returns>Null when an error was reported.</returns>
    public NamePattern? ReadExpression(Token from, Token to)
        => CheckGroups(from, from.Text, to, to.Text) ? ReadRegex(from, from.Text, RuleText.MakeAbsolute(to.Text)) : null;

    /// <summary>A pattern that rewrites targets of aliases, which CoreDNS reads otherwise: only an exact name gets its final dot.</summary>
    /// <param name="match">One of <see cref="Matches"/>.</param>
    /// <param name="from">FROM.</param>
    /// <param name="to">TO.</param>
    /// <returns>Null when an error was reported.</returns>
    public NamePattern? ReadTarget(string match, Token from, Token to)
    {
        string lower = from.Text.ToLowerInvariant();
        switch (match)
        {
            case Regex:
                return ReadRegex(from, LowerLiterals(from.Text), to.Text.ToLowerInvariant());
            case Exact:
                return ReadLiteral(match, from, RuleText.MakeAbsolute(lower), RuleText.ToBytes(RuleText.MakeAbsolute(to.Text)));
            default:
                if (lower.Length == 0)
                {
                    words.Error(from, $"empty text to match: expected a part of a name, such as 'cdn.example.'");
                    return null;
                }

                if (string.Equals(match, Suffix, StringComparison.Ordinal) && !RuleText.EndsWithDot(lower))
                {
                    words.Warn(from, $"no target of an alias ends with '{from.Text}': write its final dot");
                }

                return ReadLiteral(match, from, lower, RuleText.ToBytes(to.Text.ToLowerInvariant()));
        }
    }

    private NamePattern? ReadLiteral(string match, Token word, string from, byte[] to)
    {
        if (from.Length > GoRegex.MaxLength)
        {
            words.Error(word, string.Create(CultureInfo.InvariantCulture, $"a pattern of {from.Length} characters: at most {GoRegex.MaxLength} are accepted"));
            return null;
        }

        if (!string.Equals(match, Exact, StringComparison.Ordinal))
        {
            byte[] text = RuleText.ToBytes(from);
            return match switch
            {
                Prefix => new PrefixPattern(text, to),
                Suffix => new SuffixPattern(text, to),
                _ => new SubstringPattern(text, to),
            };
        }

        byte[]? canonical = RuleText.TryMakeCanonical(from);
        if (canonical is null)
        {
            words.Warn(word, $"'{word.Text}' is not a domain name: the rule matches no question");
        }

        return new ExactPattern(canonical ?? RuleText.ToBytes(from), to);
    }

    private RegexPattern? ReadRegex(Token word, string from, string to)
    {
        RegexPattern? pattern = RegexPattern.TryCreate(from, to, out string problem);
        if (pattern is null)
        {
            words.Error(word, problem);
        }

        return pattern;
    }

    /// <summary>CoreDNS compares how many groups are named with how many there are, and compiles TO for that where the rule is of one name.</summary>
    private bool CheckGroups(Token expressionWord, string expression, Token textWord, string text)
    {
        if (!GoRegex.TryCompile(expression, out _, out IReadOnlyList<string> names, out string problem))
        {
            words.Error(expressionWord, problem);
            return false;
        }

        int groups = names.Count - 1;
        IReadOnlySet<int> named = NameTemplate.FindGroups(text);
        if (named.Count > groups)
        {
            words.Error(
                textWord,
                string.Create(CultureInfo.InvariantCulture, $"'{textWord.Text}' uses {named.Count} groups: '{expressionWord.Text}' has {groups}"));
            return false;
        }

        foreach (int group in named.Where(group => group > groups))
        {
            words.Warn(
                textWord,
                string.Create(CultureInfo.InvariantCulture, $"'{{{group}}}' is not a group of '{expressionWord.Text}' and stays as it is written"));
        }

        return true;
    }

    private static string LowerLiterals(string expression)
        => string.Create(expression.Length, expression, static (lower, text) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                lower[i] = i > 0 && text[i - 1] == '\\' ? text[i] : char.ToLowerInvariant(text[i]);
            }
        });
}
