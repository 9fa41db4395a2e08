using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Options;
using ClusterDns.Core.Pipeline;
using ClusterDns.TestKit;
using Xunit.Abstractions;

namespace ClusterDns.Plugins.Tests;

/// <summary>What plugins declare of their options is what their READMEs say and what they read.</summary>
public sealed partial class OptionDeclarationTests(ITestOutputHelper output)
{
    private const int MaxLines = 1200;

    /// <summary>A member that has one of these reads options.</summary>
    private static readonly Regex ReadingTypes = ReadingType();

    public static TheoryData<string> Plugins => new(PluginCatalog.Create().Plugins.Select(static plugin => plugin.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Plugins))]
    public void Declaration_is_the_syntax_of_the_README(string plugin)
    {
        OptionDeclaration declaration = Declaration(plugin);
        string folder = Path.Combine(PluginCatalog.Create().Find(plugin)!.GetType().Namespace!.Split('.')[2..]);
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "readmes", folder, "README.md"));
        string[] lines = [.. SyntaxBlock().Match(readme).Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

        output.WriteLine(Text(declaration));
        Assert.Equal(WithoutBrackets(declaration.Syntax), WithoutBrackets(lines[0].TrimEnd('{', ' ')));
        Assert.Equal(
            Sorted(declaration.Options.Where(static option => option.Support == OptionSupport.Full).Select(static option => option.Syntax)),
            Sorted(lines[1..].Where(static line => line is not "}" && !line.StartsWith('['))));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void Declared_default_is_what_counts_without_the_option(string plugin)
    {
        OptionDeclaration declaration = Declaration(plugin);
        foreach (OptionDeclaration option in declaration.Options.Where(static option => option.Arguments is [{ Default: not null }]))
        {
            string required = string.Concat(declaration.Arguments.Where(static argument => argument.Least > 0).Select(static argument => $" {Example(argument)}"));
            string plain = Read(plugin, $"{plugin}{required} {{\n}}");
            Assert.Equal(plain, Read(plugin, $"{plugin}{required} {{\n{option.Name} {option.Arguments[0].Default}\n}}"));
        }

        if (declaration.Arguments is [{ Default: { } fallback }, ..])
        {
            Assert.Equal(Read(plugin, plugin), Read(plugin, $"{plugin} {fallback}"));
        }
    }

    [Fact]
    public void Reading_the_options_of_all_plugins_takes_few_lines()
    {
        (string File, int Lines)[] files = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "ClusterDns.Plugins"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(static file => (file, CountLines(file)))
            .Where(static counted => counted.Item2 > 0)];
        foreach ((string file, int lines) in files.OrderByDescending(static counted => counted.Lines))
        {
            output.WriteLine($"{lines,4} {Path.GetRelativePath(Repository.Root, file)}");
        }

        int total = files.Sum(static counted => counted.Lines);
        Assert.True(total <= MaxLines, $"{total} lines read options: at most {MaxLines}");
    }

    /// <summary>All lines of a file that is named after reading options; of another, those of the members that read options.</summary>
    private static int CountLines(string file)
    {
        string text = File.ReadAllText(file);
        if (!ReadingTypes.IsMatch(text))
        {
            return 0;
        }

        return ReaderName().IsMatch(file)
            ? text.Split('\n').Length - 1
            : MemberEnd().Split(text).Where(static member => ReadingTypes.IsMatch(member)).Sum(static member => member.Split('\n').Length);
    }

    private static OptionDeclaration Declaration(string plugin)
    {
        Assert.NotNull(PluginCatalog.Create().Find(plugin)!.Declaration);
        return PluginCatalog.Create().Find(plugin)!.Declaration!;
    }

    /// <summary>The options as text. Lists show their type alone, so this compares single values.</summary>
    private static string Read(string plugin, string directive)
    {
        DiagnosticBag diagnostics = new();
        CorefileDocument document = CorefileParser.Parse(
            "Corefile", Encoding.UTF8.GetBytes($"example.org {{\n{directive}\n}}\n"), new InMemoryCorefileSource(), static _ => null, diagnostics);
        object? options = PluginCatalog.Create().Find(plugin)!.Parse(new PluginParseContext(document.Blocks[0].Directives, [], diagnostics));
        Assert.Equal("", string.Join('\n', diagnostics.Errors.Concat(diagnostics.Warnings)));
        return (options as ClusterDns.Plugins.Forward.ForwardOptions)?.Stanzas[0].ToString() ?? options!.ToString()!;
    }

    private static string Example(ArgumentDeclaration argument) => argument.Placeholder is "FROM" ? "." : "192.0.2.1";

    /// <summary>An argument that may follow only another has its brackets within the other's, which declarations do not say.</summary>
    private static string WithoutBrackets(string syntax) => syntax.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

    private static string Sorted(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    private static string Text(OptionDeclaration declaration)
        => string.Join('\n', declaration.Options.Select(static option =>
            $"    {option.Syntax}{string.Concat(option.Arguments.Select(static argument => $"    {argument.Accepted} (default {argument.Default})"))}").Prepend(declaration.Syntax));

    [GeneratedRegex(@"^## Syntax\s+```txt\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SyntaxBlock();

    [GeneratedRegex(@"\b(DirectiveReader|OptionsReader|IOptionsReader|OptionValue|PluginParseContext|DirectiveSyntax)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ReadingType();

    [GeneratedRegex(@"(Options|Rule|Stanza)(Parser|Reader)\.cs$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ReaderName();

    /// <summary>A member begins after a blank line, at the depth of types or of their members.</summary>
    [GeneratedRegex(@"\n\n(?=(    )?\S)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MemberEnd();
}
