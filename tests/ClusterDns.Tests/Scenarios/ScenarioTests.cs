namespace ClusterDns.Tests.Scenarios;

/// <summary>One scenario file for each RFC that binds a caching forwarder and server of a zone, with at least one case for each clause.</summary>
public sealed class ScenarioTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "scenarios");

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (string file in Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
            {
                foreach (ScenarioCase scenario in ScenarioFile.Read(File.ReadAllText(file)))
                {
                    cases.Add(Path.GetFileNameWithoutExtension(file), scenario.Title);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task What_the_clause_says_holds(string file, string title)
        => ScenarioRun.RunAsync(ScenarioFile.Read(File.ReadAllText(Path.Combine(Folder, file + ".txt"))).Single(scenario => string.Equals(scenario.Title, title, StringComparison.Ordinal)));

    [Theory]
    [InlineData("case 1 x\nclint a. A\n", "line 2: unknown word 'clint'")]
    [InlineData("client a. A\n", "line 1: a step stands before the first case")]
    [InlineData("  answer a. 1 A 1.2.3.4\n", "line 1: an indented line belongs")]
    [InlineData("case 1\n", "line 1: a word is missing")]
    public void A_line_that_has_no_place_is_an_error_with_its_number(string text, string message)
        => Assert.StartsWith(message, Assert.Throws<ScenarioException>(() => ScenarioFile.Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("client one.test. A sideways\n  code NOERROR\n", "line 6: unknown word 'sideways' of a question")]
    [InlineData("client one.test. A\n  kode NOERROR\n", "line 7: unknown word 'kode'")]
    [InlineData("client one.test. A\n  flags zz\n", "line 7: unknown flag 'zz'")]
    [InlineData("client one.test. A\n  code NXDOMAIN\n", "line 7: got 'NOERROR', expected 'NXDOMAIN'")]
    [InlineData("client one.test. A\n  answer one.test. 3600 A 192.0.2.2\n", "line 6: got 'one.test. 3600 A 192.0.2.1', expected 'one.test. 3600 A 192.0.2.2'")]
    [InlineData("client one.test. A\n", "line 6: got 'one.test. 3600 A 192.0.2.1', expected ''")]
    [InlineData("upstream one.test. A\n  anser one.test. 1 A 192.0.2.2\n", "line 7: unknown word 'anser'")]
    [InlineData("upstream one.test. A\n  answer one.test. 1 A 192.0.2\n", "line 7: '192.0.2'")]
    [InlineData("upstream one.test. A sideways\n", "line 6: unknown word 'sideways'")]
    [InlineData("asked 1\n", "line 6: got 0, expected 1")]
    [InlineData("receive x\n", "line 6: nothing was sent as x")]
    [InlineData("advance 3\n", "line 6: '3' is no time")]
    public async Task A_case_that_cannot_run_or_fails_says_so_with_its_line(string steps, string message)
    {
        ScenarioCase scenario = Assert.Single(ScenarioFile.Read("case 1 x\ncorefile\n  hosts /nowhere one.test {\n  192.0.2.1 one.test\n  }\n" + steps));

        ScenarioException exception = await Assert.ThrowsAsync<ScenarioException>(() => ScenarioRun.RunAsync(scenario));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }
}
