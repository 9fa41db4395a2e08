using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>Reads one <c>rewrite</c>.</summary>
/// <param name="words">Its words.</param>
internal sealed class RewriteRuleParser(RuleWords words)
{
    private const string Continue = "continue";

    private static readonly string[] Modes = [Continue, "stop"];
    private static readonly string[] Fields = ["name", "type", "class", "ttl", "rcode", "cname", "edns0"];

    private readonly PatternReader _patterns = new(words);

    /// <summary>Reads it; null when an error was reported.</summary>
    public RewriteRule? Parse()
    {
        _ = words.TryTake(Modes, out string mode);
        if (words.TryTake(["answer"], out _))
        {
            words.Error(words.Directive.Name, "'answer' without a rule: write it after 'name', as in 'name suffix FROM TO answer auto'");
            return null;
        }

        if (!words.TryChoose("field of rewrite", Fields, out string field))
        {
            return null;
        }

        bool continues = string.Equals(mode, Continue, StringComparison.Ordinal);
        return field switch
        {
            "name" => new NameRuleParser(words, _patterns).Parse(continues),
            "type" => ParseType(continues),
            "class" => ParseClass(continues),
            "ttl" => ParseTimeToLive(continues),
            "rcode" => ParseCode(continues),
            "cname" => ParseTarget(continues),
            _ => new EdnsRuleParser(words).Parse(continues),
        };
    }

    private TypeRule? ParseType(bool continues)
        => words.Expect(2, 2, "type FROM TO") && TryReadType(words.Take(), out RecordType from) & TryReadType(words.Take(), out RecordType to)
            ? new TypeRule(continues, from, to)
            : null;

    private bool TryReadType(Token word, out RecordType type)
    {
        if (RecordTypes.TryParse(word.Text, out type))
        {
            return true;
        }

        words.Error(word, $"unknown record type '{word.Text}': expected for example A, HTTPS or ANY");
        return false;
    }

    private ClassRule? ParseClass(bool continues)
        => words.Expect(2, 2, "class FROM TO") && TryReadClass(words.Take(), out RecordClass from) & TryReadClass(words.Take(), out RecordClass to)
            ? new ClassRule(continues, from, to)
            : null;

    private bool TryReadClass(Token word, out RecordClass recordClass)
    {
        if (RecordClasses.TryParse(word.Text, out recordClass))
        {
            return true;
        }

        words.Error(word, $"unknown class '{word.Text}': expected IN, CH, HS, NONE or ANY");
        return false;
    }

    private TimeToLiveRule? ParseTimeToLive(bool continues)
    {
        const string usage = "ttl [exact|prefix|suffix|substring|regex] NAME SECONDS|MIN-MAX|MIN-|-MAX";
        if (!words.Expect(2, 3, usage) || !TryReadMatch(2, out string match))
        {
            return null;
        }

        NamePattern? pattern = _patterns.ReadMatch(match, words.Take());
        Token range = words.Take();
        if (!TimeToLiveRange.TryParse(range.Text, out TimeToLiveRange parsed, out string problem))
        {
            words.Error(range, problem);
            return null;
        }

        if (parsed.IsBeyondMaximum)
        {
            words.Warn(range, $"'{range.Text}' counts up to 2147483647 (RFC 2181 section 8): write a smaller number");
        }

        return pattern is null ? null : new TimeToLiveRule(continues, pattern, parsed);
    }

    private CodeRule? ParseCode(bool continues)
    {
        const string usage = "rcode [exact|prefix|suffix|substring|regex] NAME FROM TO";
        if (!words.Expect(3, 4, usage) || !TryReadMatch(3, out string match))
        {
            return null;
        }

        NamePattern? pattern = _patterns.ReadMatch(match, words.Take());
        return TryReadCode(words.Take(), out ResponseCode from) & TryReadCode(words.Take(), out ResponseCode to) && pattern is not null
            ? new CodeRule(continues, pattern, from, to)
            : null;
    }

    private bool TryReadCode(Token word, out ResponseCode code)
    {
        if (ResponseCodeWord.TryParse(word.Text, out code))
        {
            return true;
        }

        words.Error(word, $"unknown response code '{word.Text}': expected a name such as NXDOMAIN, or a number from 0 to {ResponseCodeWord.MaxNumber}");
        return false;
    }

    private TargetRule? ParseTarget(bool continues)
    {
        if (!words.Expect(2, 3, "cname [exact|prefix|suffix|substring|regex] FROM TO") || !TryReadMatch(2, out string match))
        {
            return null;
        }

        NamePattern? pattern = _patterns.ReadTarget(match, words.Take(), words.Take());
        return pattern is null ? null : new TargetRule(continues, pattern);
    }

    /// <summary>Reads the match where there is a word for it; without, it is that of one name.</summary>
    private bool TryReadMatch(int without, out string match)
    {
        match = PatternReader.Exact;
        return words.Count == without || words.TryChoose("match", PatternReader.Matches, out match);
    }
}
