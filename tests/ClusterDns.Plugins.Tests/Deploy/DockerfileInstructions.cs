namespace ClusterDns.Plugins.Tests.Deploy;

/// <summary>A Dockerfile as its instructions, comments left out and continued lines joined.</summary>
internal static class DockerfileInstructions
{
    /// <summary>One instruction.</summary>
    /// <param name="Name">Its name in upper case, such as <c>COPY</c>.</param>
    /// <param name="Rest">What follows it.</param>
    public sealed record Instruction(string Name, string Rest);

    /// <summary>The stages in their order; the first instruction of each is its <c>FROM</c>.</summary>
    /// <param name="text">The Dockerfile.</param>
    public static IReadOnlyList<IReadOnlyList<Instruction>> Stages(string text)
    {
        List<List<Instruction>> stages = [];
        string pending = "";
        foreach (string line in text.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#'))
        {
            pending += line.TrimEnd('\\');
            if (line.EndsWith('\\'))
            {
                continue;
            }

            string[] parts = pending.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            pending = "";
            Instruction instruction = new(parts[0].ToUpperInvariant(), parts.Length > 1 ? parts[1] : "");
            if (instruction.Name is "FROM")
            {
                stages.Add([]);
            }

            stages[^1].Add(instruction);
        }

        Assert.Equal("", pending);
        return stages;
    }
}
