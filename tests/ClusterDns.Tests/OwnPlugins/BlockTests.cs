using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.OwnPlugin;
using ClusterDns.Testing;

namespace ClusterDns.Tests.OwnPlugins;

/// <summary>The library with which plugins are tested in memory.</summary>
public sealed class BlockTests
{
    [Fact]
    public async Task A_block_answers_as_the_server_does()
    {
        await using Block block = Block.From("example.org {\n greet \"good morning\"\n whoami\n}", new GreetPlugin());

        Assert.Equal("NOERROR\nAnswer: a.example.org. 5 TXT \"good morning\" \"1\"", block.Ask("a.example.org TXT").ToString());
        Assert.Equal(
            "NOERROR\nAdditional: a.example.org. 0 A 192.0.2.7\nAdditional: _udp.a.example.org. 0 SRV 0 0 99 .",
            block.Ask("a.example.org", new IPEndPoint(IPAddress.Parse("192.0.2.7"), 99)).ToString());
        Assert.Equal("REFUSED", block.Ask("a.example.com A").ToString());
    }

    [Fact]
    public async Task The_answer_is_the_message_that_was_written()
    {
        await using Block block = Block.From("example.org {\n greet\n}", new GreetPlugin());

        BlockAnswer answer = block.Ask("a.example.org. TXT IN");
        Assert.True(answer.IsAuthoritative);
        Assert.Equal(ResponseCode.NoError, answer.Code);
        Assert.Equal("a.example.org. 5 TXT \"hello\" \"1\"", Assert.Single(answer.Answer));
        Assert.Equal(0x20, answer.Message.Span[3] & 0x20);
    }

    [Fact]
    public async Task A_dropped_query_has_no_message()
    {
        await using Block block = Block.From("example.org {\n acl {\n drop\n }\n}");

        BlockAnswer answer = block.Ask("a.example.org");
        Assert.True(answer.IsDropped);
        Assert.Equal("DROPPED", answer.ToString());
    }

    [Fact]
    public void Errors_of_the_Corefile_are_an_exception_with_places()
    {
        CorefileException exception = Assert.Throws<CorefileException>(
            () => Block.From("example.org {\n greet {\n  ttl never\n }\n greeet\n}", new GreetPlugin()));

        Assert.Contains("Corefile:5:2: unknown directive 'greeet'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Corefile:3:7: invalid number 'never' for ttl",
            Assert.Throws<CorefileException>(() => Block.From("example.org {\n greet {\n  ttl never\n }\n}", new GreetPlugin())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_and_time_belong_to_the_test()
    {
        InMemoryFiles files = new();
        files.Set("hosts", "192.0.2.1 a.example.org\n");
        await using Block block = Block.From("example.org {\n hosts hosts {\n  reload 5s\n }\n}", new BlockSettings { Files = files });
        Assert.Equal("NOERROR\nAnswer: a.example.org. 3600 A 192.0.2.1", block.Ask("a.example.org").ToString());

        block.Files.Set("hosts", "192.0.2.2 a.example.org\n");
        block.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("NOERROR\nAnswer: a.example.org. 3600 A 192.0.2.2", block.Ask("a.example.org").ToString());
    }

    [Fact]
    public async Task Without_upstreams_forward_fails()
    {
        await using Block block = Block.From(". {\n errors\n forward . 192.0.2.53\n}");

        Assert.Equal("SERVFAIL", (await block.AskAsync("a.example.org")).ToString());
        Assert.Contains(block.Log, static line => line.Contains("a.example.org. A:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Services_start_and_stop_with_the_block()
    {
        Block block = Block.From("example.org {\n greet\n}", new GreetPlugin());
        Assert.Empty(block.Log);

        await block.StartAsync();
        Assert.Equal(["Information plugin/greet: Greeting started"], block.Log, StringComparer.Ordinal);

        await block.DisposeAsync();
        Assert.Equal("Information plugin/greet: Greeting stopped", block.Log[^1]);
    }

    [Fact]
    public async Task Metrics_and_warnings_can_be_read()
    {
        await using Block block = Block.From("example.org {\n prometheus\n reload\n reload\n greet\n}", new GreetPlugin());
        block.Ask("a.example.org TXT");

        Assert.Contains("greet_answers_total{zone=\"example.org.\"} 1\n", block.ReadMetrics(), StringComparison.Ordinal);
        Assert.StartsWith("Corefile:4:2: this 'reload' has no effect", Assert.Single(block.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugins_can_have_any_place()
    {
        await using Block block = Block.From(
            "example.org {\n greet\n template ANY ANY {\n  rcode NXDOMAIN\n }\n}",
            new BlockSettings { Plugins = static list => list.Add(new GreetPlugin(), after: "template") });

        Assert.Equal("NXDOMAIN", block.Ask("a.example.org TXT").ToString());
    }

    [Fact]
    public async Task A_query_that_waits_is_asked_for_with_AskAsync()
    {
        TaskCompletionSource reply = new();
        await using Block block = Block.From("example.org {\n slow\n}", new SlowPlugin(reply.Task));

        Assert.Contains("use AskAsync", Assert.Throws<InvalidOperationException>(() => block.Ask("a.example.org")).Message, StringComparison.Ordinal);
        Task<BlockAnswer> asking = block.AskAsync("a.example.org");
        Assert.False(asking.IsCompleted);
        reply.SetResult();

        Assert.Equal("NXDOMAIN", (await asking).ToString());
    }

    [Theory]
    [InlineData("", "'' is not a question: expected 'NAME [TYPE] [CLASS]', for example 'www.example.org AAAA'")]
    [InlineData("a.example.org B", "'B' is not a record type: expected for example A, AAAA or TXT")]
    [InlineData("a.example.org A XY", "'XY' is not a class: expected IN or CH")]
    public async Task Malformed_question_is_an_exception(string question, string expected)
    {
        await using Block block = Block.From("example.org {\n whoami\n}");

        Assert.Equal(expected, Assert.Throws<FormatException>(() => block.Ask(question)).Message);
    }

    private sealed class SlowPlugin(Task reply) : IPlugin
    {
        public string Name => "slow";

        public DirectiveRepetition Repetition => DirectiveRepetition.Once;

        public object Parse(PluginParseContext context) => this;

        public void Build(object options, BlockBuilder builder) => builder.Use(next => new SlowHandler(next, reply));
    }

    private sealed class SlowHandler(PluginHandler next, Task reply) : PluginHandler(next)
    {
        public override string Name => "slow";

        public override async ValueTask ServeAsync(Query query)
        {
            await reply;
            query.Response.Answer(Name, ResponseCode.NXDomain);
        }
    }
}
