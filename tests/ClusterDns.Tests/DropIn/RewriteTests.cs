using ClusterDns.Tests.Hosting;
using ClusterDns.Tests.Upstreams;
using Xunit.Abstractions;

namespace ClusterDns.Tests.DropIn;

/// <summary>What CoreDNS 1.14.7 answered under rules of <c>rewrite</c>; the same Corefiles and upstream give the same here.</summary>
public sealed class RewriteTests(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "rewrite");

    [Theory]
    [InlineData("name", 67)]
    [InlineData("field", 33)]
    [InlineData("edns", 53)]
    public async Task Recorded_answers_are_given(string file, int count)
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        string corefile = File.ReadAllText(Path.Combine(Folder, file + ".Corefile"))
            .Replace("{$PORT}", "0", StringComparison.Ordinal)
            .Replace("127.0.0.1:{$STUB}", upstream.Endpoint.ToString(), StringComparison.Ordinal)
            .Replace("{$HOSTS}", "FOLDER/hosts", StringComparison.Ordinal);
        await using ReloadKit kit = await ReloadKit.StartAsync(corefile, ("hosts", ""));

        RecordedRewrite[] recorded = [.. RecordedRewrite.Read(Path.Combine(Folder, file + ".jsonl"))];
        List<string> disagreements = [];
        foreach (RecordedRewrite line in recorded)
        {
            string answer = RecordedRewrite.Describe(await RecordedRewrite.AskAsync(kit.Endpoint, line.ToQuestion()));
            if (!string.Equals(answer, line.Answer, StringComparison.Ordinal))
            {
                disagreements.Add(line.Ask);
                output.WriteLine($"{line.Ask}\nrecorded: {line.Answer}\nanswered: {answer}\n");
            }
        }

        Assert.Equal(count, recorded.Length);
        Assert.Empty(disagreements);
    }
}
