using System.Text;
using ClusterDns.Core.Corefiles;
using CsCheck;

namespace ClusterDns.Core.Tests.Corefiles;

public sealed class CorefileParserTests
{
    private readonly InMemoryCorefileSource _files = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    [Fact]
    public void Blocks_have_keys_directives_arguments_and_option_lines()
        => AssertParsed(
            "a.test, b.test:1053 {\n  log . \"{type} {name}\" {\n    class denial error\n  }\n  whoami # a comment\n}\n",
            "[a.test b.test:1053] log(. '{type} {name}'){ class(denial error) } whoami()");

    [Fact]
    public void A_file_without_braces_is_one_block()
        => AssertParsed("a.test\nlog\nforward . 192.0.2.1 {\n max_fails 3\n}\n", "[a.test] log() forward(. 192.0.2.1){ max_fails(3) }");

    [Fact]
    public void Keys_go_on_after_a_comma_on_the_next_line()
        => AssertParsed("a.test,\nb.test {\n log\n}", "[a.test b.test] log()");

    [Fact]
    public void Quotes_keep_spaces_breaks_and_hashes_and_escape_only_quotes()
        => AssertParsed(". {\n x \"a # b\\n\\\"c\\\"\nd\" {\n }\n}", "[.] x('a # b\\n\"c\"\nd'){ }");

    [Fact]
    public void A_hash_ends_a_word()
        => AssertParsed(". {\n log a#b c\n}", "[.] log(a)");

    [Fact]
    public void The_environment_is_filled_in_within_words()
    {
        _environment["PORT"] = "1053";
        _environment["NAME"] = "two words";

        AssertParsed(".:{$PORT} {\n x a{%NAME%}b {$NAME}\n}", "[.:1053] x(atwo wordsb two words)");
    }

    [Fact]
    public void Snippets_stand_where_they_are_imported()
        => AssertParsed("(common) {\n log\n errors {\n stacktrace\n }\n}\na.test {\n import common\n whoami\n}\nb.test {\n import common\n}\n",
            "[a.test] log() errors(){ stacktrace() } whoami() [b.test] log() errors(){ stacktrace() }");

    [Fact]
    public void Files_are_imported_relative_to_the_file_that_imports_them()
    {
        _files["conf/parts/one"] = "log\nimport two";
        _files["conf/parts/two"] = "errors";
        _files["conf/b.server"] = "b.test {\n whoami\n}\n";
        _files["conf/c.server"] = "c.test {\n whoami\n}\n";

        AssertParsed(
            "a.test {\n import parts/one\n}\nimport *.server\n",
            "[a.test] log() errors() [b.test] whoami() [c.test] whoami()",
            "conf/Corefile");
    }

    [Fact]
    public void An_import_stands_within_the_options_of_a_directive_too()
    {
        _files["options"] = "max_fails 3\nexpire 10s";

        AssertParsed(". {\n forward . 192.0.2.1 {\n import options\n policy random\n }\n}", "[.] forward(. 192.0.2.1){ max_fails(3) expire(10s) policy(random) }");
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_a_warning()
    {
        DiagnosticBag diagnostics = new();
        Parse("import custom/*.server\n. {\n log\n}", diagnostics);

        Assert.Empty(diagnostics.Errors);
        Assert.Equal("Corefile:1:8: no file matches 'custom/*.server'", Assert.Single(diagnostics.Warnings).ToString());
    }

    [Theory]
    [InlineData(". {\n log\n", "Corefile:1:3: '{' is never closed: expected '}' before the end of the file")]
    [InlineData("}\n. {\n}", "Corefile:1:1: unexpected '}': expected a server block")]
    [InlineData(". {\n {\n log\n }\n}", "Corefile:2:2: unexpected '{': a brace must be at the end of its directive's line")]
    [InlineData(". {\n log{\n class all\n }\n}", "Corefile:2:2: 'log{' has a brace at its end: expected a space before the brace")]
    [InlineData(". {\n log\n cache 30}", "Corefile:3:8: '30}' has a brace at its end: expected a space before the brace")]
    [InlineData(". {\n log \"a b\n}", "Corefile:2:6: a quote is never closed: expected '\"' before the end of the file")]
    [InlineData(". {\n import\n}", "Corefile:2:2: import has 0 arguments: expected a file, a pattern or a snippet")]
    [InlineData(". {\n import a b\n}", "Corefile:2:2: import has 2 arguments: expected a file, a pattern or a snippet")]
    [InlineData(". {\n import nosuch\n}", "Corefile:2:9: cannot import 'nosuch': no such file; expected a file or a snippet")]
    [InlineData("(common) {\n}\n. {\n import comon\n}", "Corefile:4:9: cannot import 'comon': no such file; expected a file or a snippet; did you mean 'common'?")]
    [InlineData(". {\n import a/*/*.conf\n}", "Corefile:2:9: pattern 'a/*/*.conf' has several wildcards: expected at most one *")]
    [InlineData("(a) {\n log\n}\n(a) {\n}\n", "Corefile:4:1: duplicate snippet 'a': expected one definition")]
    [InlineData("(a) {\n import b\n}\n(b) {\n import a\n}\n. {\n import a\n}", "Corefile:5:9: import loop: (a) -> (b) -> (a)")]
    [InlineData("a.test,\n{\n}", "Corefile:2:1: no zone after the comma: expected another zone")]
    public void What_is_wrong_is_said_with_its_place(string text, string error)
    {
        DiagnosticBag diagnostics = new();
        Parse(text, diagnostics);

        Assert.Equal(error, string.Join('\n', diagnostics.Errors));
    }

    [Theory]
    [InlineData("{\n log\n}", "Corefile:1:1: a server block without a zone has no effect: write a zone such as '.' before '{'", 0)]
    [InlineData(". {\n log\n}\n}\n", "Corefile:4:1: unexpected '}' has no effect: delete it", 1)]
    [InlineData(".\u00A0{\n\u00A0log\n}", "Corefile:1:2: a non-breaking or other unusual space (U+00A0) is read as a space: replace it with an ordinary space", 1)]
    [InlineData(". {\n log \u201Cx\u201D\n}", "Corefile:2:6: curly quote U+201C in '\u201Cx\u201D' does not quote: use the straight quote '\"'", 1)]
    public void What_has_no_effect_or_another_one_is_a_warning(string text, string warning, int blocks)
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = Parse(text, diagnostics);

        Assert.Empty(diagnostics.Errors);
        Assert.Equal(warning, string.Join('\n', diagnostics.Warnings));
        Assert.Equal(blocks, document.Blocks.Count);
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: ConfigMap\ndata:\n  Corefile: |\n    .:53 {\n        errors\n    }\n", 1)]
    [InlineData("# from kubectl\n---\nkind: ConfigMap\nmetadata:\n  name: coredns\n", 3)]
    [InlineData("data:\n  Corefile: |\n    .:53 {\n    }\n", 1)]
    [InlineData("Corefile: |\n  .:53 {\n  }\n", 1)]
    [InlineData("  Corefile: |-\n  .:53 {\n  }\n", 1)]
    public void A_pasted_ConfigMap_is_one_error(string text, int line)
    {
        DiagnosticBag diagnostics = new();
        Parse(text, diagnostics);

        Assert.Equal(
            $"Corefile:{line}:1: this is a Kubernetes manifest, not a Corefile: keep only the text below 'Corefile: |', or apply the file with kubectl",
            string.Join('\n', diagnostics.Errors));
    }

    [Fact]
    public void A_zone_called_like_a_field_of_a_manifest_is_a_zone()
    {
        DiagnosticBag diagnostics = new();

        Assert.Single(Parse("data {\n log\n}\n", diagnostics).Blocks);
        Assert.Empty(diagnostics.Errors);
    }

    [Fact]
    public void An_error_at_a_variable_of_several_words_says_that_it_is_one()
    {
        _environment["UPSTREAMS"] = "192.0.2.1 192.0.2.2";
        DiagnosticBag diagnostics = new();
        CorefileDocument document = Parse(". {\n forward . {$UPSTREAMS}\n}", diagnostics);

        diagnostics.Error(document.Blocks[0].Directives[0].Arguments[1].Place, "not an address");

        Assert.Equal(
            "Corefile:2:12: not an address; the value of environment variable 'UPSTREAMS' has several words, but counts as one: use a variable for each word",
            Assert.Single(diagnostics.Errors).ToString());
    }

    [Fact]
    public void An_error_at_a_word_with_an_invisible_character_names_it()
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = Parse(". {\n \u200Berrors\n}", diagnostics);
        CorefileValidator.Validate(document, ["errors"], static _ => true, diagnostics);

        Assert.Contains("the word has an invisible character (U+200B): delete it", Assert.Single(diagnostics.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_come_all_at_once()
    {
        DiagnosticBag diagnostics = new();
        Parse("}\n. {\n import\n import nosuch\n log{\n }\n}\n", diagnostics);

        Assert.Equal(4, diagnostics.Errors.Count);
    }

    [Fact]
    public void Import_loops_of_files_show_their_path()
    {
        _files["a"] = "import b";
        _files["b"] = "import a";
        DiagnosticBag diagnostics = new();
        Parse(". {\n import a\n}", diagnostics);

        Assert.Equal("b:1:8: import loop: a -> b -> a", Assert.Single(diagnostics.Errors).ToString());
    }

    [Fact]
    public void Import_loop_through_a_pattern_of_several_files_shows_its_path()
    {
        _files["conf/a"] = "log";
        _files["conf/b"] = "import *";
        DiagnosticBag diagnostics = new();
        Parse(". {\n import conf/*\n}", diagnostics);

        Assert.Equal("conf/b:1:8: import loop: conf/b -> conf/b", Assert.Single(diagnostics.Errors).ToString());
    }

    [Fact]
    public void Imports_that_multiply_are_bounded()
    {
        StringBuilder text = new("(s0) {\n log\n}\n");
        for (int i = 1; i < 40; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"(s{i}) {{\n import s{i - 1}\n import s{i - 1}\n}}\n");
        }

        text.Append(". {\n import s39\n}\n");
        DiagnosticBag diagnostics = new();
        Parse(text.ToString(), diagnostics);

        Assert.Contains("too many imports: at most 10000", string.Join('\n', diagnostics.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_in_braces_are_bounded()
    {
        DiagnosticBag diagnostics = new();
        Parse(string.Concat(Enumerable.Repeat("a {\n", 100_000)), diagnostics);

        Assert.Contains("braces are nested too deep: at most 64 levels", string.Join('\n', diagnostics.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_throws()
    {
        string[] words =
        [
            "{", "}", "\"", "\\", "\n", " ", "#", "import", "import a", "(s) {\n", ",", "{$A}", "{%A%}", ". {\n", "log", "\r\n", "\t", "é", "\0",
        ];
        Gen<string> texts = Gen.Int[0, words.Length - 1].Array[0, 30].Select(parts => string.Concat(parts.Select(part => words[part])));
        _files["a"] = "log {\n";
        _environment["A"] = "{$A}{$A}";
        texts.Sample(text =>
        {
            DiagnosticBag diagnostics = new();
            Parse(text, diagnostics);
        });
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_a_warning_with_a_place()
    {
        DiagnosticBag diagnostics = new();
        CorefileParser.Parse("Corefile", new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xFF }, _files, static _ => null, diagnostics);

        Assert.Equal("Corefile:2:2: bytes that are not UTF-8 are replaced: save the file as UTF-8 text", Assert.Single(diagnostics.Warnings).ToString());
    }

    [Fact]
    public void The_hash_is_of_all_that_was_read()
    {
        _files["a"] = "log";
        string before = Parse(". {\n import a\n}", new DiagnosticBag()).ContentHash;
        Assert.Equal(before, Parse(". {\n import a\n}", new DiagnosticBag()).ContentHash);

        _files["a"] = "errors";
        string again = Parse(". {\n import a\n}", new DiagnosticBag()).ContentHash;
        Assert.NotEqual(before, again, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("aks", "forward cache loop reload loadbalance template template")]
    [InlineData("k3s", "hosts")]
    [InlineData("kubeadm", "kubernetes prometheus forward cache")]
    [InlineData("minikube", "log hosts")]
    [InlineData("nodelocal", "bind forward")]
    [InlineData("openshift", "bufsize chaos")]
    public void The_dialects_of_the_field_parse(string name, string someDirectives)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "corefiles", name + ".Corefile"));
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(name, content, _files, static _ => null, diagnostics);

        Assert.Empty(diagnostics.Errors);
        string[] directives = [.. document.Blocks.SelectMany(static block => block.Directives).Select(static directive => directive.Name.Text)];
        Assert.Empty(someDirectives.Split(' ').Except(directives, StringComparer.Ordinal));
    }

    [Fact]
    public void Directives_that_do_not_exist_or_are_not_built_are_named_with_their_place()
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = Parse(". {\n fowrard . 192.0.2.1\n cache 30\n log\n}", diagnostics);
        CorefileValidator.Validate(document, ["forward", "cache", "log"], static name => name is "log", diagnostics);

        Assert.Equal(
            "Corefile:2:2: unknown directive 'fowrard': expected the name of a plugin; did you mean 'forward'?\n" +
            "Corefile:3:2: plugin 'cache' is not supported by this version",
            string.Join('\n', diagnostics.Errors));
    }

    private CorefileDocument Parse(string text, DiagnosticBag diagnostics, string name = "Corefile")
        => CorefileParser.Parse(name, Encoding.UTF8.GetBytes(text), _files, _environment.GetValueOrDefault, diagnostics);

    private void AssertParsed(string text, string expected, string name = "Corefile")
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = Parse(text, diagnostics, name);

        Assert.Empty(diagnostics.Errors);
        Assert.Equal(expected, string.Join(' ', document.Blocks.Select(static block =>
            $"[{string.Join(' ', block.Keys)}] {string.Join(' ', block.Directives.Select(Describe))}")));
    }

    private static string Describe(DirectiveSyntax line)
        => $"{line.Name}({string.Join(' ', line.Arguments.Select(static argument => argument.Quoted ? $"'{argument}'" : argument.Text))})"
            + (line.HasBlock ? $"{{ {string.Concat(line.Block.Select(static option => Describe(option) + " "))}}}" : "");
}
