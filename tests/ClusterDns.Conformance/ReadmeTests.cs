using ClusterDns.Conformance.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Conformance;

/// <summary>What the README shows is what happens.</summary>
public sealed class ReadmeTests
{
    private const string Prompt = "$ dig @127.0.0.1 -p 1053 ";

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Every_dig_of_the_README_prints_what_it_shows(Executable executable)
    {
        string corefile = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "Corefile.example"));
        Assert.Contains(":1053", corefile, StringComparison.Ordinal);
        using RunningServer server = await RunningServer.StartAsync(
            executable, corefile.Replace(":1053", ":0", StringComparison.Ordinal), Repository.Root);

        IReadOnlyList<(string Arguments, string Printed)> examples = await ReadAsync();
        Assert.True(examples.Count >= 5, "the README has lost its examples");
        foreach ((string arguments, string printed) in examples)
        {
            Assert.Equal(printed, await server.DigAsync(arguments.Split(' ')));
        }
    }

    private static async Task<IReadOnlyList<(string Arguments, string Printed)>> ReadAsync()
    {
        List<(string Arguments, string Printed)> examples = [];
        string? arguments = null;
        List<string> printed = [];
        await foreach (string line in File.ReadLinesAsync(Path.Combine(Repository.Root, "README.md")))
        {
            if (arguments is not null && (line.StartsWith('$') || line.StartsWith("```", StringComparison.Ordinal)))
            {
                examples.Add((arguments, string.Join('\n', printed)));
                printed.Clear();
                arguments = null;
            }

            if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                arguments = line[Prompt.Length..];
            }
            else if (arguments is not null)
            {
                printed.Add(line);
            }
        }

        return examples;
    }
}
