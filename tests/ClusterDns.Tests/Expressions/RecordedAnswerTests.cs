using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Logging;
using ClusterDns.Core.Metrics;
using ClusterDns.Fuzz;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Expressions;

/// <summary>Views over the whole language, and what CoreDNS answered to questions that they divide.</summary>
public sealed class RecordedAnswerTests : IClassFixture<RecordedAnswerTests.Servers>
{
    private static readonly string[] Groups = ["view", "lang0", "lang1", "lang2", "lang3", "lang4"];

    private readonly Servers _servers;

    public RecordedAnswerTests(Servers servers) => _servers = servers;

    public static TheoryData<string, string> Questions
    {
        get
        {
            TheoryData<string, string> questions = [];
            foreach (string group in Groups)
            {
                foreach (RecordedAnswer answer in RecordedAnswer.Read(group))
                {
                    questions.Add(group, answer.Ask);
                }
            }

            return questions;
        }
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public void A_question_is_answered_as_CoreDNS_answered_it(string group, string ask)
    {
        RecordedAnswer expected = RecordedAnswer.Read(group).Single(answer => string.Equals(answer.Ask, ask, StringComparison.Ordinal));

        RecordedAnswer actual = expected.AskAgain(_servers.Models[group]);

        Assert.Equal(expected with { Answer = expected.Answer.ToUpperInvariant() }, actual with { Answer = actual.Answer.ToUpperInvariant() });
    }

    [Fact]
    public void Each_recorded_question_is_asked() => Assert.Equal(94, Questions.Count);

    public sealed class Servers : IDisposable
    {
        private readonly string _hosts = Path.GetTempFileName();

        public Servers()
        {
            foreach (string group in Groups)
            {
                DiagnosticBag diagnostics = new();
                ServerModel? model = InMemoryServer.TryBuild(
                    RecordedAnswer.ReadCorefile(group, _hosts), NoLog.Instance, new MetricRegistry(), TimeProvider.System, diagnostics);
                Assert.True(model is not null, string.Join('\n', diagnostics.Errors));
                Models.Add(group, model);
            }
        }

        internal Dictionary<string, ServerModel> Models { get; } = new(StringComparer.Ordinal);

        public void Dispose() => File.Delete(_hosts);
    }
}
