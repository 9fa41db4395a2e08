using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;


namespace ClusterDns.Tests.Serving;

public class QueryPipelineTests
{
    private static readonly Zone Root = ZoneParser.TryParse(".", out IReadOnlyList<Zone> zones, out _) ? zones[0] : throw new FormatException();

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
    public async Task Zone_of_the_route_is_known_to_its_chain_and_not_to_questions_that_a_link_asks_of_links_below()
    {
        bool isChecked = false;
        await AskAsync(query =>
        {
            Assert.Same(Root, query.MatchedZone);
            Query child = InternalQuery.TryCreate(query, DomainName.Parse("other.example."), RecordType.A)!;
            Assert.Null(child.MatchedZone);
            Assert.True(child.IsIn(Root));
            isChecked = true;
            query.Response.Answer("test");
            return ValueTask.CompletedTask;
        });

        Assert.True(isChecked);
        Assert.Empty(_logger.Records);
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

    [Fact]
    public async Task An_evicted_query_gets_no_answer_over_UDP()
        => Assert.Null(await TryAskAsync(AnswerLater, gate: new EvictingGate()));

    [Fact]
    public async Task An_evicted_query_gets_SERVFAIL_over_a_stream()
        => Assert.Equal(
            ResponseCode.ServFail, await TryAskAsync(AnswerLater, gate: new EvictingGate(), transport: TransportProtocol.Tcp));

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task An_evicted_query_ends_once_as_such(TransportProtocol transport)
    {
        EndRecorder recorder = new();
        await TryAskAsync(AnswerLater, gate: new EvictingGate(), transport: transport, observer: recorder);

        Assert.Equal([QueryEnd.Evicted], recorder.Ends);
        Assert.Equal(ResponseCode.ServFail, recorder.Code);
    }

    [Fact]
    public async Task A_query_whose_client_has_gone_is_not_written_and_ends_as_such()
    {
        EndRecorder recorder = new();

        Assert.Null(await TryAskAsync(
            AnswerLater, gate: new EvictingGate(WaitEnd.ClientGone), transport: TransportProtocol.Tcp, observer: recorder));
        Assert.Equal([QueryEnd.ClientGone], recorder.Ends);
        Assert.Equal(ResponseCode.NoError, recorder.Code);
    }

    [Fact]
    public async Task An_answer_of_many_messages_keeps_its_place()
    {
        EvictingGate gate = new(WaitEnd.Wanted);
        await TryAskAsync(
            static context =>
            {
                Assert.True(context.TryBeginWait());
                context.Response.Answer("test");
                context.Response.Stream = new NoMoreMessages();
                return ValueTask.CompletedTask;
            },
            gate: gate,
            transport: TransportProtocol.Tcp);

        Assert.Equal(1, gate.Ends);
    }

    private static async ValueTask AnswerLater(Query context)
    {
        Assert.True(context.TryBeginWait());
        await Task.Yield();
        context.Response.Answer("late");
    }

    private Counter Panics => _metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.");

    private async Task<ResponseCode> AskAsync(Func<Query, ValueTask> serve, bool stackTraces = false)
        => await TryAskAsync(serve, stackTraces) ?? throw new InvalidOperationException("no answer");

    private async Task<ResponseCode?> TryAskAsync(
        Func<Query, ValueTask> serve,
        bool stackTraces = false,
        IWaitGate? gate = null,
        TransportProtocol transport = TransportProtocol.Udp,
        IQueryObserver? observer = null)
    {
        Route block = new(new RouteInfo("dns://:53", ".", new byte[] { 0 }, ""), new Link(serve))
        {
            Zone = Root,
            StackTraces = stackTraces,
            Observers = observer is null ? default : new[] { observer },
        };
        QueryPipeline pipeline = new("dns://:53", new RoutingTable([block]), new QueryEndMetrics(_metrics), TimeProvider.System, _logger);
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Query context = new Exchange().Query;
        int length = ServerKit.WriteQuery(context.Exchange.RequestBuffer, "www.example.", RecordType.A);
        return await pipeline.HandleAsync(context.Exchange, length, transport, in client, in client, gate)
            ? (ResponseCode)(context.Exchange.ResponseMessage[3] & 15)
            : null;
    }

    private sealed class Link(Func<Query, ValueTask> serve) : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "test";

        public override ValueTask ServeAsync(Query context) => serve(context);
    }

    /// <summary>Has given the place to another query by the time the answer is there, or says what the test wants.</summary>
    private sealed class EvictingGate(WaitEnd end = WaitEnd.Evicted) : IWaitGate
    {
        public int Ends { get; private set; }

        public bool TryEnter() => true;

        public WaitEnd EndWait()
        {
            Ends++;
            return end;
        }
    }

    private sealed class NoMoreMessages : ResponseStream
    {
        public override bool TryFill(Response response) => false;
    }

    private sealed class EndRecorder : IQueryObserver
    {
        public List<QueryEnd> Ends { get; } = [];

        public ResponseCode Code { get; private set; }

        public void OnEnd(Query query, QueryEnd outcome)
        {
            Ends.Add(outcome);
            Code = query.Response.Code;
        }
    }
}
