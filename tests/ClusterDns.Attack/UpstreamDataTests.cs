using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Core.Wire;

namespace ClusterDns.Attack;

/// <summary>Upstreams that send what is wrong.</summary>
public sealed class UpstreamDataTests
{
    private static readonly byte[] Endless = [0xC0, 0xFF];

    public static TheoryData<string> Malformed { get; } =
    [
        "A of 3 octets", "A of 5 octets", "A of none", "AAAA of 15 octets", "AAAA of 17 octets", "CNAME beyond the end", "CNAME to itself", "CNAME with a byte behind",
        "NS of nothing", "MX of 2 octets", "MX without an end", "SRV of 6 octets", "SRV without an end", "PTR beyond the end", "TXT that overruns", "TXT of nothing",
        "SOA that is short", "SOA without names", "rdata beyond the message", "an owner beyond the message", "an owner that points into the header",
        "more records than there are", "a label of type 01", "an owner of 256 octets", "DNAME beyond the end", "CAA of 1 octet", "SVCB that is short", "NAPTR that is short",
        "DS of 3 octets", "RRSIG of 10 octets",
    ];

    /// <summary>One upstream sends what is malformed, the other what is right: the client gets what is right.</summary>
    [AttackTheory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_answer_is_asked_of_another_upstream(string kind)
    {
        using ScriptedPeer bad = Peer(query => Make(kind, query));
        using ScriptedPeer good = Peer(static query => Message.Reply(query, answers: [Message.Record(RecordType.A, 60, 192, 0, 2, 2)]));
        using AttackedServer server = await StartAsync($"{bad.Address} {good.Address}");

        Assert.Equal("NOERROR 192.0.2.2", await server.AskAsync("www.test.", TypeOf(kind)));
        Assert.Equal("NOERROR 192.0.2.2", await server.AskStreamAsync("www2.test.", TypeOf(kind)));
    }

    /// <summary>With no other upstream the client gets SERVFAIL, never a message that it cannot read, and never NOERROR without records.</summary>
    [AttackTheory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_answer_without_another_upstream_is_a_failure(string kind)
    {
        using ScriptedPeer bad = Peer(query => Make(kind, query));
        using AttackedServer server = await StartAsync(bad.Address);

        Assert.Equal("SERVFAIL", await server.AskAsync("www.test.", TypeOf(kind)));
        Assert.Equal("SERVFAIL", await server.AskStreamAsync("www.test.", TypeOf(kind)));
        Assert.Equal("SERVFAIL", await server.AskAsync("www2.test.", TypeOf(kind)));
        server.AssertAlive();
    }

    [AttackFact]
    public async Task A_malformed_additional_section_is_dropped_and_the_answer_stays()
    {
        using ScriptedPeer upstream = Peer(static query => Message.Reply(
            query, answers: [Message.Record(RecordType.A, 60, 192, 0, 2, 1)], additional: [Message.Record(RecordType.A, 60, 1, 2, 3)]));
        using AttackedServer server = await StartAsync(upstream.Address);

        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("www.test."));
        Assert.Equal("NOERROR 192.0.2.1", await server.AskStreamAsync("www.test."));
    }

    [AttackFact]
    public async Task A_type_that_nobody_parses_passes_by_its_length()
    {
        using ScriptedPeer upstream = Peer(static query => Message.Reply(query, answers: [Message.Record((RecordType)65280, 60, 0xC0, 0xFF, 1)]));
        using AttackedServer server = await StartAsync(upstream.Address);

        byte[]? answer = await Client.AskAsync(server.Port, Message.Query("www.test.", (RecordType)65280));

        Assert.Equal("NOERROR TYPE65280", Message.Describe(answer));
        Assert.Equal([0xC0, 0xFF, 1], answer![^3..]);
    }

    [AttackTheory]
    [InlineData("opcode")]
    [InlineData("another ID")]
    [InlineData("another name")]
    [InlineData("another type")]
    [InlineData("another class")]
    [InlineData("no question")]
    [InlineData("a query")]
    [InlineData("short")]
    public async Task A_reply_that_is_none_is_passed_over_for_the_right_one(string kind)
    {
        using ScriptedPeer upstream = new()
        {
            OnDatagram = (query, _) =>
            {
                byte[] wrong = Message.Address(query, 66);
                int end = Message.QuestionEnd(wrong);
                switch (kind)
                {
                    case "opcode":
                        wrong[2] |= 0x10;
                        break;
                    case "another ID":
                        wrong[1] ^= 1;
                        break;
                    case "another name":
                        wrong[14] ^= 3;
                        break;
                    case "another type":
                        wrong[end - 3] = 16;
                        break;
                    case "another class":
                        wrong[end - 1] = 3;
                        break;
                    case "no question":
                        wrong = [.. wrong[..4], 0, 0, .. wrong[6..12], .. wrong[end..]];
                        break;
                    case "a query":
                        wrong[2] &= 0x7F;
                        break;
                    default:
                        wrong = wrong[..11];
                        break;
                }

                return [wrong, Message.Address(query)];
            },
        };
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n errors\n forward . {upstream.Address}\n}}\n");

        Assert.Equal("NOERROR 192.0.2.1", await server.AskAsync("www.test."));
    }

    /// <summary>RFC 8767 section 4: a TTL with its top bit set is a large value, which the cache's maximum bounds.</summary>
    [AttackFact]
    public async Task A_TTL_with_the_top_bit_is_a_large_one()
    {
        using ScriptedPeer upstream = Peer(static query => Message.Reply(query, answers: [Message.Record(RecordType.A, 0x8000_0001, 192, 0, 2, 1)]));
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n cache 300\n forward . {upstream.Address}\n}}\n");

        await server.AskAsync("www.test.");
        byte[]? second = await Client.AskAsync(server.Port, Message.Query("www.test."));

        Assert.InRange(Message.TimeToLiveOf(second!), 290u, 300u);
        Assert.Equal(1, upstream.Datagrams);
    }

    /// <summary>RFC 2308: the lower of the SOA's TTL and its MINIMUM; nothing is kept without an SOA of an enclosing zone.</summary>
    [AttackTheory]
    [InlineData("test.", 30, 600, true)]
    [InlineData("test.", 600, 30, true)]
    [InlineData("other.", 30, 30, false)]
    [InlineData("", 0, 0, false)]
    public async Task A_denial_is_kept_as_its_authority_says(string zone, uint timeToLive, uint minimum, bool isKept)
    {
        using ScriptedPeer upstream = Peer(query => Message.Reply(
            query, ResponseCode.NXDomain, authorities: zone.Length == 0 ? [] : [Message.Authority(zone, timeToLive, minimum)]));
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n cache 300\n forward . {upstream.Address}\n}}\n");

        Assert.Equal("NXDOMAIN", await server.AskAsync("missing.test."));
        byte[]? second = await Client.AskAsync(server.Port, Message.Query("missing.test."));

        Assert.Equal(ResponseCode.NXDomain, Message.CodeOf(second!));
        Assert.Equal(isKept ? 1 : 2, upstream.Datagrams);
        if (isKept)
        {
            Assert.InRange(Message.TimeToLiveOf(second!), 1u, 30u);
        }
    }

    [AttackFact]
    public async Task A_denial_behind_an_alias_is_kept()
    {
        using ScriptedPeer upstream = Peer(static query => Message.Reply(
            query,
            ResponseCode.NXDomain,
            answers: [Message.Record(RecordType.CNAME, 60, DomainName.Parse("gone.test."))],
            authorities: [Message.Authority("test.", 60, 60)]));
        using AttackedServer server = await AttackedServer.StartAsync($".:0 {{\n bind 127.0.0.1\n cache 300\n forward . {upstream.Address}\n}}\n");

        Assert.Equal("NXDOMAIN CNAME", await server.AskAsync("alias.test."));
        Assert.Equal("NXDOMAIN CNAME", await server.AskAsync("alias.test."));

        Assert.Equal(1, upstream.Datagrams);
    }

    /// <summary>A malformed reply is counted and logged, at most once a minute; silence and replies that fit no query are told apart.</summary>
    [AttackFact]
    public async Task What_is_malformed_is_counted_and_logged_once()
    {
        int metrics = FreePort.Find();
        using ScriptedPeer upstream = Peer(static query => Make("A of 3 octets", query));
        using AttackedServer server = await AttackedServer.StartAsync(
            $".:0 {{\n bind 127.0.0.1\n prometheus 127.0.0.1:{metrics}\n forward . {upstream.Address}\n}}\n");
        for (int i = 0; i < 20; i++)
        {
            await server.AskAsync($"n{i}.test.");
        }

        using HttpClient client = new();
        string text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{metrics}/metrics"));
        IEnumerable<string> counters = text.Split('\n').Where(static line => line.StartsWith("clusterdns_upstream_", StringComparison.Ordinal) && line.Contains("malformed", StringComparison.Ordinal));
        Assert.Contains(counters, static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture) >= 20);
        Assert.Single(server.Output.Split('\n'), static line => line.Contains("malformed", StringComparison.OrdinalIgnoreCase) && !line.Contains("plugin/errors", StringComparison.Ordinal));
    }

    private static ScriptedPeer Peer(Func<byte[], byte[]> answer) => new()
    {
        OnDatagram = (query, _) => [answer(query)],
        OnConnection = connection => connection.AnswerAllAsync(answer),
    };

    private static Task<AttackedServer> StartAsync(string upstreams) => AttackedServer.StartAsync(
        $".:0 {{\n bind 127.0.0.1\n errors\n cache 30\n forward . {upstreams} {{\n  policy sequential\n }}\n}}\n");

    private static RecordType TypeOf(string kind)
        => kind.Split(' ')[0] is { } word && RecordTypes.TryParse(word, out RecordType type) ? type : RecordType.A;

    private static byte[] Make(string kind, byte[] query)
    {
        byte[] answer(RecordType type, params byte[] rdata) => Message.Reply(query, answers: [Message.Record(type, 60, rdata)]);
        byte[] owner(params byte[] name) => Message.Reply(query, answers: [Message.RecordOf(name, RecordType.A, 60, 192, 0, 2, 1)]);
        return kind switch
        {
            "A of 3 octets" => answer(RecordType.A, 192, 0, 2),
            "A of 5 octets" => answer(RecordType.A, 192, 0, 2, 1, 9),
            "A of none" => answer(RecordType.A),
            "AAAA of 15 octets" => answer(RecordType.AAAA, new byte[15]),
            "AAAA of 17 octets" => answer(RecordType.AAAA, new byte[17]),
            "CNAME beyond the end" => answer(RecordType.CNAME, Endless),
            "CNAME to itself" => answer(RecordType.CNAME, 0xC0, (byte)(Message.QuestionEnd(query) + 12)),
            "CNAME with a byte behind" => answer(RecordType.CNAME, 1, (byte)'x', 0, 7),
            "NS of nothing" => answer(RecordType.NS),
            "MX of 2 octets" => answer(RecordType.MX, 0, 1),
            "MX without an end" => answer(RecordType.MX, 0, 1, 3, (byte)'a', (byte)'b'),
            "SRV of 6 octets" => answer(RecordType.SRV, 0, 1, 0, 1, 0, 80),
            "SRV without an end" => answer(RecordType.SRV, [0, 1, 0, 1, 0, 80, .. Endless]),
            "PTR beyond the end" => answer(RecordType.PTR, Endless),
            "TXT that overruns" => answer(RecordType.TXT, 9, (byte)'x'),
            "TXT of nothing" => answer(RecordType.TXT),
            "SOA that is short" => answer(RecordType.SOA, 0, 0, 1, 2, 3),
            "SOA without names" => answer(RecordType.SOA, [.. Endless, .. Endless, .. new byte[20]]),
            "rdata beyond the message" => answer(RecordType.A, 192, 0, 2, 1)[..^2],
            "an owner beyond the message" => owner(0xC3, 0xFF),
            "an owner that points into the header" => owner(0xC0, 2),
            "more records than there are" => WithAnswerCount(answer(RecordType.A, 192, 0, 2, 1), 3),
            "a label of type 01" => owner(0x41, (byte)'x', 0),
            "an owner of 256 octets" => owner([.. Enumerable.Repeat((byte[])[63, .. Enumerable.Repeat((byte)'x', 63)], 4).SelectMany(static label => label), 0]),
            "DNAME beyond the end" => answer((RecordType)39, Endless),
            "CAA of 1 octet" => answer((RecordType)257, 0),
            "SVCB that is short" => answer((RecordType)64, 0),
            "NAPTR that is short" => answer((RecordType)35, 0, 1, 0),
            "DS of 3 octets" => answer((RecordType)43, 1, 2, 3),
            "RRSIG of 10 octets" => answer((RecordType)46, new byte[10]),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
        };
    }

    private static byte[] WithAnswerCount(byte[] reply, byte count)
    {
        reply[7] = count;
        return reply;
    }
}
