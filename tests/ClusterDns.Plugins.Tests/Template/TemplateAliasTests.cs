using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Template;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Template;

public sealed class TemplateAliasTests
{
    private const string Alias = """
        template IN ANY foogle.com {
          match "^foogle\.com\.$"
          answer "foogle.com 60 IN CNAME google.com"
          answer "{{ .Name }} 60 IN TXT behind"
          additional "{{ .Name }} 60 IN TXT beside"
        }
        """;

    [Theory]
    [InlineData(RecordType.A)]
    [InlineData(RecordType.AAAA)]
    public void The_target_of_an_alias_follows_it(RecordType type)
    {
        Assert.Equal(
            $"""
            Answer: foogle.com. 60 CNAME google.com.
            Answer: google.com. 300 {RecordTypes.ToText(type)} \# 2 0102
            Answer: foogle.com. 60 TXT "behind"
            Additional: foogle.com. 60 TXT "beside"
            """,
            Serve(type, new Router(isSlow: false)));
    }

    [Fact]
    public void Other_types_get_the_alias_alone()
    {
        Router router = new(isSlow: false);
        Assert.StartsWith("Answer: foogle.com. 60 CNAME google.com.\nAnswer: foogle.com. 60 TXT", Serve(RecordType.MX, router), StringComparison.Ordinal);
        Assert.Equal(0, router.Asked);
    }

    [Fact]
    public async Task A_target_that_takes_its_time_is_waited_for()
    {
        PluginKit kit = new(new TemplatePlugin(), Alias);
        Router router = new(isSlow: true);
        Query context = kit.CreateContext("foogle.com.");
        context.Exchange.Router = router;

        ValueTask served = kit.Handler.ServeAsync(context);
        Assert.False(served.IsCompleted);
        router.Finish();
        await served;

        Assert.StartsWith("Answer: foogle.com. 60 CNAME google.com.\nAnswer: google.com. 300 A", Format(context), StringComparison.Ordinal);
        Assert.Equal(3, context.Response.Answers.Count);
        Assert.Equal(1, context.Response.Additional.Count);
    }

    private static string Serve(RecordType type, Router router)
    {
        PluginKit kit = new(new TemplatePlugin(), Alias);
        Query context = kit.CreateContext("foogle.com.", type);
        context.Exchange.Router = router;
        kit.ServeAgain(context);
        return Format(context);
    }

    private static string Format(Query context)
        => string.Join('\n', new[] { ResponseSection.Answer, ResponseSection.Additional }.SelectMany(section => context.Response[section].Span.ToArray()
            .Select(record => $"{section}: {PluginKit.Format(context, record)}")));

    private sealed class Router(bool isSlow) : IQueryRouter
    {
        private readonly TaskCompletionSource _gate = new();

        public int Asked { get; private set; }

        public void Finish() => _gate.SetResult();

        public ValueTask RouteAsync(Query query)
        {
            Asked++;
            if (isSlow)
            {
                return AnswerLaterAsync(query);
            }

            Answer(query);
            return ValueTask.CompletedTask;
        }

        private async ValueTask AnswerLaterAsync(Query query)
        {
            await _gate.Task;
            Answer(query);
        }

        private static void Answer(Query query)
        {
            query.Response.Answer("next");
            query.Response.TryAdd(ResponseSection.Answer, query.Type, 300, [1, 2], 0, 2);
        }
    }
}
