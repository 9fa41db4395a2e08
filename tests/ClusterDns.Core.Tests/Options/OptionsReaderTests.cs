using System.Text;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Core.Tests.Options;

public sealed class OptionsReaderTests
{
    private static readonly OptionsReader<Greeting> Reader = new OptionsReader<Greeting>(new Greeting())
        .Optional(Values.Integer(0, 99).As("TTL").Default("5"), static (options, value) => options with { TimeToLive = value }, static word => char.IsAsciiDigit(word[0]))
        .Zones(static (options, zones) => options with { Zones = zones })
        .Flag("loud", static options => options with { IsLoud = true })
        .Option("wait", Values.Duration(most: TimeSpan.FromMinutes(5)), static (options, value) => options with { Wait = value })
        .Option("mood", Values.Choice(("good", 1), ("bad", -1)), static (options, value) => options with { Mood = value })
        .List("to", Values.Text("NAME"), static (options, names) => options with { Names = [.. options.Names, .. names] })
        .Option("limit", static line => line
            .Argument(Values.Integer(0, 9).As("LEAST"), static (options, value) => options with { Least = value })
            .Optional(Values.Integer(0, 9).As("MOST"), static (options, value) => options with { Most = value })
            .IgnoreExtraArguments())
        .Option(
            "rule",
            new OptionsReader<Rule>(new Rule("", 0))
                .Argument(Values.Text("NAME"), static (rule, name) => rule with { Name = name })
                .Option("weight", Values.Integer(1, 9), static (rule, weight) => rule with { Weight = weight }),
            static (options, rule) => options with { Rules = [.. options.Rules, rule] })
        .Fallthrough(static (options, zones) => options with { Fallthrough = zones })
        .Ignored("colour", "greetings have none")
        .Rejected("bow", "of greet is not supported by this version: delete the line")
        .ShareLines("loud", "wait", "mood")
        .Complete(static (options, line) =>
        {
            if (options.Least > options.Most)
            {
                line.Error(line.Directive.Place, "'limit' has a greater minimum than maximum: swap them");
            }

            return options;
        });

    private readonly DiagnosticBag _diagnostics = new();

    [Fact]
    public void Directive_without_anything_has_the_defaults_and_the_zones_of_its_block()
    {
        Greeting options = Read("greet")!;

        Assert.Equal(5, options.TimeToLive);
        Assert.Equal("example.org.", Assert.Single(options.Zones).Text);
        Assert.Empty(_diagnostics.Warnings);
    }

    [Fact]
    public void Every_kind_of_option_is_read()
    {
        Greeting options = Read(
            """
            greet 7 a.test b.test {
                loud
                wait 1m30s
                mood bad
                to Ann Bob
                to Cid
                limit 1 2
                rule first {
                    weight 3
                }
                rule second
                fallthrough a.test
            }
            """)!;

        Assert.Empty(_diagnostics.Errors);
        Assert.Equal("7 a.test.,b.test. True 00:01:30 -1", $"{options.TimeToLive} {string.Join(',', options.Zones)} {options.IsLoud} {options.Wait} {options.Mood}");
        Assert.Equal(["Ann", "Bob", "Cid"], options.Names);
        Assert.Equal((1, 2), (options.Least, options.Most));
        Assert.Equal([new Rule("first", 3), new Rule("second", 0)], options.Rules);
        Assert.Equal("a.test.", Assert.Single(options.Fallthrough).Text);
    }

    [Fact]
    public void All_errors_are_reported_with_place_and_what_is_accepted()
    {
        Assert.Null(Read(
            """
            greet {
                luod
                wait
                wait 6m
                wait 1s 2s
                mood goood
                limit x
                loud {
                    very
                }
                rule first {
                    weight 0
                }
                to
                bow
            }
            """));

        Assert.Equal(
            """
            Corefile:3:5: unknown option 'luod' of greet: expected loud, wait, mood, to, limit, rule or fallthrough; did you mean 'loud'?
            Corefile:4:5: missing argument of 'wait': expected 'wait DURATION'
            Corefile:5:10: invalid duration '6m' for wait: expected 0s to 5m
            Corefile:6:13: unexpected '2s' after 'wait': expected 'wait DURATION'
            Corefile:7:10: invalid value 'goood' for mood: expected good or bad; did you mean 'good'?
            Corefile:8:11: invalid number 'x' for limit: expected 0 to 9
            Corefile:9:5: 'loud' does not take a block
            Corefile:13:16: invalid number '0' for weight: expected 1 to 9
            Corefile:15:5: missing argument of 'to': expected 'to NAME...'
            Corefile:16:5: option 'bow' of greet is not supported by this version: delete the line
            """,
            string.Join('\n', _diagnostics.Errors));
    }

    [Fact]
    public void Options_without_effect_are_warnings()
    {
        Assert.NotNull(Read("greet {\n colour red\n limit 1 2 3\n}"));

        Assert.Equal(
            "Corefile:3:2: 'colour' has no effect: greetings have none\nCorefile:4:12: '3' has no effect after 'limit': delete it",
            string.Join('\n', _diagnostics.Warnings));
    }

    [Fact]
    public void Declared_options_share_a_line()
    {
        Greeting options = Read("greet {\n wait 2s loud mood bad\n}")!;

        Assert.Equal((TimeSpan.FromSeconds(2), true, -1), (options.Wait, options.IsLoud, options.Mood));
    }

    [Fact]
    public void Options_of_all_directives_add_up_and_the_last_value_counts()
    {
        Greeting options = Read("greet {\n mood bad\n to Ann\n}\ngreet {\n mood good\n to Bob\n}")!;

        Assert.Equal(1, options.Mood);
        Assert.Equal(["Ann", "Bob"], options.Names);
    }

    [Fact]
    public void What_does_not_fit_together_is_reported_when_nothing_else_is_wrong()
    {
        Assert.Null(Read("greet {\n limit 3 2\n}"));
        Assert.Equal("Corefile:2:1: 'limit' has a greater minimum than maximum: swap them", Assert.Single(_diagnostics.Errors).ToString());

        Assert.Null(Read("greet {\n limit 3 2\n loud x\n}"));
        Assert.Equal("Corefile:4:7: unexpected 'x' after 'loud': expected 'loud'", _diagnostics.Errors[^1].ToString());
    }

    [Fact]
    public void Error_of_a_snippet_that_is_imported_twice_fails_both()
    {
        Assert.Null(Read("greet {\n loud x\n}"));
        Assert.Null(Read("greet {\n loud x\n}"));
        Assert.Single(_diagnostics.Errors);
    }

    [Fact]
    public void Each_directive_can_be_read_alone()
    {
        IOptionsReader<List<string>> each = Reader.Each(static all => all.Select(static one => string.Join('+', one.Names)).ToList());

        Assert.Equal(["Ann", "Bob+Cid"], each.Read(Context("greet {\n to Ann\n}\ngreet {\n to Bob Cid\n}"))!);
        Assert.Null(each.Read(Context("greet {\n to Ann\n}\ngreet {\n to\n}")));
    }

    [Fact]
    public void Block_is_rejected_ignored_or_accepted_as_declared()
    {
        OptionsReader<Rule> plain = new(new Rule("", 0));
        Assert.Null(plain.Read(Context("greet {\n}")));
        Assert.Equal("Corefile:2:1: 'greet' does not take a block", Assert.Single(_diagnostics.Errors).ToString());

        Assert.NotNull(new OptionsReader<Rule>(new Rule("", 0)).IgnoreBlock().Read(Context("greet {\n x\n}")));
        Assert.Single(_diagnostics.Warnings);

        OptionsReader<Rule> empty = new OptionsReader<Rule>(new Rule("", 0)).AcceptEmptyBlock();
        Assert.NotNull(empty.Read(Context("greet {\n}")));
        Assert.Null(empty.Read(Context("greet {\n x\n}")));
        Assert.Equal("Corefile:3:2: unknown option 'x' of greet: it has no options", _diagnostics.Errors[^1].ToString());
    }

    [Fact]
    public void Lines_that_are_no_options_can_be_read_otherwise()
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting())
            .Flag("Loud", static options => options with { IsLoud = true })
            .IgnoreCase()
            .Otherwise(static (options, _, line, names) => line.Name is "hello" ? options with { Names = [.. options.Names, .. names] } : null);

        Greeting options = reader.Read(Context("greet {\n LOUD\n hello\n}"))!;
        Assert.True(options.IsLoud);
        Assert.Equal(["Loud"], options.Names);
        Assert.Null(reader.Read(Context("greet {\n bye\n}")));
    }

    [Fact]
    public void Arguments_after_a_list_are_kept_for_themselves()
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting())
            .Rest(Values.Text("NAME"), static (options, names) => options with { Names = names })
            .Argument(Values.Integer(0, 9), static (options, value) => options with { Mood = value });

        Greeting options = reader.Read(Context("greet Ann Bob 7"))!;
        Assert.Equal(["Ann", "Bob"], options.Names);
        Assert.Equal(7, options.Mood);
        Assert.Equal("greet [NAME...] NUMBER", reader.Describe("greet").Syntax);
    }

    [Fact]
    public void Zones_of_an_option_are_names_or_networks()
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting()).ZoneList("except", static (options, zones) => options with { Fallthrough = zones });

        Assert.Equal("a.test. 10.in-addr.arpa.", string.Join(' ', reader.Read(Context("greet {\n except a.test 10.0.0.0/8\n}"))!.Fallthrough));
        Assert.Null(reader.Read(Context("greet {\n except\n}")));
        Assert.Equal("Corefile:3:2: missing argument of 'except': expected 'except ZONES...'", Assert.Single(_diagnostics.Errors).ToString());
    }

    [Theory]
    [InlineData("loud\nwait 1s", "Corefile:4:1: 'wait' conflicts with 'loud' (at Corefile:3:1): expected one of them")]
    [InlineData("wait 1s\nloud", "Corefile:4:1: 'loud' conflicts with 'wait' (at Corefile:3:1): expected one of them")]
    [InlineData("wait 1s\nwait 2s", "")]
    public void Options_can_exclude_each_other(string options, string error)
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting())
            .Flag("loud", static options => options with { IsLoud = true })
            .Option("wait", Values.Duration(), static (options, value) => options with { Wait = value })
            .Conflict("loud", "wait", "expected one of them");

        Assert.Equal(error.Length == 0, reader.Read(Context($"greet {{\n{options}\n}}")) is not null);
        Assert.Equal(error, string.Join('\n', _diagnostics.Errors));
    }

    [Fact]
    public void Directive_that_needs_options_names_them()
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting()).Flag("loud", static options => options with { IsLoud = true }).RequireOptions();

        Assert.Null(reader.Read(Context("greet")));
        Assert.Equal("Corefile:2:1: greet has no options: expected at least one of loud", Assert.Single(_diagnostics.Errors).ToString());
        Assert.NotNull(reader.Read(Context("greet {\n loud\n}")));
    }

    [Fact]
    public void Optional_word_is_known_by_itself()
    {
        OptionsReader<Greeting> reader = new OptionsReader<Greeting>(new Greeting())
            .Optional(Values.Choice(("good", 1), ("bad", -1)), static (options, value) => options with { Mood = value })
            .Optional(Values.Choice("loud"), static (options, _) => options with { IsLoud = true });

        Assert.True(reader.Read(Context("greet loud"))!.IsLoud);
        Assert.Equal(-1, reader.Read(Context("greet bad loud"))!.Mood);
        Assert.Null(reader.Read(Context("greet loud bad")));
        Assert.Null(reader.Read(Context("greet laud")));
        Assert.Equal(
            "Corefile:2:12: unexpected 'bad' after 'greet': expected 'greet [good|bad] [loud]'; did you mean 'bad'?\n"
                + "Corefile:2:7: unexpected 'laud' after 'greet': expected 'greet [good|bad] [loud]'; did you mean 'loud'?",
            string.Join('\n', _diagnostics.Errors));
    }

    [Fact]
    public void Declaration_has_syntax_ranges_words_and_defaults()
    {
        OptionDeclaration greet = Reader.Describe("greet");

        Assert.Equal("greet [TTL] [ZONES...]", greet.Syntax);
        Assert.Equal(("0 to 99", "5"), (greet.Arguments[0].Accepted, greet.Arguments[0].Default));
        Assert.Equal(
            "loud; wait DURATION; mood good|bad; to NAME...; limit LEAST [MOST]; rule NAME; fallthrough [ZONES...]; colour; bow",
            string.Join("; ", greet.Options.Select(static option => option.Syntax)));
        Assert.Equal(["good", "bad"], greet.Options[2].Arguments[0].Words);
        Assert.Equal("weight NUMBER", Assert.Single(greet.Options[5].Options).Syntax);
        Assert.Equal([OptionSupport.Ignored, OptionSupport.Rejected], greet.Options.TakeLast(2).Select(static option => option.Support));
    }

    private Greeting? Read(string directives) => Reader.Read(Context(directives));

    private PluginParseContext Context(string directives)
    {
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes($"example.org {{\n{directives}\n}}\n"), new InMemoryCorefileSource(), static _ => null, _diagnostics);
        Assert.True(ServerKeyParser.TryParse(document.Blocks[0].Keys[0], 53, _diagnostics, out IReadOnlyList<ServerKey> keys));
        return new PluginParseContext(document.Blocks[0].Directives, keys, _diagnostics);
    }

    private sealed record Rule(string Name, int Weight);

    private sealed record Greeting
    {
        public int TimeToLive { get; init; } = 5;

        public IReadOnlyList<Zone> Zones { get; init; } = [];

        public bool IsLoud { get; init; }

        public TimeSpan Wait { get; init; }

        public int Mood { get; init; }

        public IReadOnlyList<string> Names { get; init; } = [];

        public int Least { get; init; }

        public int Most { get; init; } = 9;

        public IReadOnlyList<Rule> Rules { get; init; } = [];

        public IReadOnlyList<Zone> Fallthrough { get; init; } = [];
    }
}
