using System.Text.Json;
using ClusterDns.ApiBench;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Soak;

namespace ClusterDns.Conformance;

/// <summary>A cluster that changes at an API server while it is asked about, and whether wrong answers would be noticed.</summary>
public sealed class ClusterChangeTests
{
    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public Task Answers_are_true_while_the_cluster_changes(Executable executable) => ChangeAsync(executable, new ApiSetting(IsSecure: true, HasWatchList: true));

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public Task Answers_are_true_while_the_cluster_changes_and_is_listed_in_pages(Executable executable)
        => ChangeAsync(executable, new ApiSetting(IsSecure: false, HasWatchList: false));

    [Fact]
    public void An_answer_counts_when_it_was_true_from_what_is_known_to_what_is_told()
    {
        SampleCluster cluster = new(ClusterShape.Even(10));
        ChangingService service = new(0, cluster);
        SoakQuestion question = service.Questions[0];
        string first = AnswerText.Of("172.25.0.0");
        long before = cluster.Services.Version;
        Random random = new(1);
        Assert.Null(service.Judge(question, first, before, before));

        // This seed chooses form 2 of those that may follow.
        service.Change(random);
        string second = AnswerText.Of("172.26.0.0");
        Assert.Null(service.Judge(question, first, before, before + 1));
        Assert.Null(service.Judge(question, second, before, before + 1));
        Assert.Equal(second, service.Judge(question, first, before + 1, before + 1));
        Assert.Equal(first, service.Judge(question, second, before, before));
        Assert.Equal($"{second} or {first}", service.Judge(question, AnswerText.Missing, before, before + 1));
    }

    [Fact]
    public void What_the_API_server_tells_is_JSON()
    {
        SampleCluster cluster = new(ClusterShape.Mixed(10));
        Assert.All(cluster.Kinds, static kind => Assert.All(kind.List(out _, isKept: false), static item => JsonDocument.Parse(item).Dispose()));
        Assert.All(cluster.Pods.List(out _, isKept: false), static item => Assert.InRange(item.Length, 4000, 6000));
        Assert.Equal("kube-system", JsonDocument.Parse(cluster.Spaces.First(out _)).RootElement.GetProperty("metadata").GetProperty("name").GetString());
    }

    private static async Task ChangeAsync(Executable executable, ApiSetting setting)
    {
        ChangeRun run = new(new ChangeOptions(executable)
        {
            Setting = setting,
            Shape = ClusterShape.Even(100),
            Changing = 40,
            Rounds = 60,
            ChangesPerRound = 20,
            RoundTime = TimeSpan.Zero,
            AwaitsEachRound = true,
            QueriesPerSecond = 0,
            Clients = 3,

            // So short a run ends before the heap has found its size, and code that runs late is still being opened.
            ResidentSlack = 96 * 1024,
            DescriptorSlack = 64,
        });

        Assert.Empty(await run.RunAsync());
        Assert.True(run.Answered > 0);
        Assert.NotEmpty(run.Delays);
    }
}
