using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

public class InternalQueryTests
{
    private static readonly byte[] Target = DomainName.Parse("Target.example.");

    private readonly Query _client = new Exchange().Query;

    [Fact]
    public void ItAsksInTheClientsName()
    {
        Messages.Accept(_client, Messages.QueryWithEdns("www.example", RecordType.A, 1400, dnssecOk: true));

        Query query = InternalQuery.TryCreate(_client, Target, RecordType.AAAA)!;

        Assert.Equal(Target, query.QuestionName);
        Assert.Equal(RecordType.AAAA, query.Type);
        Assert.Equal(RecordClass.IN, query.Class);
        Assert.Equal(1400, query.UdpSize);
        Assert.True(query.DnssecOk);
        Assert.True(query.Header.Flags.HasFlag(HeaderFlags.RecursionDesired));
        Assert.Equal(_client.Remote, query.Remote);
        Assert.Equal(1, query.Depth);
    }

    [Fact]
    public void ItHasNoEdnsWhereTheClientHasNone()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));

        Assert.False(InternalQuery.TryCreate(_client, Target, RecordType.A)!.HasEdns);
    }

    [Fact]
    public void QuestionsWithinQuestionsEnd()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query? deepest = _client;
        for (int depth = 0; depth < InternalQuery.MaxDepth; depth++)
        {
            deepest = InternalQuery.TryCreate(deepest!, Target, RecordType.A);
            Assert.NotNull(deepest);
        }

        Assert.Null(InternalQuery.TryCreate(deepest!, Target, RecordType.A));
    }

    [Fact]
    public void AllQuestionsOfAClientAreCountedTogether()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query child = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        for (int i = 1; i < InternalQuery.MaxPerQuery; i++)
        {
            Assert.NotNull(InternalQuery.TryCreate(i % 2 == 0 ? _client : child, Target, RecordType.A));
        }

        Assert.Null(InternalQuery.TryCreate(_client, Target, RecordType.A));
        Assert.Null(InternalQuery.TryCreate(child, Target, RecordType.A));

        _client.Exchange.Reset();
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Assert.NotNull(InternalQuery.TryCreate(_client, Target, RecordType.A));
    }

    [Fact]
    public void ItIsTakenBackWithTheClientsQuery()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        Query nested = InternalQuery.TryCreate(query, Target, RecordType.A)!;
        ReleaseProbe reset = ReleaseProbe.On(query);
        ReleaseProbe nestedReset = ReleaseProbe.On(nested);

        _client.Exchange.Reset();

        Assert.True(reset.IsReleased);
        Assert.True(nestedReset.IsReleased);
    }

    [Fact]
    public void ItsRecordsKeepTheirOwnerInTheClientsResponse()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        query.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);

        _client.Response.Answer("test");
        Assert.True(_client.Response.Answers.TryAppend(query, ResponseSection.Answer));

        Assert.Equal(Target, _client.Response.Answers.Span[0].Owner);
    }

    [Fact]
    public async Task A_question_in_flight_survives_the_end_of_its_parent()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        WaitingLink link = new();
        ValueTask served = new AskingLink(link).AskAsync(query);
        ReleaseProbe reset = ReleaseProbe.On(query);
        Assert.False(query.IsAbandoned);

        _client.Exchange.Reset();
        Messages.Accept(_client, Messages.Query("other.example", RecordType.A));

        Assert.True(query.IsAbandoned);
        Assert.False(reset.IsReleased);
        Assert.Equal(Target, query.QuestionName);
        Assert.NotSame(query, InternalQuery.TryCreate(_client, Target, RecordType.AAAA));
        Assert.False(query.TryBeginWait());
        Assert.Null(InternalQuery.TryCreate(query, Target, RecordType.A));

        link.Continue();
        await served;
        Assert.True(reset.IsReleased);
    }

    [Fact]
    public async Task A_question_whose_chain_throws_after_its_parent_is_taken_back_too()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        WaitingLink link = new();
        Task served = new AskingLink(link).AskAsync(query).AsTask();
        ReleaseProbe reset = ReleaseProbe.On(query);
        _client.Exchange.Reset();

        link.Fail(new InvalidOperationException("broken"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => served);
        Assert.True(reset.IsReleased);
    }

    [Fact]
    public async Task A_nested_question_in_flight_outlives_the_client_and_the_question_it_was_asked_for()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;
        Query nested = InternalQuery.TryCreate(query, Target, RecordType.AAAA)!;
        WaitingLink link = new();
        ValueTask served = new AskingLink(link).AskAsync(nested);
        ReleaseProbe reset = ReleaseProbe.On(nested);
        ReleaseProbe outerReset = ReleaseProbe.On(query);

        _client.Exchange.Reset();

        Assert.True(outerReset.IsReleased);
        Assert.False(reset.IsReleased);
        link.Continue();
        await served;
        Assert.True(reset.IsReleased);
    }

    [Fact]
    public void A_question_is_abandoned_with_the_clients_query()
    {
        Messages.Accept(_client, Messages.Query("www.example", RecordType.A));
        Query query = InternalQuery.TryCreate(_client, Target, RecordType.A)!;

        _client.Exchange.Abandon();

        Assert.True(query.IsAbandoned);
        _client.Exchange.Reset();
        Assert.False(_client.IsAbandoned);
    }

    [Fact]
    public void AskingAllocatesNothing()
    {
        byte[] message = Messages.Query("www.example", RecordType.A);

        Assert.Equal(0, Allocations.Count(Ask));

        void Ask()
        {
            _client.Exchange.Reset();
            Messages.Accept(_client, message);
            _ = InternalQuery.TryCreate(_client, Target, RecordType.A);
        }
    }

    private sealed class AskingLink(PluginHandler next) : PluginHandler(next)
    {
        public override string Name => "asking";

        public override ValueTask ServeAsync(Query context) => NextAsync(context);

        public ValueTask AskAsync(Query query) => AskNextAsync(query);
    }
}
