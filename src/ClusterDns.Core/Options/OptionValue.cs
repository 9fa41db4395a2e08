using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Options;

/// <summary>Reads one word of a Corefile. It can report errors and warnings of its own.</summary>
/// <param name="line">The line that the word is on.</param>
/// <param name="word">The word.</param>
/// <param name="value">The value.</param>
/// <returns>False when the word is not accepted. Without an error of its own, the standard one is reported.</returns>
/// <typeparam name="T">What the word stands for.</typeparam>
public delegate bool ValueReader<T>(DirectiveReader line, Token word, out T value);

/// <summary>What one word of a Corefile can be, and how it is read. <see cref="Values"/> has the usual ones. Immutable.</summary>
/// <typeparam name="T">What the word stands for.</typeparam>
public sealed class OptionValue<T>
{
    private readonly ValueReader<T> _read;
    private readonly IReadOnlyList<string> _suggestions;

    /// <summary>A value.</summary>
    /// <param name="placeholder">Its name in documentation, such as <c>DURATION</c>.</param>
    /// <param name="noun">Its name in errors, such as <c>duration</c>.</param>
    /// <param name="accepted">What is accepted, to follow the word "expected".</param>
    /// <param name="read">How it is read.</param>
    public OptionValue(string placeholder, string noun, string accepted, ValueReader<T> read)
        : this(new ArgumentDeclaration(placeholder, 1, 1, accepted, null, []), noun, read)
    {
    }

    internal OptionValue(ArgumentDeclaration declaration, string noun, ValueReader<T> read, IReadOnlyList<string>? suggestions = null)
    {
        _suggestions = suggestions ?? declaration.Words;
        Declaration = declaration;
        Noun = noun;
        _read = read;
    }

    /// <summary>The value as an argument that is given once.</summary>
    internal ArgumentDeclaration Declaration { get; }

    /// <summary>Its name in errors.</summary>
    internal string Noun { get; }

    /// <summary>The same value under another name in documentation.</summary>
    /// <param name="placeholder">The name, such as <c>SECONDS</c>.</param>
    public OptionValue<T> As(string placeholder) => new(Declaration with { Placeholder = placeholder }, Noun, _read, _suggestions);

    /// <summary>The same value with a default, for documentation: the options themselves have it.</summary>
    /// <param name="text">The default as the Corefile would write it.</param>
    public OptionValue<T> Default(string text) => new(Declaration with { Default = text }, Noun, _read, _suggestions);

    /// <summary>The same value with words that errors suggest where one is near.</summary>
    /// <param name="words">Some of the words that are accepted.</param>
    public OptionValue<T> Suggest(IReadOnlyList<string> words) => new(Declaration, Noun, _read, words);

    /// <summary>The same value with its word, for plugins that show it again, or report errors later.</summary>
    public OptionValue<(T Value, Token Word)> WithWord()
        => new(
            Declaration,
            Noun,
            (DirectiveReader line, Token word, out (T Value, Token Word) value) =>
            {
                bool isValid = _read(line, word, out T read);
                value = (read, word);
                return isValid;
            },
            _suggestions);

    /// <summary>Those of the values that meet a condition.</summary>
    /// <param name="accepts">The condition.</param>
    /// <param name="accepted">What is accepted now, to follow the word "expected".</param>
    public OptionValue<T> Where(Func<T, bool> accepts, string accepted)
        => new(
            Declaration with { Accepted = accepted },
            Noun,
            (DirectiveReader line, Token word, out T value) => _read(line, word, out value) && accepts(value),
            _suggestions);

    /// <summary>Values made from these.</summary>
    /// <param name="convert">Makes one from the other.</param>
    /// <typeparam name="TOther">What the word stands for now.</typeparam>
    public OptionValue<TOther> Select<TOther>(Func<T, TOther> convert)
        => new(
            Declaration,
            Noun,
            (DirectiveReader line, Token word, out TOther value) =>
            {
                bool isValid = _read(line, word, out T read);
                value = isValid ? convert(read) : default!;
                return isValid;
            },
            _suggestions);

    /// <summary>Whether a word is one of the <see cref="ArgumentDeclaration.Words"/>.</summary>
    /// <param name="word">The word.</param>
    internal bool Accepts(string word) => Declaration.Words.Contains(word, StringComparer.Ordinal);

    /// <summary>Reads the value, and reports <c>invalid duration 'x' for expire: expected …</c> where it is not accepted.</summary>
    /// <param name="line">The line that the word is on.</param>
    /// <param name="word">The word.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when an error was reported.</returns>
    public bool TryRead(DirectiveReader line, Token word, out T value)
    {
        int errors = line.ErrorCount;
        if (_read(line, word, out value))
        {
            return true;
        }

        if (line.ErrorCount == errors)
        {
            line.Error(
                word.Place,
                $"invalid {Noun} '{word.Text}' for {line.Name}: expected {Declaration.Accepted}",
                NearMiss.Find(word.Text, _suggestions));
        }

        return false;
    }
}
