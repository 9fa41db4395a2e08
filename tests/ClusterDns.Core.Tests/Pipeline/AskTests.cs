using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.TestKit;

namespace ClusterDns.Core.Tests.Pipeline;

public sealed class AskTests
{
    private static readonly byte[] Other = DomainName.Parse("Db.Shop.Example.");

    private readonly Exchange _exchange = new();

    private Query Query => _exchange.Query;

    [Fact]
    public void Links_below_see_the_question_that_a_link_asks()
    {
        Messages.Accept(Query, Messages.Query("Www.test", RecordType.A));

        Query.Ask(Other, RecordType.AAAA, RecordClass.CH);

        Assert.True(Query.IsRewritten);
        Assert.Equal("db.shop.example.", DomainName.ToText(Query.Name));
        Assert.Equal("Db.Shop.Example.", DomainName.ToText(Query.QuestionName));
        Assert.Equal(3, Query.LabelCount);
        Assert.Equal("shop", Encoding.ASCII.GetString(Query.GetLabel(1)));
        Assert.Equal("example.", DomainName.ToText(Query.Name[Query.GetLabelOffset(2)..]));
        Assert.Equal((RecordType.AAAA, RecordClass.CH), (Query.Type, Query.Class));
        Assert.Equal("Www.test.", DomainName.ToText(Query.AskedName));
        Assert.Equal((RecordType.A, RecordClass.IN), (Query.AskedType, Query.AskedClass));
    }

    [Fact]
    public void Restoring_brings_back_the_clients_question_with_its_labels()
    {
        Messages.Accept(Query, Messages.Query("Www.test", RecordType.A));
        Query.Ask(Other, RecordType.AAAA, RecordClass.CH);

        Query.RestoreAsked();

        Assert.False(Query.IsRewritten);
        Assert.Equal("www.test.", DomainName.ToText(Query.Name));
        Assert.Equal("Www.test.", DomainName.ToText(Query.QuestionName));
        Assert.Equal(2, Query.LabelCount);
        Assert.Equal("test", Encoding.ASCII.GetString(Query.GetLabel(1)));
        Assert.Equal((RecordType.A, RecordClass.IN), (Query.Type, Query.Class));
    }

    [Fact]
    public void A_part_of_the_querys_own_name_can_be_asked()
    {
        Messages.Accept(Query, Messages.Query("A.B.C.test", RecordType.A));

        Query.Ask(Query.QuestionName[2..], Query.Type, Query.Class);
        Assert.Equal("B.C.test.", DomainName.ToText(Query.QuestionName));
        Query.Ask(Query.QuestionName[2..], Query.Type, Query.Class);
        Assert.Equal("C.test.", DomainName.ToText(Query.QuestionName));
        Query.Ask(Query.Name[Query.GetLabelOffset(1)..], Query.Type, Query.Class);
        Assert.Equal("test.", DomainName.ToText(Query.Name));
        Query.Ask(Query.AskedName, Query.Type, Query.Class);
        Assert.Equal("A.B.C.test.", DomainName.ToText(Query.QuestionName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0161")]
    [InlineData("01610001")]
    [InlineData("C00C")]
    public void What_is_not_a_name_is_not_asked(string name)
    {
        Messages.Accept(Query, Messages.Query("www.test", RecordType.A));

        Assert.Throws<ArgumentException>(() => Query.Ask(Convert.FromHexString(name), RecordType.A, RecordClass.IN));
        Assert.False(Query.IsRewritten);
        Assert.Equal("www.test.", DomainName.ToText(Query.Name));
    }

    [Fact]
    public void The_client_gets_its_own_question_although_nobody_restored_it()
    {
        byte[] request = Messages.Query("Www.test", RecordType.A);
        Messages.Accept(Query, request);
        Query.Ask(Other, RecordType.AAAA, RecordClass.CH);
        Query.Response.Answer("test");
        Query.Response.TryAddCopy(ResponseSection.Answer, [], RecordType.A, 60, [192, 0, 2, 1]);

        _exchange.WriteResponse();

        Assert.Equal(request[12..], _exchange.ResponseMessage[12..request.Length].ToArray());
        WireReader reader = new(_exchange.ResponseMessage, request.Length);
        Assert.True(reader.TryReadRecord(out RecordView record));
        Assert.Equal((0xC0, 12), (_exchange.ResponseMessage[request.Length], (int)_exchange.ResponseMessage[request.Length + 1]));
        Assert.Equal(RecordType.A, record.Type);
    }

    [Fact]
    public void Observers_see_the_clients_question_although_nobody_restored_it()
    {
        Messages.Accept(Query, Messages.Query("Www.test", RecordType.A));
        Query.Ask(Other, RecordType.AAAA, RecordClass.CH);
        Sink sink = new();
        _exchange.Begin(sink);

        _exchange.End(QueryEnd.Dropped);

        Assert.Equal("www.test. 1", sink.Seen);
    }

    [Fact]
    public void The_next_query_of_an_exchange_is_its_own()
    {
        Messages.Accept(Query, Messages.Query("www.test", RecordType.A));
        Query.Ask(Other, RecordType.AAAA, RecordClass.CH);

        _exchange.Reset();
        Assert.True(Query.Name.IsEmpty);
        Messages.Accept(Query, Messages.Query("next.test", RecordType.TXT));

        Assert.False(Query.IsRewritten);
        Assert.Equal("next.test.", DomainName.ToText(Query.QuestionName));
        Assert.Equal(RecordType.TXT, Query.Type);
    }

    [Fact]
    public void Asking_and_restoring_allocate_nothing()
    {
        Messages.Accept(Query, Messages.Query("www.test", RecordType.A));

        Assert.Equal(0, Allocations.Count(() =>
        {
            Query.Ask(Other, RecordType.AAAA, RecordClass.IN);
            Query.TryGetRequest(out _);
            Query.RestoreAsked();
        }));
    }

    [Fact]
    public void A_background_query_asks_what_the_links_above_it_left()
    {
        Messages.Accept(Query, Messages.QueryWithEdns("www.test", RecordType.A, 1232));
        Query.Ask(Other, RecordType.AAAA, RecordClass.IN);
        Query.AppendOption(EdnsOptionCode.NameServerIdentifier, []);
        QueryFactory factory = new(
            1, null, new Core.Metrics.MetricRegistry(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        BackgroundQuery background = factory.TryBegin(Query)!;

        Assert.Equal("Db.Shop.Example.", DomainName.ToText(background.Query.AskedName));
        Assert.Equal(RecordType.AAAA, background.Query.Type);
        Assert.True(background.Query.TryGetOption(EdnsOptionCode.NameServerIdentifier, out _));
        background.Release();
    }

    private sealed class Sink : IQueryEndSink
    {
        public string? Seen { get; private set; }

        public void OnEnd(Query query, QueryEnd outcome) => Seen = $"{DomainName.ToText(query.Name)} {(int)query.Type}";
    }
}
