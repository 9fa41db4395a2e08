using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Serving;
using ClusterDns.Tests.TestKit;


namespace ClusterDns.Tests.Serving;

public class QueryPipelineTests
{
    private readonly MetricRegistry _metrics = new();
    private readonly RecordingLogger _logger = new();

    [Fact]
    public async Task AnExceptionOutOfAPluginIsOneQuerysServFail()
    {
        ResponseCode code = await AskAsync(static _ => throw new InvalidOperationException("broken"));

        Assert.Equal(ResponseCode.ServFail, code);
        Assert.Equal(1, Panics.Value);
        Assert.Equal(
            "Recovered from panic in server: \"dns://:53\" InvalidOperationException: broken", Assert.Single(_logger.Records).Message);
        Assert.Null(Assert.Single(_logger.Records).Exception);
    }

    [Fact]
    public async Task AnExceptionOutOfAPluginThatWaitedIsToo()
    {
        ResponseCode code = await AskAsync(static async context =>
        {
            await Task.Yield();
            context.Response.Answer("broken");
            throw new InvalidOperationException("broken");
        });

        Assert.Equal(ResponseCode.ServFail, code);
        Assert.Equal(1, Panics.Value);
    }

    [Fact]
    public async Task StackTracesAreLoggedWhenAskedFor()
    {
        await AskAsync(static _ => throw new InvalidOperationException("broken"), stackTraces: true);

        Assert.IsType<InvalidOperationException>(Assert.Single(_logger.Records).Exception);
    }

    [Fact]
    public async Task RecordsThatCannotBeWrittenAreServFail()
    {
        ResponseCode code = await AskAsync(static context =>
        {
            context.Response.Answer("broken");
            context.Response.TryAdd(ResponseSection.Answer, RecordType.A, 5, [1, 2, 3, 4], offset: 2, length: 4);
            return ValueTask.CompletedTask;
        });

        Assert.Equal(ResponseCode.ServFail, code);
        Assert.Equal(1, Panics.Value);
    }

    [Fact]
    public async Task AChainThatSaysNothingIsServFail()
        => Assert.Equal(ResponseCode.ServFail, await AskAsync(static _ => ValueTask.CompletedTask));

    [Fact]
    public async Task WhatIsDroppedIsNotAnswered()
        => Assert.Null(await TryAskAsync(static context =>
        {
            context.Response.Drop("test");
            return ValueTask.CompletedTask;
        }));

    [Fact]
    public async Task AnAnswerThatWaitedIsSent()
        => Assert.Equal(ResponseCode.NXDomain, await AskAsync(static async context =>
        {
            await Task.Yield();
            context.Response.Answer("test", ResponseCode.NXDomain);
        }));

    private Counter Panics => _metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.");

    private async Task<ResponseCode> AskAsync(Func<QueryContext, ValueTask> serve, bool stackTraces = false)
        => await TryAskAsync(serve, stackTraces) ?? throw new InvalidOperationException("no answer");

    private async Task<ResponseCode?> TryAskAsync(Func<QueryContext, ValueTask> serve, bool stackTraces = false)
    {
        ServerBlock block = new(new ServerBlockInfo("dns://:53", ".", new byte[] { 0 }, ""), new Link(serve)) { StackTraces = stackTraces };
        QueryPipeline pipeline = new("dns://:53", new RoutingTable([block]), new QueryEndMetrics(_metrics), TimeProvider.System, _logger);
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        QueryContext context = new();
        int length = ServerKit.WriteQuery(context.RequestBuffer, "www.example.", RecordType.A);
        return await pipeline.HandleAsync(context, length, TransportProtocol.Udp, in client, in client, null)
            ? (ResponseCode)(context.ResponseMessage[3] & 15)
            : null;
    }

    private sealed class Link(Func<QueryContext, ValueTask> serve) : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "test";

        public override ValueTask ServeAsync(QueryContext context) => serve(context);
    }
}
