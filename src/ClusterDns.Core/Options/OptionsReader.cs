using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Options;

/// <summary>
/// Declares what a directive accepts, and reads it: arguments in order, then options by name. Each calls a function that returns the
/// options with one more value, so that options stay immutable. Of several values for an option the last counts, unless the function
/// adds it to those before. All errors are reported, each as <c>file:line:column: problem: what is accepted</c>.
/// </summary>
/// <typeparam name="TOptions">The immutable options record.</typeparam>
public sealed class OptionsReader<TOptions> : IOptionsReader<TOptions>
    where TOptions : class
{
    private readonly Func<DirectiveReader, TOptions> _initial;
    private readonly LineShape<TOptions> _shape = new();
    private readonly List<Func<TOptions, DirectiveReader, TOptions>> _checks = [];

    /// <summary>A reader that begins with the defaults.</summary>
    /// <param name="defaults">The options of a directive without arguments and without a block.</param>
    public OptionsReader(TOptions defaults)
        : this(_ => defaults)
    {
    }

    /// <summary>A reader whose defaults depend on the directive.</summary>
    /// <param name="initial">Makes the options of a directive without arguments and without a block.</param>
    public OptionsReader(Func<DirectiveReader, TOptions> initial) => _initial = initial;

    /// <summary>Declares an argument that must be given.</summary>
    /// <param name="value">What it is.</param>
    /// <param name="set">Returns the options with it.</param>
    /// <typeparam name="T">What it stands for.</typeparam>
    public OptionsReader<TOptions> Argument<T>(OptionValue<T> value, Func<TOptions, T, TOptions> set)
        => With(() => _shape.Add(value, set, least: 1, when: null));

    /// <summary>Declares an argument that may be left out.</summary>
    /// <param name="value">What it is.</param>
    /// <param name="set">Returns the options with it.</param>
    /// <param name="when">Whether a word is this argument, and not the next. Without it, one of some words is known by them, and any other value is not skipped.</param>
    /// <typeparam name="T">What it stands for.</typeparam>
    public OptionsReader<TOptions> Optional<T>(OptionValue<T> value, Func<TOptions, T, TOptions> set, Func<string, bool>? when = null)
        => With(() => _shape.Add(value, set, least: 0, when));

    /// <summary>Declares an argument that takes all words that later arguments do not need.</summary>
    /// <param name="value">What each is.</param>
    /// <param name="set">Returns the options with all of them.</param>
    /// <param name="least">How many there must be.</param>
    /// <typeparam name="T">What each stands for.</typeparam>
    public OptionsReader<TOptions> Rest<T>(OptionValue<T> value, Func<TOptions, IReadOnlyList<T>, TOptions> set, int least = 0)
        => With(() => _shape.Add(value, set, least));

    /// <summary>Declares <c>[ZONES...]</c>; without any, the zones of the server block.</summary>
    /// <param name="set">Returns the options with them.</param>
    public OptionsReader<TOptions> Zones(Func<TOptions, IReadOnlyList<Zone>, TOptions> set)
        => Words("ZONES", 0, int.MaxValue, (options, line, words) => line.TryZones(words, line.BlockZones, out IReadOnlyList<Zone> zones) ? set(options, zones) : options);

    /// <summary>Declares arguments that the usual values do not describe.</summary>
    /// <param name="placeholder">Their name in documentation.</param>
    /// <param name="least">How many there must be.</param>
    /// <param name="most">How many there can be.</param>
    /// <param name="read">Returns the options with them, and reports what is wrong with them.</param>
    public OptionsReader<TOptions> Words(
        string placeholder, int least, int most, Func<TOptions, DirectiveReader, IReadOnlyList<Token>, TOptions> read)
        => With(() => _shape.Add(new ArgumentDeclaration(placeholder, least, most, "", null, []), read));

    /// <summary>Further words on the line have no effect, with a warning: CoreDNS does not read them.</summary>
    public OptionsReader<TOptions> IgnoreExtraArguments() => With(() => _shape.IgnoresExtraArguments = true);

    /// <summary>Declares an option without arguments.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="set">Returns the options with it.</param>
    public OptionsReader<TOptions> Flag(string name, Func<TOptions, TOptions> set)
        => Option(name, new LineShape<TOptions> { OnRead = (options, _) => set(options) });

    /// <summary>Declares an option with one argument.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What the argument is.</param>
    /// <param name="set">Returns the options with it.</param>
    /// <param name="ignoreExtra">Whether further words have no effect, with a warning, rather than being an error.</param>
    /// <typeparam name="T">What the argument stands for.</typeparam>
    public OptionsReader<TOptions> Option<T>(string name, OptionValue<T> value, Func<TOptions, T, TOptions> set, bool ignoreExtra = false)
        => Option(name, line => _ = ignoreExtra ? line.Argument(value, set).IgnoreExtraArguments() : line.Argument(value, set));

    /// <summary>Declares an option with one argument or more.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">What each argument is.</param>
    /// <param name="set">Returns the options with all of them.</param>
    /// <typeparam name="T">What an argument stands for.</typeparam>
    public OptionsReader<TOptions> List<T>(string name, OptionValue<T> value, Func<TOptions, IReadOnlyList<T>, TOptions> set)
        => Option(name, line => line.Rest(value, set, least: 1));

    /// <summary>Declares an option with one zone or more, each a name or a network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="set">Returns the options with the zones.</param>
    public OptionsReader<TOptions> ZoneList(string name, Func<TOptions, IReadOnlyList<Zone>, TOptions> set)
        => Option(name, line => line.Words("ZONES", 1, int.MaxValue, (options, reader, words) =>
            reader.TryZones(words, [], out IReadOnlyList<Zone> zones) ? set(options, zones) : options));

    /// <summary>Declares <c>fallthrough [ZONES...]</c>; without zones it is for all names.</summary>
    /// <param name="set">Returns the options with the zones.</param>
    public OptionsReader<TOptions> Fallthrough(Func<TOptions, IReadOnlyList<Zone>, TOptions> set)
        => Option("fallthrough", line => line.Words("ZONES", 0, int.MaxValue, (options, reader, words) =>
            reader.TryZonesOrRoot(words, out IReadOnlyList<Zone> zones) ? set(options, zones) : options));

    /// <summary>Declares an option with several arguments, or with options of its own in braces.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="declare">Declares the arguments and options of its line, as those of a directive are.</param>
    public OptionsReader<TOptions> Option(string name, Action<OptionsReader<TOptions>> declare)
    {
        OptionsReader<TOptions> line = new(_initial);
        declare(line);
        return Option(name, line._shape);
    }

    /// <summary>Declares an option that makes an object of its own: a rule, or an entry of a list.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="nested">Reads its line, as a directive is read.</param>
    /// <param name="add">Returns the options with the object.</param>
    /// <typeparam name="TNested">The object.</typeparam>
    public OptionsReader<TOptions> Option<TNested>(string name, OptionsReader<TNested> nested, Func<TOptions, TNested, TOptions> add)
        where TNested : class
        => With(() => _shape.Options.Add(new NamedLine<TOptions>(nested.Describe(name), (options, line) => nested.Read(line) is { } made ? add(options, made) : options)));

    /// <summary>Declares an option that a function reads whole.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments as documentation writes them, such as <c>DURATION [no_rec]</c>.</param>
    /// <param name="read">Returns the options with it, and reports what is wrong with the line.</param>
    public OptionsReader<TOptions> Option(string name, string arguments, Func<TOptions, DirectiveReader, TOptions> read)
        => With(() => _shape.Options.Add(new NamedLine<TOptions>(
            new OptionDeclaration(name, [new ArgumentDeclaration(arguments, 1, 1, "", null, [])], []),
            (options, line) => line.ExpectNoBlock() ? read(options, line) : options)));

    /// <summary>Declares an option that is accepted, with a warning, and has no effect.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why, and what to do, to follow <c>'name' has no effect:</c>.</param>
    /// <param name="argument">The name of its argument; null for one that has none, or any number.</param>
    public OptionsReader<TOptions> Ignored(string name, string reason, string? argument = null)
        => Without(name, argument, OptionSupport.Ignored, line => line.Warn(line.Directive.Place, $"'{name}' has no effect: {reason}"));

    /// <summary>Declares an option that CoreDNS has, or had, and that is an error here.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="problem">Why, and after a colon what to do, to follow <c>option 'name' of plugin</c>.</param>
    public OptionsReader<TOptions> Rejected(string name, string problem)
        => Without(name, null, OptionSupport.Rejected, line => line.Error(line.Directive.Place, $"option '{name}' {problem}"));

    /// <summary>Reads lines whose first word is not an option.</summary>
    /// <param name="read">Returns the options with the line; null for the standard error.</param>
    public OptionsReader<TOptions> Otherwise(UnknownLineReader<TOptions> read) => With(() => _shape.ReadUnknown = read);

    /// <summary>Accepts option names in upper case too.</summary>
    public OptionsReader<TOptions> IgnoreCase() => With(() => _shape.Comparison = StringComparison.OrdinalIgnoreCase);

    /// <summary>Lets options follow each other on a line, as in CoreDNS, which reads words rather than lines.</summary>
    /// <param name="names">Options with a fixed number of arguments.</param>
    public OptionsReader<TOptions> ShareLines(params string[] names) => With(() => _shape.SharedLines = names);

    /// <summary>Accepts <c>{ }</c> after a directive that has no options.</summary>
    public OptionsReader<TOptions> AcceptEmptyBlock() => With(() => _shape.Block = BlockRule.Options);

    /// <summary>Rejects a directive without options.</summary>
    public OptionsReader<TOptions> RequireOptions() => With(() => _shape.Block = BlockRule.Required);

    /// <summary>A block has no effect, with a warning: CoreDNS does not read it.</summary>
    public OptionsReader<TOptions> IgnoreBlock() => With(() => _shape.Block = BlockRule.Ignored);

    /// <summary>Rejects a block with two options that exclude each other.</summary>
    /// <param name="one">The name of one of them.</param>
    /// <param name="other">The name of the other.</param>
    /// <param name="reason">Why, or what is accepted, to follow <c>'one' conflicts with 'other':</c>.</param>
    public OptionsReader<TOptions> Conflict(string one, string other, string reason) => Complete((options, line) =>
    {
        if (line.Find(one) is { } left && line.Find(other) is { } right)
        {
            (DirectiveSyntax first, DirectiveSyntax second) = line.Directive.Block.First(option => option == left || option == right) == left ? (left, right) : (right, left);
            line.Error(second.Place, $"'{second.Name}' conflicts with '{first.Name}' (at {first.Place}): {reason}");
        }

        return options;
    });

    /// <summary>Completes the options when all lines are read without an error, and reports what does not fit together.</summary>
    /// <param name="complete">Returns the options; it gets the line of the last directive.</param>
    public OptionsReader<TOptions> Complete(Func<TOptions, DirectiveReader, TOptions> complete) => With(() => _checks.Add(complete));

    /// <summary>Makes one options record of several directives, each of which is read alone.</summary>
    /// <param name="combine">Makes it, of what each directive says.</param>
    /// <typeparam name="TAll">The options of all of them.</typeparam>
    public IOptionsReader<TAll> Each<TAll>(Func<IReadOnlyList<TOptions>, TAll> combine)
        where TAll : class
        => new DerivedReader<TAll>(
            context =>
            {
                TOptions?[] all = [.. context.Directives.Select(directive => Read(context with { Directives = [directive] }))];
                return Array.TrueForAll(all, static options => options is not null) ? combine(all!) : null;
            },
            Describe);

    /// <summary>Makes the options record of what was read, where reading needs a type of its own.</summary>
    /// <param name="convert">Makes it.</param>
    /// <typeparam name="TOther">The options record.</typeparam>
    public IOptionsReader<TOther> Select<TOther>(Func<TOptions, TOther> convert)
        where TOther : class
        => new DerivedReader<TOther>(context => Read(context) is { } read ? convert(read) : null, Describe);

    /// <inheritdoc/>
    public TOptions? Read(PluginParseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        int errors = context.Diagnostics.Reported;
        DirectiveReader line = default;
        TOptions? options = null;
        IReadOnlyList<Zone> zones = [.. context.Keys.Select(static key => key.Zone).Distinct()];
        foreach (DirectiveSyntax directive in context.Directives)
        {
            line = _shape.SplitLines(new DirectiveReader(directive, context.Diagnostics, zones));
            options = _shape.Read(options ?? _initial(line), line);
        }

        return options is null ? null : Finish(options, line, errors);
    }

    /// <inheritdoc/>
    public OptionDeclaration Describe(string name) => _shape.Describe(name);

    private TOptions? Read(DirectiveReader line)
    {
        int errors = line.ErrorCount;
        line = _shape.SplitLines(line);
        return Finish(_shape.Read(_initial(line), line), line, errors);
    }

    private TOptions? Finish(TOptions options, DirectiveReader line, int errors)
    {
        foreach (Func<TOptions, DirectiveReader, TOptions> complete in _checks)
        {
            options = line.ErrorCount == errors ? complete(options, line) : options;
        }

        return line.ErrorCount == errors ? options : null;
    }

    private OptionsReader<TOptions> Option(string name, LineShape<TOptions> line)
        => With(() => _shape.Options.Add(new NamedLine<TOptions>(line.Describe(name), (options, reader) => line.Read(options, line.SplitLines(reader)))));

    private OptionsReader<TOptions> Without(string name, string? argument, OptionSupport support, Action<DirectiveReader> report)
        => With(() => _shape.Options.Add(new NamedLine<TOptions>(
            new OptionDeclaration(name, argument is null ? [] : [new ArgumentDeclaration(argument, 1, 1, "", null, [])], []) { Support = support },
            (options, line) =>
            {
                report(line);
                return options;
            })));

    private OptionsReader<TOptions> With(Action declare)
    {
        declare();
        return this;
    }
}
