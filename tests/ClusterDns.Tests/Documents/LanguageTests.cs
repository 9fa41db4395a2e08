using ClusterDns.TestKit;

namespace ClusterDns.Tests.Documents;

/// <summary>Documents, messages and documentation use plain technical English (CONTRIBUTING.md).</summary>
public sealed class LanguageTests
{
    private static readonly EnumerationOptions AllFolders = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden };

    [Fact]
    public void Documents_use_plain_words()
        => Assert.Empty(Check("", "*.md", PlainWords.Prose));

    [Fact]
    public void String_literals_and_documentation_of_the_source_use_plain_words()
        => Assert.Empty(Check("src", "*.cs", PlainWords.Texts));

    [Theory]
    [InlineData("the file is read anew", "'anew': write again")]
    [InlineData("what stands in it", "'stands': write is, appears; 'stands for' is fine")]
    [InlineData("it lets them go", "'lets them go': write release")]
    [InlineData("the first, or the second else.", "'else.': write otherwise")]
    [InlineData("NS stands for name server, and nothing else.", "")]
    public void An_avoided_word_is_found_with_its_replacement(string text, string found)
        => Assert.Equal(found, string.Join('\n', PlainWords.Find(text)));

    [Fact]
    public void Prose_has_no_code_blocks_and_code_spans()
        => Assert.Equal(
            [(1, "a "), (5, "d")],
            PlainWords.Prose(["a `b`", "```", "c", "```", "d", "    e"]));

    [Fact]
    public void Texts_are_literals_and_documentation_without_other_code_and_comments()
        => Assert.Equal(
            [(1, "/// a  b"), (3, "\"d\""), (3, "\"e\""), (4, "string f = \"\"\""), (5, "g"), (6, "\"\"\";")],
            PlainWords.Texts(["    /// a <see cref=\"X\"/> b", "// c", "Call(\"d\", \"e\");", "string f = \"\"\"", "    g", "    \"\"\";"]));

    private static string[] Check(string folder, string pattern, Func<IEnumerable<string>, IEnumerable<(int Line, string Text)>> read)
    {
        string[] built = [$"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}artifacts{Path.DirectorySeparatorChar}"];
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, AllFolders)
                .Where(path => !built.Any(part => path[Repository.Root.Length..].Contains(part, StringComparison.Ordinal))),
        ];
        Assert.NotEmpty(files);
        return
        [
            .. files.SelectMany(path => read(File.ReadLines(path)).SelectMany(
                text => PlainWords.Find(text.Text).Select(found => $"{Path.GetRelativePath(Repository.Root, path)}:{text.Line}: {found}"))),
        ];
    }
}
