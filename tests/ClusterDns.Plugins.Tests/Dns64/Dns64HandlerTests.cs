using System.Buffers.Binary;
using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Dns64;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Dns64;

public sealed class Dns64HandlerTests
{
    private const string Client = "[2001:db8::1]:5300";
    private const string Translated = "NOERROR\nAnswer: www.example. 60 AAAA 64:ff9b::c000:201";
    private const string OwnAddress = "NOERROR\nAnswer: www.example. 60 AAAA 2001:db8::2";

    private static readonly byte[] Alias = DomainName.Parse("alias.example.");

    private readonly List<RecordType> _asked = [];
    private Action<Response> _a = static response => AddAddress(response, 60);
    private Action<Response> _aaaa = static response => response.Answer("next");

    [Fact]
    public void ANameWithoutAaaaGetsItsAddressesEmbedded()
    {
        _a = static response =>
        {
            AddAddress(response, 60);
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 2]);
            response.TryAddCopy(ResponseSection.Authority, default, RecordType.NS, 60, Alias);
            response.TryAddCopy(ResponseSection.Additional, Alias, RecordType.A, 60, [192, 0, 2, 3]);
        };

        Assert.Equal(
            Translated + "\nAnswer: www.example. 60 AAAA 64:ff9b::c000:202\nAuthority: www.example. 60 NS alias.example.\nAdditional: alias.example. 60 A 192.0.2.3",
            Ask());
        Assert.Equal([RecordType.AAAA, RecordType.A], _asked);
    }

    [Fact]
    public void AliasesAndOtherRecordsStay()
    {
        _a = static response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 30, Alias);
            response.TryAddCopy(ResponseSection.Answer, Alias, RecordType.A, 60, [192, 0, 2, 1]);
        };
        _aaaa = static response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.CNAME, 30, Alias);
        };

        Assert.Equal("NOERROR\nAnswer: www.example. 30 CNAME alias.example.\nAnswer: alias.example. 60 AAAA 64:ff9b::c000:201", Ask());
    }

    [Fact]
    public void ARecordInAMessageOfAnUpstreamKeepsItsOwner()
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader { Flags = HeaderFlags.Response | HeaderFlags.RecursionAvailable, QuestionCount = 1, AnswerCount = 2 });
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.A, RecordClass.IN);
        writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.CNAME, RecordClass.IN, 60, Alias);
        writer.TryWriteRecord(Alias, RecordType.A, RecordClass.IN, 60, [192, 0, 2, 1]);
        int length = writer.Length;
        _a = response =>
        {
            Assert.True(response.TryLoadMessage(message, length, default));
            response.Answer("forward", response.Code, response.Authoritative);
        };

        PluginKit kit = Create("dns64");
        Query context = kit.Serve("www.example.", RecordType.AAAA, client: Client);
        context.WriteResponse();
        Query reader = new();

        Assert.True(reader.Response.TryLoadMessage(context.ResponseMessage.ToArray(), context.ResponseLength, default));
        ResponseRecord last = reader.Response.Answers.Span[1];
        Assert.Equal("alias.example. 60 AAAA 64:ff9b::c000:201", PluginKit.Format(reader, last));
        Assert.True(context.Response.RecursionAvailable);
        Assert.False(context.Response.Authoritative);
    }

    [Theory]
    [InlineData(60, 300, 60)]
    [InlineData(3600, 300, 300)]
    [InlineData(3600, null, 600)]
    [InlineData(60, null, 60)]
    public void ASynthesizedRecordLivesNoLongerThanTheLackOfAaaa(int ofAddress, int? ofSoa, int expected)
    {
        _a = response => AddAddress(response, (uint)ofAddress);
        _aaaa = response =>
        {
            response.Answer("next");
            if (ofSoa is { } seconds)
            {
                response.TryAddCopy(ResponseSection.Authority, default, RecordType.SOA, (uint)seconds, new byte[22]);
            }
        };

        Assert.Equal($"NOERROR\nAnswer: www.example. {expected} AAAA 64:ff9b::c000:201", Ask());
    }

    [Theory]
    [InlineData("dns64", "192.0.2.9:5300", false)]
    [InlineData("dns64", Client, true)]
    [InlineData("dns64 {\n allow_ipv4\n}", "192.0.2.9:5300", true)]
    public void ClientsThatAskOverIPv4NeedAllowIPv4(string text, string client, bool isTranslated)
        => Assert.Equal(isTranslated ? Translated : "NOERROR", Create(text).Ask("www.example.", RecordType.AAAA, client: client));

    [Theory]
    [InlineData(RecordType.A, RecordClass.IN)]
    [InlineData(RecordType.ANY, RecordClass.IN)]
    [InlineData(RecordType.PTR, RecordClass.IN)]
    [InlineData(RecordType.AAAA, RecordClass.CH)]
    public void OtherQueriesPass(RecordType type, RecordClass recordClass)
    {
        Create("dns64").Ask("www.example.", type, recordClass, client: Client);

        Assert.Equal([type], _asked);
    }

    [Fact]
    public void ANameWithAaaaKeepsItUnlessAllAreTranslated()
    {
        _aaaa = AddOwnAddress;

        Assert.Equal(OwnAddress, Ask());
        Assert.Equal([RecordType.AAAA], _asked);
        Assert.Equal(Translated, Ask("dns64 {\n translate_all\n}"));
    }

    [Fact]
    public void ANameWithAaaaAloneKeepsItWhereAllAreTranslated()
    {
        _aaaa = AddOwnAddress;
        _a = static response => response.Answer("next");

        Assert.Equal(OwnAddress, Ask("dns64 {\n translate_all\n}"));
    }

    [Theory]
    [InlineData(ResponseCode.NXDomain, "NXDOMAIN")]
    [InlineData(ResponseCode.ServFail, Translated)]
    [InlineData(ResponseCode.Refused, Translated)]
    [InlineData(ResponseCode.NotImp, Translated)]
    public void EveryErrorButThatOfTheNameCountsAsNoAaaa(ResponseCode code, string expected)
    {
        _aaaa = response => response.Answer("next", code);

        Assert.Equal(expected, Ask());
    }

    [Fact]
    public void WhatALinkFailsToFindIsNotAskedAgain()
    {
        _aaaa = static response => response.Fail("next", ResponseCode.ServFail, "why");

        Assert.Equal("SERVFAIL", Ask());
        Assert.Equal([RecordType.AAAA], _asked);
    }

    [Fact]
    public void WithoutAddressesTheAnswerToTheAQueryIsTheAnswer()
    {
        _a = static response =>
        {
            response.Answer("next", ResponseCode.ServFail);
            response.SetExtendedError(22, "no way"u8.ToArray());
        };
        Query context = Create("dns64").Serve("www.example.", RecordType.AAAA, client: Client);

        Assert.Equal(ResponseCode.ServFail, context.Response.Code);
        Assert.Equal((ushort)22, context.Response.ExtendedErrorCode);
    }

    [Fact]
    public void AFailureOfTheAQueryIsTheAnswerWithItsReason()
    {
        _a = static response =>
        {
            response.Fail("forward", ResponseCode.ServFail, "no healthy proxies");
            response.SetExtendedError(23, "no answer"u8.ToArray());
        };
        PluginKit kit = Create("dns64");
        Response response = kit.Serve("www.example.", RecordType.AAAA, client: Client).Response;

        Assert.Equal((ResponseStatus.Failed, ResponseCode.ServFail), (response.Status, response.Code));
        Assert.Equal(("forward", "no healthy proxies", (ushort?)23), (response.Plugin, response.Failure, response.ExtendedErrorCode));
        Assert.Equal(0, Count(kit));
    }

    [Fact]
    public void ADroppedAQueryLeavesTheAnswerAsItWas()
    {
        _a = static response => response.Drop("next");

        Assert.Equal("NOERROR", Ask());
    }

    [Fact]
    public void FlagsAreThoseOfTheAQueryButNothingSynthesizedIsAuthentic()
    {
        _a = static response =>
        {
            AddAddress(response, 60);
            response.Truncated = true;
            response.AuthenticData = true;
            response.RecursionAvailable = true;
        };
        _aaaa = static response =>
        {
            response.Answer("next", authoritative: false);
            response.AuthenticData = true;
        };
        Response response = Create("dns64").Serve("www.example.", RecordType.AAAA, client: Client).Response;

        Assert.Equal((true, true, true, false), (response.Truncated, response.RecursionAvailable, response.Authoritative, response.AuthenticData));
        Assert.Equal("dns64", response.Plugin);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void ClientsThatValidateThemselvesGetWhatThereIs(bool dnssecOk, bool checkingDisabled, bool isTranslated)
    {
        PluginKit kit = Create("dns64");
        Query context = new();
        Accept(context, CreateQuery(dnssecOk, checkingDisabled));

        AssertCompleted(kit.Handler.ServeAsync(context));

        Assert.Equal(isTranslated ? 1 : 0, context.Response.Answers.Count);
        Assert.Equal(isTranslated ? 2 : 1, _asked.Count);
    }

    [Fact]
    public void ATranslationIsCounted()
    {
        PluginKit kit = Create("dns64");
        kit.Ask("www.example.", RecordType.AAAA, client: Client);
        kit.Ask("www.example.", RecordType.A, client: Client);
        kit.Ask("www.example.", RecordType.AAAA, client: Client);

        Assert.Equal(2, Count(kit));
    }

    [Fact]
    public void TheAQueryHasTheMetadataOfTheClients()
    {
        MetadataTable table = new([]);
        MetadataTable? seen = null;
        PluginKit kit = new(new Dns64Plugin(), "dns64", context =>
        {
            seen = context.Type == RecordType.A ? context.Metadata : null;
            context.Metadata = table;
            context.Response.Answer("next");
        });
        kit.Ask("www.example.", RecordType.AAAA, client: Client);

        Assert.Same(table, seen);
    }

    [Fact]
    public async Task ItWaitsForBothQueries()
    {
        WaitingLink below = new();
        PluginHandler handler = Create("dns64").Build.Links[0](below);
        Query context = new();
        Accept(context, CreateQuery(dnssecOk: false, checkingDisabled: false));
        Task served = handler.ServeAsync(context).AsTask();

        await below.AnswerAsync(_aaaa);
        Assert.False(served.IsCompleted);
        await below.AnswerAsync(_a);
        await served;

        Assert.Equal("www.example. 60 AAAA 64:ff9b::c000:201", PluginKit.Format(context, context.Response.Answers.Span[0]));
    }

    [Fact]
    public void TranslatingAllocatesNothing()
    {
        PluginKit kit = new(new Dns64Plugin(), "dns64", static context =>
        {
            context.Response.Answer("next");
            for (byte i = 0; i < 20 && context.Type == RecordType.A; i++)
            {
                context.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, i]);
            }
        });
        Query context = new();
        byte[] query = CreateQuery(dnssecOk: false, checkingDisabled: false);

        Assert.Equal(0, Allocations.Count(Serve));
        Assert.Equal(20, context.Response.Answers.Count);

        void Serve()
        {
            Accept(context, query);
            AssertCompleted(kit.Handler.ServeAsync(context));
            context.WriteResponse();
        }
    }

    private static void AssertCompleted(ValueTask served) => Assert.True(served.IsCompletedSuccessfully);

    private static long Count(PluginKit kit)
        => kit.Metrics.Counters("coredns_dns64_requests_translated_total", "Counter of DNS requests translated by dns64.", "server").With("").Value;

    private static void AddAddress(Response response, uint seconds)
    {
        response.Answer("next");
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, seconds, [192, 0, 2, 1]);
    }

    private static void AddOwnAddress(Response response)
    {
        response.Answer("next");
        response.TryAddCopy(ResponseSection.Answer, default, RecordType.AAAA, 60, IPAddress.Parse("2001:db8::2").GetAddressBytes());
    }

    private static byte[] CreateQuery(bool dnssecOk, bool checkingDisabled)
    {
        byte[] message = new byte[64];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Flags = HeaderFlags.RecursionDesired | (checkingDisabled ? HeaderFlags.CheckingDisabled : HeaderFlags.None),
            QuestionCount = 1,
            AdditionalCount = 1,
        });
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.AAAA, RecordClass.IN);
        int length = writer.Length;
        byte[] opt = [0, 0, (byte)RecordType.OPT, 4, 208, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(opt.AsSpan(7), dnssecOk ? (ushort)0x8000 : (ushort)0);
        opt.CopyTo(message, length);
        return message[..(length + opt.Length)];
    }

    private static void Accept(Query context, byte[] query)
    {
        context.Reset();
        query.CopyTo(context.RequestBuffer, 0);
        NetworkEndpoint client = NetworkEndpoint.FromIPv6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 5300);
        QueryVerdict verdict = context.Accept(query.Length, TransportProtocol.Udp, in client, in client, 0);
        Assert.True(verdict == QueryVerdict.Serve);
    }

    private string Ask(string text = "dns64") => Create(text).Ask("www.example.", RecordType.AAAA, client: Client);

    private PluginKit Create(string text) => new(new Dns64Plugin(), text, context =>
    {
        _asked.Add(context.Type);
        (context.Type == RecordType.AAAA ? _aaaa : _a)(context.Response);
    });
}
