using System.Text.RegularExpressions;
using ClusterDns.TestKit;

namespace ClusterDns.Tests.Scenarios;

/// <summary>docs/standards.md names every scenario under its RFC, and no other.</summary>
public sealed partial class StandardsPageTests
{
    private const string Page = "docs/standards.md";

    [Fact]
    public void Every_scenario_is_named_on_the_page_and_every_named_scenario_exists()
    {
        SortedSet<string> named = new(NamedScenarios(), StringComparer.Ordinal);
        SortedSet<string> existing = new(
            ScenarioTests.Cases.Select(static scenario => Name(((string)scenario[0])["rfc".Length..], (string)scenario[1])), StringComparer.Ordinal);

        string[] missing = [.. existing.Except(named, StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"{Page} lacks {string.Join("; ", missing)}: name each in the row of its section");
        string[] gone = [.. named.Except(existing, StringComparer.Ordinal)];
        Assert.True(gone.Length == 0, $"{Page} names {string.Join("; ", gone)}, which no scenario file has: correct the name, or write the case");
    }

    [Fact]
    public void Every_scenario_is_named_in_a_row_of_its_section()
    {
        Assert.All(Rows(), static row => Assert.All(row.Scenarios, scenario =>
            Assert.True(
                row.Sections.Split(", ").Any(section => (scenario + ' ').StartsWith(section, StringComparison.Ordinal)),
                $"{Page}: '{scenario}' of RFC {row.Rfc} is in a row of section {row.Sections}")));
    }

    [Fact]
    public void A_row_without_scenarios_says_why()
        => Assert.All(Rows().Where(static row => row.Scenarios.Count == 0), static row => Assert.True(row.Text.Length > 20 || row.Text.Contains("RFC", StringComparison.Ordinal), $"{Page}: {row}"));

    [Theory]
    [InlineData("2181")]
    [InlineData("2308")]
    [InlineData("5452")]
    [InlineData("6604")]
    [InlineData("6891")]
    [InlineData("7766")]
    [InlineData("7873")]
    [InlineData("8020")]
    [InlineData("8767")]
    [InlineData("8914")]
    public void Every_RFC_that_binds_the_server_has_scenarios(string rfc) => Assert.Contains(NamedScenarios(), scenario => scenario.StartsWith($"RFC {rfc}: ", StringComparison.Ordinal));

    private static IEnumerable<string> NamedScenarios() => Rows().SelectMany(static row => row.Scenarios.Select(scenario => Name(row.Rfc, scenario)));

    private static string Name(string rfc, string scenario) => $"RFC {rfc}: {scenario}";

    private static List<PageRow> Rows()
    {
        List<PageRow> rows = [];
        string rfc = "";
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, Page)))
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                rfc = heading.Groups["rfc"].Value;
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| section ", StringComparison.Ordinal))
            {
                string[] cells = line.Split(" | ");
                Assert.True(cells.Length == 4, $"{Page}: a row has four cells: {line}");
                rows.Add(new PageRow(rfc, cells[0][2..], cells[2], [.. Scenario().Matches(cells[3]).Select(static match => match.Groups["title"].Value)]));
            }
        }

        return rows;
    }

    [GeneratedRegex(@"^## RFC (?<rfc>[0-9]+): ", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Heading();

    [GeneratedRegex("`(?<title>[^`]+)`", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Scenario();

    /// <summary>A row.</summary>
    /// <param name="Rfc">The RFC's number.</param>
    /// <param name="Sections">Its sections.</param>
    /// <param name="Text">What ClusterDns does.</param>
    /// <param name="Scenarios">The titles of the cases.</param>
    private sealed record PageRow(string Rfc, string Sections, string Text, IReadOnlyList<string> Scenarios);
}
