using ClusterDns.Core.Corefiles;
using ClusterDns.Plugins.Rewrite.Names;
using ClusterDns.Plugins.Rewrite.Rules;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>Reads a rule for names, and what it does to responses.</summary>
/// <param name="words">The words after <c>name</c>.</param>
/// <param name="patterns">Reads FROM and TO.</param>
internal sealed class NameRuleParser(RuleWords words, PatternReader patterns)
{
    private const string Usage = "name [exact|prefix|suffix|substring|regex] FROM TO [answer auto|name FROM TO|value FROM TO ...]";
    private const string Answer = "answer";
    private const string Auto = "auto";
    private const string Name = "name";

    private static readonly string[] AnswerKinds = [Auto, Name, "value"];
    private static readonly string[] AfterAuto = [Answer, .. AnswerKinds];

    private readonly List<NameChange> _answers = [];
    private bool _isAuto;
    private Token? _firstName;

    /// <summary>Reads it; null when an error was reported.</summary>
    /// <param name="continues">Whether rules after this one are tried.</param>
    public NameRule? Parse(bool continues)
    {
        string match = PatternReader.Exact;
        if (!words.Expect(2, int.MaxValue, Usage) ||
            (words.Count > 2 && (!words.TryChoose("match", PatternReader.Matches, out match) || !words.Expect(2, int.MaxValue, Usage))))
        {
            return null;
        }

        Token from = words.Take();
        Token to = words.Take();
        NamePattern? pattern = patterns.ReadChange(match, from, to);
        if (!TryReadAnswers() || pattern is null)
        {
            return null;
        }

        return Create(continues, match, from, to, pattern);
    }

    private NameRule Create(bool continues, string match, Token from, Token to, NamePattern pattern)
    {
        switch (match)
        {
            case PatternReader.Exact:
                return new NameRule(continues, pattern, restoresName: true, _answers);
            case PatternReader.Suffix when _isAuto:
                // The rule the other way round restores names that the question did not have as well.
                SuffixPattern reversed = new(
                    RuleText.ToBytes(RuleText.MakeAbsolute(to.Text)), RuleText.ToBytes(RuleText.MakeAbsolute(from.Text)));
                return new NameRule(
                    continues,
                    pattern,
                    restoresName: false,
                    [new NameChange(reversed, ChangesValue: false), new NameChange(reversed, ChangesValue: true), .. _answers]);
            default:
                if (!_isAuto && _answers.Count == 0)
                {
                    words.Warn(
                        words.Directive.Name,
                        $"answers to questions that '{from.Text}' matches have another name than the question, which many clients reject: add 'answer auto'");
                }

                return new NameRule(continues, pattern, restoresName: _isAuto, _answers);
        }
    }

    private bool TryReadAnswers()
    {
        if (words.Count > 0 && !string.Equals(words[0].Text, Answer, StringComparison.OrdinalIgnoreCase))
        {
            words.Error(words[0], $"unexpected '{words[0].Text}' after the rule: expected '{Usage}'; another rule needs a 'rewrite' of its own");
            return false;
        }

        bool isValid = true;
        while (isValid && words.Count > 0)
        {
            _ = words.TryTake([Answer], out _);
            isValid = words.TryChoose("kind of answer", AnswerKinds, out string kind) && TryReadAnswer(kind);
        }

        if (isValid && _isAuto && _firstName is not null)
        {
            words.Error(_firstName, "'answer name FROM TO' beside 'answer auto': a rule takes one of them, as both rename the same records");
            return false;
        }

        return isValid;
    }

    private bool TryReadAnswer(string kind)
    {
        if (string.Equals(kind, Auto, StringComparison.Ordinal) || (string.Equals(kind, Name, StringComparison.Ordinal) && TryTakeAuto()))
        {
            _isAuto = true;
            return true;
        }

        if (words.Count < 2)
        {
            words.Error(words.Directive.Name, $"incomplete 'answer {kind}': expected 'answer {kind} FROM TO'");
            return false;
        }

        Token from = words.Take();
        NamePattern? pattern = patterns.ReadExpression(from, words.Take());
        if (pattern is null)
        {
            return false;
        }

        bool isName = string.Equals(kind, Name, StringComparison.Ordinal);
        _firstName ??= isName ? from : null;
        _answers.Add(new NameChange(pattern, ChangesValue: !isName));
        return true;
    }

    /// <summary>CoreDNS's documentation writes <c>answer name auto</c>.</summary>
    private bool TryTakeAuto()
    {
        bool isAuto = words.Count > 0 &&
            string.Equals(words[0].Text, Auto, StringComparison.OrdinalIgnoreCase) &&
            (words.Count == 1 || AfterAuto.Contains(words[1].Text, StringComparer.OrdinalIgnoreCase));
        if (isAuto)
        {
            words.Take();
        }

        return isAuto;
    }
}
