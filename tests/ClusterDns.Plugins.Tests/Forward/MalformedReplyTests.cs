using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Forward;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Forward;

/// <summary>Upstreams that send what cannot be read.</summary>
public class MalformedReplyTests
{
    private const string First = "192.0.2.1:53";
    private const string Second = "192.0.2.2:53";
    private const string Third = "192.0.2.3:53";

    private readonly FakeUpstreams _upstreams = new();

    [Theory]
    [InlineData(ResponseSection.Answer)]
    [InlineData(ResponseSection.Authority)]
    public void Malformed_answer_or_authority_section_is_asked_for_at_one_other_upstream(ResponseSection section)
    {
        _upstreams.RepliesWith(First, Message(section));
        _upstreams.Answers(Second);
        PluginKit kit = Create("forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n policy sequential\n}");

        Assert.Equal("NOERROR\nAnswer: www.example. 300 A 192.0.2.1", kit.Ask("www.example."));
        Assert.Equal([$"{First} Udp", $"{Second} Udp"], _upstreams.Asked);
        Assert.Equal(1, Malformed(kit, First, section == ResponseSection.Answer ? "answer" : "authority"));
    }

    [Fact]
    public void Two_malformed_replies_are_SERVFAIL_whatever_else_there_is_to_ask()
    {
        _upstreams.RepliesWith(First, Message(ResponseSection.Answer));
        _upstreams.RepliesWith(Second, Message(ResponseSection.Answer));
        _upstreams.Answers(Third);
        PluginKit kit = Create("forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n policy sequential\n}");

        Response response = kit.Serve("www.example.").Response;

        Assert.Equal((ResponseStatus.Answered, ResponseCode.ServFail), (response.Status, response.Code));
        Assert.Equal("the upstream's reply is malformed", System.Text.Encoding.UTF8.GetString(response.ExtendedErrorText));
        Assert.Equal((0, false), (response.Answers.Count, response.Truncated));
        Assert.Equal([$"{First} Udp", $"{Second} Udp"], _upstreams.Asked);
    }

    [Fact]
    public void Other_upstream_that_does_not_answer_is_not_followed_by_a_third()
    {
        _upstreams.RepliesWith(First, Message(ResponseSection.Answer));
        _upstreams.Fails(Second);
        PluginKit kit = Create("forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n policy sequential\n max_fails 0\n}");

        Assert.Equal("SERVFAIL", kit.Ask("www.example."));
        Assert.Equal([$"{First} Udp", $"{Second} Udp"], _upstreams.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" {\n force_tcp\n}")]
    public void Only_upstream_that_sends_a_malformed_reply_is_asked_once(string options)
    {
        _upstreams.RepliesWith(First, Message(ResponseSection.Answer));

        Assert.Equal("SERVFAIL", Create("forward . 192.0.2.1" + options).Ask("www.example."));
        Assert.Single(_upstreams.Asked);
    }

    [Fact]
    public void Malformed_additional_section_is_dropped_and_the_answer_is_not()
    {
        _upstreams.RepliesWith(First, Message(ResponseSection.Additional));
        PluginKit kit = Create("forward . 192.0.2.1");

        Assert.Equal("NOERROR\nAnswer: www.example. 300 A 192.0.2.9", kit.Ask("www.example."));
        Assert.Equal(1, Malformed(kit, First, "additional"));
    }

    [Fact]
    public void Malformed_replies_of_an_upstream_are_logged_once_a_minute()
    {
        _upstreams.RepliesWith(First, Message(ResponseSection.Answer));
        PluginKit kit = Create("forward . 192.0.2.1");

        kit.Ask("www.example.");
        kit.Ask("www.example.");
        Assert.Contains(First, Assert.Single(kit.Log), StringComparison.Ordinal);

        kit.Time.Advance(TimeSpan.FromMinutes(1));
        kit.Ask("www.example.");
        Assert.Equal(2, kit.Log.Count);
        Assert.Equal(3, Malformed(kit, First, "answer"));
    }

    /// <summary>A reply with an address, and with one of 3 octets in a section.</summary>
    private static byte[] Message(ResponseSection malformed)
    {
        byte[] message = new byte[512];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader
        {
            Flags = HeaderFlags.Response,
            QuestionCount = 1,
            AnswerCount = malformed == ResponseSection.Answer ? (ushort)2 : (ushort)1,
            AuthorityCount = malformed == ResponseSection.Authority ? (ushort)1 : (ushort)0,
            AdditionalCount = malformed == ResponseSection.Additional ? (ushort)1 : (ushort)0,
        });
        writer.TryWriteQuestion(DomainName.Parse("www.example."), RecordType.A, RecordClass.IN);
        writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.A, RecordClass.IN, 300, [192, 0, 2, 9]);
        writer.TryWriteRecordWithOwnerAt(DnsHeader.Length, RecordType.A, RecordClass.IN, 300, [192, 0, 2]);
        return message[..writer.Length];
    }

    private static long Malformed(PluginKit kit, string to, string section) => kit.Metrics
        .Counters("clusterdns_upstream_malformed_replies_total", "Counter of upstream replies with a malformed section.", "to", "section")
        .With(to, section).Value;

    private PluginKit Create(string text) => new(new ForwardPlugin(), text, upstreams: _upstreams);
}
