using ClusterDns.Core.Corefiles;

namespace ClusterDns.Plugins.Rewrite.Parsing;

/// <summary>The words of a rule, on the directive's line or in its block: to CoreDNS a block is a longer line.</summary>
internal sealed class RuleWords
{
    private readonly DiagnosticBag _diagnostics;
    private readonly List<Token> _words;
    private int _position;

    private RuleWords(List<Token> words, DirectiveSyntax directive, DiagnosticBag diagnostics)
    {
        _words = words;
        Directive = directive;
        _diagnostics = diagnostics;
    }

    /// <summary>The directive.</summary>
    public DirectiveSyntax Directive { get; }

    /// <summary>How many words are left.</summary>
    public int Count => _words.Count - _position;

    /// <summary>A word that is left, without reading it.</summary>
    /// <param name="index">0 for the next.</param>
    public Token this[int index] => _words[_position + index];

    /// <summary>The words of a rule; null when an error was reported.</summary>
    /// <param name="directive">The directive.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static RuleWords? TryRead(DirectiveSyntax directive, DiagnosticBag diagnostics)
    {
        List<Token> words = [.. directive.Arguments];
        if (words.Count >= 2 && directive.HasBlock)
        {
            diagnostics.Error(directive.Place, "a 'rewrite' with its rule on the line does not take a block: write the whole rule on the line, or in the block");
            return null;
        }

        foreach (DirectiveSyntax line in directive.Block)
        {
            if (!new DirectiveReader(line, diagnostics).ExpectNoBlock())
            {
                return null;
            }

            words.Add(line.Name);
            words.AddRange(line.Arguments);
        }

        return new RuleWords(words, directive, diagnostics);
    }

    /// <summary>Reads a word.</summary>
    public Token Take() => _words[_position++];

    /// <summary>Reads a word in lower case, where it is one of some words.</summary>
    /// <param name="known">The words, in lower case.</param>
    /// <param name="word">The word.</param>
    public bool TryTake(IReadOnlyList<string> known, out string word)
    {
        word = Count > 0 ? this[0].Text.ToLowerInvariant() : "";
        bool isKnown = known.Contains(word, StringComparer.Ordinal);
        _position += isKnown ? 1 : 0;
        return isKnown;
    }

    /// <summary>Reads a word in lower case, and reports an error where it is none of some words.</summary>
    /// <param name="what">What the word is, for the message.</param>
    /// <param name="known">The words, in lower case.</param>
    /// <param name="word">The word.</param>
    public bool TryChoose(string what, IReadOnlyList<string> known, out string word)
    {
        if (TryTake(known, out word))
        {
            return true;
        }

        string expected = $"expected {string.Join(", ", known)}";
        if (Count == 0)
        {
            _diagnostics.Error(Directive.Place, $"rewrite without {what}: {expected}");
        }
        else
        {
            _diagnostics.Error(this[0].Place, $"unknown {what} '{this[0].Text}': {expected}", NearMiss.Find(word, known));
        }

        return false;
    }

    /// <summary>Reports an error unless as many words are left as a rule has.</summary>
    /// <param name="least">The least number.</param>
    /// <param name="most">The greatest number.</param>
    /// <param name="usage">How the rule is written.</param>
    public bool Expect(int least, int most, string usage)
    {
        if (Count < least)
        {
            _diagnostics.Error(Directive.Place, $"incomplete rule of rewrite: expected '{usage}'");
            return false;
        }

        if (Count > most)
        {
            Error(this[most], $"unexpected '{this[most].Text}' after the rule: expected '{usage}'; another rule needs a 'rewrite' of its own");
            return false;
        }

        return true;
    }

    /// <summary>Reports an error.</summary>
    /// <param name="word">Where.</param>
    /// <param name="message">What is wrong, and what is accepted.</param>
    public void Error(Token word, string message) => _diagnostics.Error(word.Place, message);

    /// <summary>Reports a warning.</summary>
    /// <param name="word">Where.</param>
    /// <param name="message">What has another effect than its author is likely to expect, and what to do.</param>
    public void Warn(Token word, string message) => _diagnostics.Warning(word.Place, message);
}
