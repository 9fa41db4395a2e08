using ClusterDns.Conformance.TestKit;
using ClusterDns.Soak;

namespace ClusterDns.Conformance;

/// <summary>A short soak, and whether a soak notices what it is there to notice.</summary>
public sealed class SoakTests
{
    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_short_soak_finds_nothing(Executable executable)
    {
        SoakRun run = new(
            new SoakOptions(executable)
            {
                Rounds = 8,
                RoundsPerReload = 1,
                RoundTime = TimeSpan.Zero,
                QueriesPerSecond = 0,
                UdpClients = 3,
                TcpClients = 1,

                // So short a run ends before the caches are full.
                ResidentSlack = 96 * 1024,
            },
            TextWriter.Null);

        Assert.Empty(await run.RunAsync());
        Assert.Equal(8, run.Reloads);
        Assert.True(run.Answered > 0);
    }

    [Fact]
    public void What_grows_from_the_first_quarter_to_the_last_is_told()
    {
        ProcessFigures[] flat = [.. Enumerable.Range(0, 40).Select(static i => new ProcessFigures(30_000 + (i % 3 * 100), 10 + (i % 2), 5 + (i % 7), 50 + (i % 4), 60))];
        ProcessFigures[] growing = [.. flat.Select(static (figures, i) => new ProcessFigures(figures.ResidentKilobytes + (300 * i), 10 + (i / 4), 5 + i, 50 + i, 60 + (4 * i)))];

        Assert.Empty(SoakVerdict.Judge(flat, residentSlack: 8192));
        string[] told = [.. SoakVerdict.Judge(growing, residentSlack: 8192)];
        Assert.Equal(5, told.Length);
        Assert.Equal("descriptors grew from 55 in the first quarter to 85 in the last; 8 more are allowed", told[3]);
    }

    [Fact]
    public void An_answer_counts_when_it_was_true_from_the_question_on()
    {
        ClusterState first = ClusterState.CreateFirst();
        ClusterState second = first.CreateNext(new Random(1));
        (SoakQuestion question, string old) = first.Answers.First(answer => !string.Equals(second.Answers[answer.Key], answer.Value, StringComparison.Ordinal));

        Assert.True(ClusterTruth.WasTrue(first, question, old));
        Assert.True(ClusterTruth.WasTrue(first, question, second.Answers[question]));
        Assert.False(ClusterTruth.WasTrue(second, question, old));
        Assert.False(ClusterTruth.WasTrue(first, question, AnswerText.Of("192.0.2.1")));
    }

    [Fact]
    public void Lines_of_a_scrape_are_told_apart_by_their_whole_name()
    {
        Scrape scrape = new("# HELP a_total x\na_total{b=\"1\"} 2\na_total{b=\"2\"} 3\na_total_more 7\n");

        Assert.Equal(5, scrape.Sum("a_total"));
        Assert.Equal(7, scrape.Sum("a_total_more"));
    }
}
