using ClusterDns.Core.Corefiles;

namespace ClusterDns.Core.Options;

/// <summary>What a block in braces means after a line.</summary>
internal enum BlockRule
{
    /// <summary>It is an error, unless options are declared.</summary>
    Unset,

    /// <summary>It has options.</summary>
    Options,

    /// <summary>It has at least one option.</summary>
    Required,

    /// <summary>It has no effect, with a warning.</summary>
    Ignored,
}

/// <summary>Reads a line of a block that does not begin with the name of an option.</summary>
/// <param name="options">The options so far.</param>
/// <param name="directive">The line that the block belongs to.</param>
/// <param name="line">The line.</param>
/// <param name="names">The names of the options.</param>
/// <returns>The options with the line; null for the standard error.</returns>
/// <typeparam name="TOptions">The immutable options record.</typeparam>
public delegate TOptions? UnknownLineReader<TOptions>(TOptions options, DirectiveReader directive, DirectiveReader line, IReadOnlyList<string> names)
    where TOptions : class;

/// <summary>One option of a block.</summary>
/// <param name="Declaration">What it looks like.</param>
/// <param name="Read">Reads its line.</param>
internal sealed record NamedLine<TOptions>(OptionDeclaration Declaration, Func<TOptions, DirectiveReader, TOptions> Read);

/// <summary>The arguments and options that a line can have: that of a directive, or of an option.</summary>
internal sealed class LineShape<TOptions>
    where TOptions : class
{
    private readonly List<Argument> _arguments = [];

    public List<NamedLine<TOptions>> Options { get; } = [];

    public BlockRule Block { get; set; }

    public bool IgnoresExtraArguments { get; set; }

    public StringComparison Comparison { get; set; } = StringComparison.Ordinal;

    public IReadOnlyList<string> SharedLines { get; set; } = [];

    public UnknownLineReader<TOptions>? ReadUnknown { get; set; }

    public Func<TOptions, DirectiveReader, TOptions>? OnRead { get; init; }

    /// <summary>The options that are worth naming in an error.</summary>
    private IReadOnlyList<string> Names
        => [.. Options.Where(static option => option.Declaration.Support == OptionSupport.Full).Select(static option => option.Declaration.Name)];

    public void Add<T>(OptionValue<T> value, Func<TOptions, T, TOptions> set, int least, Func<string, bool>? when)
        => _arguments.Add(new Argument(
            value.Declaration with { Least = least },
            when ?? (least == 0 && value.Declaration.Words.Count > 0 ? word => value.Accepts(word) : null),
            (options, line, words) => words.Count > 0 && value.TryRead(line, words[0], out T read) ? set(options, read) : options));

    public void Add<T>(OptionValue<T> value, Func<TOptions, IReadOnlyList<T>, TOptions> set, int least)
        => Add(value.Declaration with { Least = least, Most = int.MaxValue }, (options, line, words) =>
        {
            List<T> values = [];
            foreach (Token word in words)
            {
                if (value.TryRead(line, word, out T read))
                {
                    values.Add(read);
                }
            }

            return set(options, values);
        });

    public void Add(ArgumentDeclaration declaration, Func<TOptions, DirectiveReader, IReadOnlyList<Token>, TOptions> read)
        => _arguments.Add(new Argument(declaration, null, read));

    public OptionDeclaration Describe(string name)
        => new(name, [.. _arguments.Select(static argument => argument.Declaration)], [.. Options.Select(static option => option.Declaration)]);

    public TOptions Read(TOptions options, DirectiveReader line)
    {
        options = ReadArguments(options, line);
        options = OnRead is null ? options : OnRead(options, line);
        switch (Block)
        {
            case BlockRule.Ignored:
                line.IgnoreBlock();
                return options;
            case BlockRule.Required when line.Directive.Block.Count == 0:
                line.Error(line.Directive.Place, $"{line.Name} has no options: expected at least one of {string.Join(", ", Names)}");
                return options;
            case BlockRule.Unset when Options.Count == 0 && ReadUnknown is null:
                _ = line.ExpectNoBlock();
                return options;
            default:
                return line.Directive.Block.Aggregate(options, (current, option) => ReadOption(current, line, line.For(option)));
        }
    }

    /// <summary>The same line, with each option on a line of its own.</summary>
    public DirectiveReader SplitLines(DirectiveReader line)
        => SharedLines.Count == 0 ? line : line.For(line.Directive with { Block = [.. line.Directive.Block.SelectMany(Split)] });

    private IEnumerable<DirectiveSyntax> Split(DirectiveSyntax line)
    {
        while (SharedLines.Contains(line.Name.Text, StringComparer.Ordinal) && CountArguments(line.Name.Text) is var count &&
            line.Arguments.Count > count && SharedLines.Contains(line.Arguments[count].Text, StringComparer.Ordinal))
        {
            yield return line with { Arguments = [.. line.Arguments.Take(count)], Block = [], HasBlock = false };
            line = line with { Name = line.Arguments[count], Arguments = [.. line.Arguments.Skip(count + 1)] };
        }

        yield return line;
    }

    private int CountArguments(string option) => Find(option)?.Declaration.Arguments.Sum(static argument => argument.Least) ?? 0;

    private NamedLine<TOptions>? Find(string name) => Options.Find(option => string.Equals(option.Declaration.Name, name, Comparison));

    private TOptions ReadOption(TOptions options, DirectiveReader directive, DirectiveReader line)
    {
        if (Find(line.Name) is { } option)
        {
            return option.Read(options, line);
        }

        if (!line.ExpectNoBlock())
        {
            return options;
        }

        if (ReadUnknown?.Invoke(options, directive, line, Names) is { } read)
        {
            return read;
        }

        directive.UnknownOption(line.Directive, Names);
        return options;
    }

    private TOptions ReadArguments(TOptions options, DirectiveReader line)
    {
        IReadOnlyList<Token> words = line.Arguments;
        int needed = _arguments.Sum(static argument => argument.Declaration.Least);
        if (words.Count < needed)
        {
            line.Error(line.Directive.Place, $"missing argument of '{line.Name}': expected '{Describe(line.Name).Syntax}'");
            return options;
        }

        int next = 0;
        foreach (Argument argument in _arguments)
        {
            needed -= argument.Declaration.Least;
            int count = Math.Min(argument.Declaration.Most, words.Count - next - needed);
            count = count > 0 && argument.When is { } when && !when(words[next].Text) ? 0 : count;
            options = argument.Read(options, line, [.. words.Skip(next).Take(count)]);
            next += count;
        }

        if (IgnoresExtraArguments)
        {
            line.IgnoreArgumentsAfter(next);
        }
        else if (next < words.Count)
        {
            line.Error(
                words[next].Place,
                $"unexpected '{words[next].Text}' after '{line.Name}': expected '{Describe(line.Name).Syntax}'",
                NearMiss.Find(words[next].Text, _arguments.SelectMany(static argument => argument.Declaration.Words)));
        }

        return options;
    }

    private sealed record Argument(
        ArgumentDeclaration Declaration, Func<string, bool>? When, Func<TOptions, DirectiveReader, IReadOnlyList<Token>, TOptions> Read);
}
