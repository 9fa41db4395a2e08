using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class BackgroundQueryTests
{
    private static readonly byte[] Target = DomainName.Parse("Target.example.");

    private readonly Query _client = new Exchange().Query;
    private readonly MetricRegistry _metrics = new();
    private readonly CountedPlaces _places = new(limit: 100);
    private readonly QueryFactory _factory;

    public BackgroundQueryTests()
    {
        _factory = Create(limit: 2);
        Messages.Accept(_client, Messages.QueryWithEdns("www.example", RecordType.A, 1400, dnssecOk: true));
    }

    private double Running => _metrics.Gauge("clusterdns_background_queries", "").Value;

    [Fact]
    public void It_asks_exactly_what_the_client_asks()
    {
        _client.UdpSize = 1300;
        BackgroundQuery query = _factory.TryBegin(_client)!;

        Assert.Equal(Messages.QueryWithEdns("www.example", RecordType.A, 1300, dnssecOk: true), query.Query.Request.ToArray());
        Assert.Equal(1300, query.Query.UdpSize);
        Assert.Equal(_client.Remote, query.Query.Remote);
        Assert.Equal(0, query.Query.Deadline);
    }

    [Fact]
    public void It_may_ask_for_another_name_with_the_clients_flags()
    {
        BackgroundQuery query = _factory.TryBegin(_client, Target, RecordType.AAAA)!;

        Assert.Equal(Target, query.Query.QuestionName);
        Assert.Equal(RecordType.AAAA, query.Query.Type);
        Assert.True(query.Query.DnssecOk);
        Assert.True(query.Query.Header.Flags.HasFlag(HeaderFlags.RecursionDesired));
    }

    [Fact]
    public void It_goes_on_when_the_client_has_ended_and_ends_once()
    {
        WaitingLink link = new();
        int ended = 0;
        BackgroundQuery query = _factory.TryBegin(_client)!;
        query.Start(link.ServeAsync, (_, _) => ended++);
        query.Release();

        _client.Exchange.Reset();
        Messages.Accept(_client, Messages.Query("other.example", RecordType.TXT));

        Assert.Same(query.Query, link.Query);
        Assert.Equal(RecordType.A, query.Query.Type);
        Assert.False(query.Query.IsAbandoned);
        Assert.Equal(1, Running);
        Assert.Equal(1, _places.Taken);

        link.Continue();

        Assert.Equal(1, ended);
        Assert.Equal(0, Running);
        Assert.Equal(0, _places.Taken);
        Assert.Equal(0, _factory.Count);
    }

    [Fact]
    public void Its_response_lives_until_the_last_query_that_points_into_it_has_ended()
    {
        Query other = new Exchange().Query;
        BackgroundQuery query = _factory.TryBegin(_client)!;
        query.Start(static context =>
        {
            context.Response.Answer("test");
            context.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
            return ValueTask.CompletedTask;
        });
        _client.Hold(query.Share());
        other.Hold(query.Share());
        query.Release();
        ReleaseProbe reset = ReleaseProbe.On(query.Query);

        _client.Exchange.Reset();
        Assert.False(reset.IsReleased);
        Assert.Equal(1, query.Query.Response.Answers.Count);
        Assert.Equal(1, Running);

        other.Exchange.Reset();
        Assert.True(reset.IsReleased);
        Assert.Equal(0, Running);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_exception_is_a_SERVFAIL_and_one_end(bool waits)
    {
        int ended = 0;
        ResponseCode code = ResponseCode.NoError;
        WaitingLink link = new();
        BackgroundQuery query = _factory.TryBegin(_client)!;

        query.Start(
            context => waits ? link.ServeAsync(context) : throw new InvalidOperationException("broken"),
            (background, _) =>
            {
                ended++;
                code = background.Query.Response.Code;
            });
        query.Release();
        if (waits)
        {
            link.Fail(new InvalidOperationException("broken"));
        }

        Assert.Equal(1, ended);
        Assert.Equal(ResponseCode.ServFail, code);
        Assert.Equal(1, _metrics.Counter("coredns_panics_total", "").Value);
        Assert.Equal(0, Running);
    }

    [Fact]
    public void An_asker_that_throws_does_not_keep_the_query()
    {
        BackgroundQuery query = _factory.TryBegin(_client)!;
        query.Start(static _ => ValueTask.CompletedTask, static (_, _) => throw new InvalidOperationException("broken asker"));
        query.Release();

        Assert.Equal(0, Running);
    }

    [Fact]
    public void More_than_the_limit_are_rejected_and_counted()
    {
        BackgroundQuery first = _factory.TryBegin(_client)!;
        Assert.NotNull(_factory.TryBegin(_client));

        Assert.Null(_factory.TryBegin(_client));
        Assert.Equal(1, Rejected("limit"));

        first.Release();
        Assert.NotNull(_factory.TryBegin(_client));
    }

    [Fact]
    public void It_counts_as_a_query_that_waits()
    {
        CountedPlaces places = new(limit: 0);
        QueryFactory factory = new(2, places, _metrics, TimeProvider.System, NullLogger.Instance);

        Assert.Null(factory.TryBegin(_client));
        Assert.Equal(1, Rejected("waiting"));
        Assert.Equal(0, factory.Count);
    }

    [Fact]
    public void Refusal_for_lack_of_a_place_leaves_the_idle_query_for_the_next()
    {
        CountedPlaces places = new(limit: 1);
        QueryFactory factory = new(2, places, _metrics, TimeProvider.System, NullLogger.Instance);
        BackgroundQuery first = factory.TryBegin(_client)!;
        first.Release();

        Assert.True(places.TryEnter(default));
        Assert.Null(factory.TryBegin(_client));
        places.Leave();

        Assert.Same(first, factory.TryBegin(_client));
    }

    [Fact]
    public void One_that_nobody_wants_is_abandoned_with_its_questions()
    {
        BackgroundQuery query = _factory.TryBegin(_client)!;
        Query question = InternalQuery.TryCreate(query.Query, Target, RecordType.A)!;

        query.Abandon();

        Assert.True(query.Query.IsAbandoned);
        Assert.True(question.IsAbandoned);
    }

    [Fact]
    public async Task Draining_waits_for_the_last_and_starts_no_more()
    {
        WaitingLink link = new();
        BackgroundQuery query = _factory.TryBegin(_client)!;
        query.Start(link.ServeAsync);
        query.Release();

        Task drained = _factory.DrainAsync(CancellationToken.None);
        Assert.False(drained.IsCompleted);
        Assert.Null(_factory.TryBegin(_client));
        Assert.Equal(1, Rejected("stopping"));

        link.Continue();
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Draining_ends_at_its_deadline()
    {
        BackgroundQuery query = _factory.TryBegin(_client)!;
        query.Start(new WaitingLink().ServeAsync);

        await _factory.DrainAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, _factory.Count);
    }

    [Fact]
    public void It_allocates_nothing_when_warm()
    {
        Func<Query, ValueTask> serve = static _ => ValueTask.CompletedTask;

        Assert.Equal(0, Allocations.Count(() =>
        {
            BackgroundQuery query = _factory.TryBegin(_client)!;
            query.Start(serve);
            query.Share().Release();
            query.Release();
        }));
    }

    [Fact]
    public void Without_memory_for_a_query_no_waiting_place_is_lost()
    {
        bool hasMemory = false;
        QueryFactory factory = new(limit: 2, _places, _metrics, TimeProvider.System, NullLogger.Instance)
        {
            Create = made => hasMemory ? new BackgroundQuery(made) : throw new InvalidOperationException(),
        };

        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<InvalidOperationException>(() => factory.TryBegin(_client));
        }

        Assert.Equal(0, _places.Taken);
        Assert.Equal(0, factory.Count);
        Assert.Equal(0, Running);
        hasMemory = true;
        Assert.NotNull(factory.TryBegin(_client));
    }

    private double Rejected(string reason) => _metrics.Counters("clusterdns_background_queries_rejected_total", "", "reason").With(reason).Value;

    private QueryFactory Create(int limit) => new(limit, _places, _metrics, TimeProvider.System, NullLogger.Instance);

    private sealed class CountedPlaces(int limit) : IWaitPlaces
    {
        public int Taken { get; private set; }

        public bool TryEnter(in NetworkEndpoint client)
        {
            if (Taken >= limit)
            {
                return false;
            }

            Taken++;
            return true;
        }

        public void Leave() => Taken--;
    }
}
