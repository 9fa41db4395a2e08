namespace ClusterDns.Tests.Scenarios;

/// <summary>A case of a scenario file.</summary>
/// <param name="Title">The clause and what is said of it.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record ScenarioCase(string Title, IReadOnlyList<ScenarioLine> Steps);

/// <summary>
/// A scenario file. A line <c>case SECTION TITLE</c> begins a case; other lines that are not indented are its steps, and indented lines belong to the
/// step above. <c>#</c> begins a comment. <see cref="ScenarioRun"/> has the words.
/// </summary>
internal static class ScenarioFile
{
    /// <summary>The words with which a step begins.</summary>
    private static readonly string[] Steps =
        [
            "corefile", "corefile-error", "file", "upstream", "client", "send", "receive", "release", "drip", "advance", "until-asked", "asked", "upstream-got",
            "distinct-ids", "ports-at-least", "connections", "closed",
        ];

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <exception cref="ScenarioException">A line has no place in it.</exception>
    public static IReadOnlyList<ScenarioCase> Read(string text)
    {
        List<ScenarioCase> cases = [];
        List<ScenarioLine> steps = [];
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string[] words = WithoutComment(line).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            ScenarioLine read = new(number, words);
            if (char.IsWhiteSpace(line[0]))
            {
                (steps.LastOrDefault() ?? throw read.Error("an indented line belongs to the step above it, and there is none")).Details.Add(read);
            }
            else if (words[0] is "case")
            {
                read.Word(2);
                cases.Add(new ScenarioCase(read.Rest(1), steps = []));
            }
            else if (cases.Count == 0)
            {
                throw read.Error("a step stands before the first case");
            }
            else if (!Steps.Contains(words[0], StringComparer.Ordinal))
            {
                throw read.Error($"unknown word '{words[0]}', expected case, {string.Join(", ", Steps)}");
            }
            else
            {
                steps.Add(read);
            }
        }

        return cases;
    }

    private static string WithoutComment(string line) => line.TrimStart().StartsWith('#') ? "" : line;
}
