using System.Text.RegularExpressions;

namespace ClusterDns.Tests.Documents;

/// <summary>
/// Words that this project once used in a sense of its own, each with the plain words to write instead; and the texts in which they are looked for:
/// prose of documents, string literals and XML documentation.
/// </summary>
internal static partial class PlainWords
{
    private static readonly (Regex Word, string Instead)[] Avoided =
    [
        (Anew(), "again"),
        (NowAndThen(), "periodically, or the interval"),
        (LetGo(), "release"),
        (Told(), "logged, notified, reported, returned"),
        (Spoilt(), "malformed, corrupt"),
        (PassOver(), "skip, ignore"),
        (MeansNothing(), "has no effect"),
        (BeIt(), "whether"),
        (Whom(), "which, that"),
        (Stands(), "is, appears; 'stands for' is fine"),
        (FinalElse(), "otherwise"),
        (ExpectedOneThat(), "what is accepted, not the problem once more"),
    ];

    /// <summary>The avoided words of a text, each as a message.</summary>
    /// <param name="text">The text.</param>
    public static IEnumerable<string> Find(string text)
        => Avoided.SelectMany(avoided => avoided.Word.Matches(text).Select(match => $"'{match.Value.Trim()}': write {avoided.Instead}"));

    /// <summary>The lines of a Markdown file with their numbers, without code blocks and code spans.</summary>
    /// <param name="lines">The file's lines.</param>
    public static IEnumerable<(int Line, string Text)> Prose(IEnumerable<string> lines)
    {
        bool isCode = false;
        foreach ((int index, string line) in lines.Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode && !line.StartsWith("    ", StringComparison.Ordinal))
            {
                yield return (index + 1, CodeSpan().Replace(line, ""));
            }
        }
    }

    /// <summary>The string literals and the XML documentation of a C# file, with the numbers of their lines; other code and comments are left out.</summary>
    /// <param name="lines">The file's lines.</param>
    public static IEnumerable<(int Line, string Text)> Texts(IEnumerable<string> lines)
    {
        bool isRaw = false;
        foreach ((int index, string line) in lines.Index())
        {
            string trimmed = line.TrimStart();
            int rawQuotes = RawQuotes().Count(trimmed);
            if (isRaw || rawQuotes > 0)
            {
                isRaw ^= rawQuotes % 2 == 1;
                yield return (index + 1, trimmed);
            }
            else if (trimmed.StartsWith("///", StringComparison.Ordinal))
            {
                yield return (index + 1, Reference().Replace(trimmed, ""));
            }
            else if (!trimmed.StartsWith("//", StringComparison.Ordinal))
            {
                foreach (Match literal in Literal().Matches(trimmed))
                {
                    yield return (index + 1, literal.Value);
                }
            }
        }
    }

    [GeneratedRegex(@"\banew\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Anew();

    [GeneratedRegex(@"\bnow and then\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NowAndThen();

    [GeneratedRegex(@"\b(let|lets|letting)( it| them)? go\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LetGo();

    [GeneratedRegex(@"\b(told|tells)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Told();

    [GeneratedRegex(@"\bspoilt\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Spoilt();

    [GeneratedRegex(@"\bpass(ed|es|ing)? over\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex PassOver();

    [GeneratedRegex(@"\b(mean|means|meant) nothing\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MeansNothing();

    [GeneratedRegex(@"\bbe it\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex BeIt();

    [GeneratedRegex(@"\bwhom\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Whom();

    [GeneratedRegex(@"\b(stand|stands|stood)\b(?! for\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Stands();

    [GeneratedRegex(@"(?<!\b(\w+thing|\w+body|\w+one|what|\w*where) )\belse[.,;:)]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex FinalElse();

    [GeneratedRegex(@", expected (one|some) (that|of them|which)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ExpectedOneThat();

    [GeneratedRegex("`[^`]*`", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex("\"\"\"+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RawQuotes();

    [GeneratedRegex("<(see|paramref|typeparamref|c)\\b[^>]*/?>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Literal();
}
