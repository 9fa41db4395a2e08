using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

/// <summary>Whatever becomes of a query, it ends once, and what observes it sees that.</summary>
public sealed class QueryEndTests
{
    private const int Queries = 4000;

    private static readonly NetworkEndpoint Client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));

    private readonly MetricRegistry _metrics = new();
    private readonly RecordingLogger _logger = new();

    private enum Fate
    {
        Answer,
        Fail,
        Drop,
        SayNothing,
        Throw,
        AddBrokenRecord,
        Stream,
        StreamThatStops,
        AskAnother,
        AskAnotherThatThrows,
        NoZone,
        OtherClass,
        BadFormat,
        BadOpcode,
        BadVersion,
        Response,
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Each_of_many_random_queries_ends_exactly_once(int seed)
    {
        Random random = new(seed);
        Recorder recorder = new();
        QueryPipeline pipeline = Create(recorder);
        List<Task> served = [];
        for (int i = 0; i < Queries; i++)
        {
            served.Add(ServeAsync(pipeline, recorder, PickFate(random), random.Next(2) == 0, (ushort)i));
        }

        await Task.WhenAll(served);
        Assert.Equal(Enum.GetValues<Fate>().Length, recorder.Fates.Count);
        Assert.DoesNotContain(QueryEnd.Abandoned, recorder.Ends.Select(static end => end.End));
    }

    [Fact]
    public async Task A_query_that_is_released_without_an_end_ends_as_abandoned()
    {
        Recorder recorder = new();
        QueryPipeline pipeline = Create(recorder);
        Query context = new Exchange().Query;
        Assert.True(await pipeline.HandleAsync(context.Exchange, Write(context, Fate.Stream, waits: false, 7), TransportProtocol.Tcp, in Client, in Client, null));
        Assert.Empty(recorder.Ends);

        context.Exchange.Reset();

        Assert.Equal([(7, QueryEnd.Abandoned)], recorder.Ends);
    }

    [Fact]
    public async Task An_observer_that_throws_keeps_no_other_observer_from_the_query()
    {
        Recorder recorder = new();
        Route block = Block(new Link()) with { Observers = new IQueryObserver[] { new BrokenObserver(), recorder } };
        QueryPipeline pipeline = new("dns://:53", new RoutingTable([block]), new QueryEndMetrics(_metrics), TimeProvider.System, _logger);
        Query context = new Exchange().Query;

        Assert.True(await pipeline.HandleAsync(context.Exchange, Write(context, Fate.Answer, waits: false, 7), TransportProtocol.Udp, in Client, in Client, null));

        Assert.Equal([7], recorder.Received);
        Assert.Equal([(7, QueryEnd.Answered)], recorder.Ends);
        Assert.Equal(2, new QueryEndMetrics(_metrics).Panics.Value);
        Assert.Contains(_logger.Records, static record => record.Exception is InvalidOperationException);
    }

    [Theory]
    [InlineData(Fate.Answer, QueryEnd.Answered, ResponseCode.NoError)]
    [InlineData(Fate.NoZone, QueryEnd.Unrouted, ResponseCode.Refused)]
    [InlineData(Fate.Throw, QueryEnd.Failed, ResponseCode.ServFail)]
    [InlineData(Fate.Stream, QueryEnd.Answered, ResponseCode.NoError)]
    [InlineData(Fate.Drop, QueryEnd.Dropped, null)]
    private async Task The_written_message_can_be_read_at_the_end(Fate fate, QueryEnd expected, ResponseCode? code)
    {
        Recorder recorder = new();
        await ServeAsync(Create(recorder), recorder, fate, waits: false, 7);

        (QueryEnd end, byte[] message) = Assert.Single(recorder.Messages);
        Assert.Equal(expected, end);
        Assert.Equal(code is not null, DnsHeader.TryRead(message, out DnsHeader header));
        if (code is not null)
        {
            Assert.Equal((7, code), (header.Id, header.ResponseCode));
        }
    }

    [Theory]
    [InlineData(TransportProtocol.Udp)]
    [InlineData(TransportProtocol.Tcp)]
    public async Task A_seal_that_throws_makes_the_response_SERVFAIL_without_seals(TransportProtocol transport)
    {
        Recorder recorder = new();
        Route block = Block(new Link()) with { Seals = new IResponseSeal[] { new BrokenSeal() }, Observers = new IQueryObserver[] { recorder } };
        QueryPipeline pipeline = new("dns://:53", new RoutingTable([block]), new QueryEndMetrics(_metrics), TimeProvider.System, _logger);
        Query context = new Exchange().Query;

        Assert.True(await pipeline.HandleAsync(context.Exchange, Write(context, Fate.Answer, waits: false, 7), transport, in Client, in Client, null));

        Assert.True(DnsHeader.TryRead(context.ResponseMessage, out DnsHeader header));
        Assert.Equal(ResponseCode.ServFail, header.ResponseCode);
        Assert.Equal([(7, QueryEnd.Failed)], recorder.Ends);
    }

    [Theory]
    [InlineData("format_error", Fate.BadFormat)]
    [InlineData("not_implemented", Fate.BadOpcode)]
    [InlineData("bad_edns_version", Fate.BadVersion)]
    [InlineData("not_a_query", Fate.Response)]
    private async Task What_no_plugin_sees_is_counted_by_reason(string reason, Fate fate)
    {
        QueryPipeline pipeline = Create(new Recorder());
        Query context = new Exchange().Query;

        await pipeline.HandleAsync(context.Exchange, Write(context, fate, waits: false, 7), TransportProtocol.Udp, in Client, in Client, null);

        Assert.Equal(1, _metrics.Counters("clusterdns_malformed_queries_total", "", "reason").With(reason).Value);
    }

    private static Fate PickFate(Random random)
    {
        Fate[] fates = Enum.GetValues<Fate>();
        return fates[random.Next(fates.Length)];
    }

    private static QueryEnd ExpectedEnd(Fate fate) => fate switch
    {
        Fate.Drop => QueryEnd.Dropped,
        Fate.Throw or Fate.AddBrokenRecord => QueryEnd.Failed,
        Fate.StreamThatStops => QueryEnd.ClientGone,
        Fate.NoZone or Fate.OtherClass => QueryEnd.Unrouted,
        Fate.BadFormat or Fate.BadOpcode or Fate.BadVersion => QueryEnd.Malformed,
        Fate.Response => QueryEnd.Ignored,
        _ => QueryEnd.Answered,
    };

    private static Route Block(PluginHandler chain)
        => new(new RouteInfo("dns://:53", "test.", DomainName.Parse("test."), ""), chain);

    private QueryPipeline Create(Recorder recorder)
        => new(
            "dns://:53",
            new RoutingTable([Block(new Link()) with { Observers = new IQueryObserver[] { recorder } }]),
            new QueryEndMetrics(_metrics),
            TimeProvider.System,
            _logger,
            recorder);

    /// <summary>Does what a listener does with a query, and looks for its end.</summary>
    private static async Task ServeAsync(QueryPipeline pipeline, Recorder recorder, Fate fate, bool waits, ushort id)
    {
        Query context = new Exchange().Query;
        int length = Write(context, fate, waits, id);
        CountingSink ends = new();
        bool isAnswered = await pipeline.HandleAsync(context.Exchange, length, TransportProtocol.Tcp, in Client, in Client, null);
        while (isAnswered && context.Response.Stream is not null && fate == Fate.Stream && context.Exchange.TryWriteNextMessage())
        {
        }

        context.Exchange.End(fate == Fate.StreamThatStops ? QueryEnd.ClientGone : QueryEnd.Answered);
        context.Exchange.Reset();

        // Nothing is left to end: the second life of the context begins with a sink of the test's.
        context.Exchange.Begin(ends);
        context.Exchange.Reset();
        Assert.Equal(1, ends.Count);

        QueryEnd expected = ExpectedEnd(fate);
        Assert.Equal(expected is not (QueryEnd.Dropped or QueryEnd.Ignored), isAnswered);
        bool isObserved = expected is not (QueryEnd.Malformed or QueryEnd.Ignored);
        IReadOnlyList<QueryEnd> seen = recorder.EndsOf(id);
        Assert.Equal(seen.Count, recorder.Received.Count(received => received == id));
        Assert.Equal(isObserved ? 1 : 0, seen.Count(end => end == expected));
        Assert.Equal(fate is Fate.AskAnother or Fate.AskAnotherThatThrows ? 2 : isObserved ? 1 : 0, seen.Count);
        recorder.Fates.TryAdd(fate, value: true);
    }

    private static int Write(Query context, Fate fate, bool waits, ushort id)
    {
        string name = $"{fate}.{(waits ? "wait" : "now")}.{(fate == Fate.NoZone ? "example" : "test")}.";
        Span<byte> message = context.Exchange.RequestBuffer;
        int length = ServerKit.WriteQuery(message, name, RecordType.A);
        message[0] = (byte)(id >> 8);
        message[1] = (byte)id;
        switch (fate)
        {
            case Fate.OtherClass:
                message[length - 1] = 3;
                break;
            case Fate.BadFormat:
                message[5] = 2;
                break;
            case Fate.BadOpcode:
                message[2] |= 5 << 3;
                break;
            case Fate.BadVersion:
                message[11] = 1;
                ReadOnlySpan<byte> opt = [0, 0, 41, 4, 208, 0, 1, 0, 0, 0, 0];
                opt.CopyTo(message[length..]);
                length += opt.Length;
                break;
            case Fate.Response:
                message[2] |= 0x80;
                break;
        }

        return length;
    }

    /// <summary>Does to a query what the first label of its name says.</summary>
    private sealed class Link() : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "test";

        public override ValueTask ServeAsync(Query context)
        {
            Fate fate = Enum.Parse<Fate>(DomainName.ToText(context.Name).Split('.')[0], ignoreCase: true);
            bool waits = context.GetLabel(1).SequenceEqual("wait"u8);
            int yields = waits ? 1 + (context.Header.Id % 3) : 0;
            return waits || fate is Fate.AskAnother or Fate.AskAnotherThatThrows ? WaitAsync(context, fate, yields) : Do(context, fate);
        }

        private static async ValueTask WaitAsync(Query context, Fate fate, int yields)
        {
            for (int i = 0; i < yields; i++)
            {
                await Task.Yield();
            }

            if (fate is Fate.AskAnother or Fate.AskAnotherThatThrows)
            {
                string name = $"{(fate == Fate.AskAnother ? Fate.Drop : Fate.Throw)}.{(yields > 0 ? "wait" : "now")}.test.";
                await context.Exchange.Router!.RouteAsync(InternalQuery.TryCreate(context, DomainName.Parse(name), RecordType.A)!);
            }

            await Do(context, fate);
        }

        private static ValueTask Do(Query context, Fate fate)
        {
            Response response = context.Response;
            switch (fate)
            {
                case Fate.Fail:
                    response.Fail("test", ResponseCode.ServFail, "why");
                    break;
                case Fate.Drop:
                    response.Drop("test");
                    break;
                case Fate.SayNothing:
                    break;
                case Fate.Throw:
                    throw new InvalidOperationException("broken");
                case Fate.AddBrokenRecord:
                    response.Answer("test");
                    response.TryAdd(ResponseSection.Answer, RecordType.A, 5, [1, 2, 3, 4], offset: 2, length: 4);
                    break;
                case Fate.Stream or Fate.StreamThatStops:
                    response.Answer("test");
                    response.Stream = new TwoMoreMessages();
                    break;
                default:
                    response.Answer("test");
                    break;
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class TwoMoreMessages : ResponseStream
    {
        private int _left = 2;

        public override bool TryFill(Response response) => _left-- > 0;
    }

    private sealed class Recorder : IQueryObserver
    {
        private readonly Lock _lock = new();
        private readonly List<(int Id, QueryEnd End)> _ends = [];
        private readonly Dictionary<int, List<QueryEnd>> _endsById = [];

        public System.Collections.Concurrent.ConcurrentDictionary<Fate, bool> Fates { get; } = new();

        public List<(int Id, QueryEnd End)> Ends
        {
            get
            {
                lock (_lock)
                {
                    return [.. _ends];
                }
            }
        }

        public IReadOnlyList<QueryEnd> EndsOf(int id)
        {
            lock (_lock)
            {
                return _endsById.TryGetValue(id, out List<QueryEnd>? ends) ? [.. ends] : [];
            }
        }

        public List<int> Received { get; } = [];

        public List<(QueryEnd End, byte[] Message)> Messages { get; } = [];

        public void OnReceived(Query query)
        {
            Assert.False(query.Request.IsEmpty);
            Assert.Equal(ResponseStatus.None, query.Response.Status);
            lock (_lock)
            {
                Received.Add(query.Header.Id);
            }
        }

        public void OnEnd(Query query, QueryEnd outcome)
        {
            lock (_lock)
            {
                Messages.Add((outcome, query.ResponseMessage.ToArray()));
                _ends.Add((query.Header.Id, outcome));
                _endsById.TryAdd(query.Header.Id, []);
                _endsById[query.Header.Id].Add(outcome);
            }
        }
    }

    private sealed class BrokenSeal : IResponseSeal
    {
        public int Reserve(Query query) => 0;

        public int Seal(Query query, Span<byte> message, int length) => throw new InvalidOperationException("broken seal");
    }

    private sealed class BrokenObserver : IQueryObserver
    {
        public void OnReceived(Query query) => throw new InvalidOperationException("broken observer");

        public void OnEnd(Query query, QueryEnd outcome) => throw new InvalidOperationException("broken observer");
    }

    private sealed class CountingSink : IQueryEndSink
    {
        public int Count { get; private set; }

        public void OnEnd(Query query, QueryEnd outcome) => Count++;
    }
}
