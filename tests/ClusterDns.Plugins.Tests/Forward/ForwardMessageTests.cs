using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

/// <summary>What passes between client and upstream beside the records.</summary>
public class ForwardMessageTests
{
    private const string First = "192.0.2.1:53";
    private const string Second = "192.0.2.2:53";
    private const ushort Blocked = 15;

    private readonly FakeUpstreams _upstreams = new();

    [Fact]
    public void AnExtendedCodeAndErrorPassToTheClient()
    {
        _upstreams.RepliesWith(First, Message(ResponseCode.BadCookie, "no cookie"));
        PluginKit kit = Create("forward . 192.0.2.1");
        Query query = kit.CreateContext("www.example.", udpSize: 1232);

        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        query.Exchange.WriteResponse();
        Assert.Equal(Message(ResponseCode.BadCookie, "no cookie")[12..], query.Exchange.ResponseMessage[12..].ToArray());
        Assert.Equal((int)ResponseCode.BadCookie & 15, query.Exchange.ResponseMessage[3] & 15);
    }

    [Fact]
    public void AnExtendedCodeIsCountedUnderItsName()
    {
        _upstreams.RepliesWith(First, Message(ResponseCode.BadVers, ""));
        PluginKit kit = Create("forward . 192.0.2.1");

        kit.Ask("www.example.");
        Assert.Equal(1, Responses(kit, "BADVERS"));

        // One that nobody has assigned does not stand in the way.
        _upstreams.RepliesWith(First, Message((ResponseCode)4095, ""));
        kit.Ask("www.example.");
        Assert.Equal(1, Responses(kit, "RCODE4095"));
        Assert.Equal(0, Responses(kit, "NOERROR"));
    }

    [Fact]
    public void AnExtendedCodeMayBeOneToFailOverWith()
    {
        _upstreams.RepliesWith(First, Message(ResponseCode.BadCookie, "no cookie"));
        _upstreams.Answers(Second);

        Query query = Create("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n failover BADCOOKIE\n}").Serve("www.example.");

        Assert.Equal(ResponseCode.NoError, query.Response.Code);
        Assert.Null(query.Response.ExtendedErrorCode);
    }

    [Fact]
    public void NothingOfAnAnswerIsLeftWhenTheNextUpstreamFails()
    {
        _upstreams.RepliesWith(First, Message(ResponseCode.ServFail, "no luck", HeaderFlags.RecursionAvailable | HeaderFlags.AuthenticData));
        _upstreams.Fails(Second);

        Response response = Create("forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n max_fails 0\n max_connect_attempts 1\n failover SERVFAIL\n}")
            .Serve("www.example.").Response;

        Assert.Equal(ResponseStatus.Failed, response.Status);
        Assert.Null(response.ExtendedErrorCode);
        Assert.Equal((false, false), (response.RecursionAvailable, response.AuthenticData));
    }

    [Theory]
    [InlineData(HeaderFlags.AuthenticData)]
    [InlineData(HeaderFlags.CheckingDisabled)]
    [InlineData(HeaderFlags.None)]
    public void FlagsOfTheQueryReachTheUpstreamAndADOfTheAnswerTheClient(HeaderFlags flags)
    {
        _upstreams.RepliesWith(First, Message(ResponseCode.NoError, "", HeaderFlags.AuthenticData));
        PluginKit kit = Create("forward . 192.0.2.1");
        Query query = kit.CreateContext("www.example.", flags: flags);

        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        Assert.Equal((int)flags & 0x30, _upstreams.LastQuery[3] & 0x30);
        Assert.True(query.Response.AuthenticData);
    }

    [Fact]
    public void AnAnswerWithoutADIsNotAuthentic()
    {
        _upstreams.Answers(First);

        Assert.False(Create("forward . 192.0.2.1").Serve("www.example.").Response.AuthenticData);
    }

    [Fact]
    public void ADatagramThatWasCutOffIsATruncatedAnswerAndOverTCPItIsNone()
    {
        byte[] cut = Message(ResponseCode.NoError, "text", HeaderFlags.Truncated)[..^1];
        cut[7] = 1;
        cut[11] = 0;
        _upstreams.RepliesWith(First, cut);

        Query query = Create("forward . 192.0.2.1").Serve("www.example.");
        Assert.Equal((ResponseCode.NoError, true, 0), (query.Response.Code, query.Response.Truncated, query.Response.Additional.Count));

        Assert.Equal("SERVFAIL", Create("forward . 192.0.2.1 {\n force_tcp\n max_fails 0\n}").Ask("www.example."));
    }

    /// <summary>A reply without records but OPT.</summary>
    private static byte[] Message(ResponseCode code, string text, HeaderFlags flags = HeaderFlags.None)
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Flags = HeaderFlags.Response | flags,
            ResponseCode = (ResponseCode)((int)code & 15),
            QuestionCount = 1,
            AdditionalCount = 1,
        });
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.A, RecordClass.IN);
        byte[] options = text.Length == 0
            ? []
            : [0, 15, 0, (byte)(text.Length + 2), 0, (byte)Blocked, .. System.Text.Encoding.UTF8.GetBytes(text)];
        byte[] opt = [0, 0, 41, 1232 >> 8, 1232 & 255, (byte)((int)code >> 4), 0, 0, 0, 0, (byte)options.Length, .. options];
        opt.CopyTo(message, writer.Length);
        return message[..(writer.Length + opt.Length)];
    }

    private static long Responses(PluginKit kit, string code) => kit.Metrics
        .Counters("coredns_forward_responses_total", "Counter of responses received per upstream.", "to", "rcode")
        .With(First, code).Value;

    private PluginKit Create(string text) => new(new ForwardPlugin(), text, upstreams: _upstreams);
}
