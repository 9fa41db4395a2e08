using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Records;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class RewriteHandlerTests
{
    [Fact]
    public void The_chain_sees_the_new_name_and_the_client_its_own()
    {
        string? seen = null;
        PluginKit kit = Create("name exact a.test b.test", query =>
        {
            seen = $"{DomainName.ToText(query.Name)} {query.LabelCount} {DomainName.ToText(query.QuestionName)}";
            Answer(query, "b.test. 60 A 192.0.2.1");
        });

        Assert.Equal("NOERROR\nAnswer: a.test. 60 A 192.0.2.1", kit.Ask("A.Test."));
        Assert.Equal("A.Test.", DomainName.ToText(kit.Serve("A.Test.").QuestionName));
        Assert.Equal("b.test. 2 b.test.", seen);
    }

    [Fact]
    public void A_name_without_a_rule_passes()
    {
        PluginKit kit = Create("name exact a.test b.test", static query => Answer(query, $"{DomainName.ToText(query.QuestionName)} 60 A 192.0.2.1"));

        Assert.Equal("NOERROR\nAnswer: x.A.test. 60 A 192.0.2.1", kit.Ask("x.A.test."));
    }

    [Fact]
    public void The_question_is_put_back_whatever_happens_below()
    {
        Assert.Equal("a.test. A IN", Question(Create("name a.test b.test", static query => query.Response.Answer("next", ResponseCode.NXDomain))));
        Assert.Equal("a.test. A IN", Question(Create("name a.test b.test", static query => query.Response.Fail("next", ResponseCode.ServFail, "why"))));
        Assert.Equal("a.test. A IN", Question(Create("name a.test b.test", static query => query.Response.Drop("next"))));
        Assert.Equal("a.test. A IN", Question(Create("name a.test b.test", static _ => { })));
        Assert.Equal("a.test. A IN", Question(Create("continue type A TXT\nrewrite class IN CH", static query => Answer(query, "a.test. 60 TXT x"))));
        Assert.Equal("a.test. A IN", Question(Create("name a.test b..test", static _ => Assert.Fail("asked"))));
    }

    [Fact]
    public void The_question_is_put_back_when_a_plugin_throws()
    {
        PluginKit kit = Create("name a.test b.test", static _ => throw new InvalidOperationException("bug"));
        Query query = kit.CreateContext("a.test.");

        Assert.Throws<InvalidOperationException>(() => kit.Serve(query));
        Assert.Equal("a.test.", DomainName.ToText(query.Name));
    }

    [Fact]
    public async Task The_question_is_put_back_when_a_plugin_has_waited()
    {
        WaitingLink waiting = new();
        PluginKit kit = Create("name a.test b.test", static _ => { });
        Query query = kit.CreateContext("a.test.");
        ValueTask served = kit.ChainTo(waiting).ServeAsync(query);
        Assert.False(served.IsCompleted);
        await waiting.AnswerAsync(response =>
        {
            response.Answer("next");
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
        });
        await served;

        Assert.Equal("a.test.", DomainName.ToText(query.QuestionName));
        Assert.Equal("a.test. 60 A 192.0.2.1", PluginKit.Format(query, query.Response.Answers.Span[0]));
    }

    [Fact]
    public void Records_without_an_answer_rule_keep_their_name()
    {
        PluginKit kit = Create("name suffix .a.test .b.test", static query =>
        {
            query.Response.Answer("next");
            query.Response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
        });

        Assert.Equal("NOERROR\nAnswer: x.b.test. 60 A 192.0.2.1", kit.Ask("X.a.test."));
    }

    [Fact]
    public void An_exact_rule_restores_owners_and_values_and_what_is_below()
    {
        PluginKit kit = Create("name exact a.test b.test", static query => Answer(
            query,
            "b.test. 60 MX 10 mail.B.test.",
            "B.test. 60 MX 20 mail.xb.test.",
            "sub.b.test. 60 CNAME b.test.",
            "xb.test. 60 A 192.0.2.1",
            "test. 60 NS b.test."));

        Assert.Equal(
            """
            NOERROR
            Answer: a.test. 60 MX 10 mail.a.test.
            Answer: a.test. 60 MX 20 mail.xb.test.
            Answer: sub.a.test. 60 CNAME a.test.
            Answer: xb.test. 60 A 192.0.2.1
            Answer: test. 60 NS a.test.
            """,
            kit.Ask("A.test."));
    }

    [Theory]
    [InlineData(".a.test .b.test", "x.a.test.", "b.test. 60 A 192.0.2.1", "b.test. 60 A 192.0.2.1")]
    [InlineData("a.test b.test", "x.a.test.", "b.test. 60 A 192.0.2.1", "a.test. 60 A 192.0.2.1")]
    [InlineData("a.test b.test", "x.a.test.", "other.b.test. 60 A 192.0.2.1", "other.a.test. 60 A 192.0.2.1")]
    [InlineData("a.test b.test", "x.a.test.", "OTHER.B.TEST. 60 A 192.0.2.1", "other.a.test. 60 A 192.0.2.1")]
    [InlineData("a.test b.test", "x.a.test.", "x.mb.test. 60 A 192.0.2.1", "x.ma.test. 60 A 192.0.2.1")]
    [InlineData(".a.test .b.test", "x.a.test.", "x.b.test. 60 CNAME y.b.test.", "x.a.test. 60 CNAME y.a.test.")]
    [InlineData(".a.test .b.test", "x.a.test.", @"y\.b.test. 60 A 192.0.2.1", @"y\.b.test. 60 A 192.0.2.1")]
    public void A_suffix_rule_restores_every_name_that_ends_so(string rule, string asked, string record, string restored)
        => Assert.Equal($"NOERROR\nAnswer: {restored}", Create($"name suffix {rule} answer auto", query => Answer(query, record)).Ask(asked));

    [Theory]
    [InlineData("prefix old. new. answer auto", "old.test.", "new.test. 60 A 192.0.2.1", "old.test. 60 A 192.0.2.1")]
    [InlineData("substring x. yy. answer auto", "x.x.test.", "a.yy.yy.test. 60 CNAME yy.yy.test.", "a.x.x.test. 60 CNAME x.x.test.")]
    [InlineData("regex ^(.*)\\.a\\.test\\.$ www.b.test answer auto", "any.a.test.", "www.b.test. 60 A 192.0.2.1", "any.a.test. 60 A 192.0.2.1")]
    [InlineData("regex ^any\\. . answer auto", "any.test.", ". 60 NS .", "any.test. 60 NS any.test.")]
    [InlineData("regex ^any\\. . answer auto", "any.test.", "test. 60 NS a.test.", "test. 60 NS a.test.")]
    public void Auto_restores_the_name_that_the_rule_replaced(string rule, string asked, string record, string restored)
        => Assert.Equal($"NOERROR\nAnswer: {restored}", Create($"name {rule}", query => Answer(query, record)).Ask(asked));

    [Theory]
    [InlineData("CNAME y.b.test.", "CNAME y.r.test.")]
    [InlineData("DNAME y.b.test.", "DNAME y.r.test.")]
    [InlineData("MX 10 y.b.test.", "MX 10 y.r.test.")]
    [InlineData("NAPTR 1 2 \"u\" \"x\" \"\" y.b.test.", "NAPTR 1 2 \"u\" \"x\" \"\" y.r.test.")]
    [InlineData("NS y.b.test.", "NS y.r.test.")]
    [InlineData("PTR y.b.test.", "PTR y.r.test.")]
    [InlineData("SOA y.b.test. h.b.test. 1 2 3 4 5", "SOA y.r.test. h.b.test. 1 2 3 4 5")]
    [InlineData("SRV 1 2 80 y.b.test.", "SRV 1 2 80 y.r.test.")]
    [InlineData("TXT \"y.b.test.\"", "TXT \"y.b.test.\"")]
    [InlineData("SVCB 1 y.b.test.", "SVCB 1 y.b.test.")]
    [InlineData("RP y.b.test. y.b.test.", "RP y.b.test. y.b.test.")]
    [InlineData("RRSIG A 13 2 60 20300101000000 20200101000000 1 b.test. AAAA", "RRSIG A 13 2 60 20300101000000 20200101000000 1 b.test. AAAA")]
    [InlineData("NSEC y.b.test. A", "NSEC y.b.test. A")]
    [InlineData("MX 0 .", "MX 0 .")]
    public void Values_are_the_names_of_these_types(string record, string renamed)
    {
        const string rule = """
            name regex (.*)\.a\.test {1}.b.test answer name (.*)\.b\.test {1}.r.test value (.*)\.b\.test {1}.r.test
            """;

        Assert.Equal(
            $"NOERROR\nAnswer: x.r.test. 60 {renamed}",
            Create(rule.Trim(), query => Answer(query, $"x.b.test. 60 {record}")).Ask("x.a.test."));
    }

    [Fact]
    public void Names_are_changed_in_every_section()
    {
        PluginKit kit = Create("name suffix .a.test .b.test answer auto", static query =>
        {
            query.Response.Answer("next", ResponseCode.NXDomain);
            Add(query, ResponseSection.Answer, "x.b.test. 60 CNAME y.b.test.");
            Add(query, ResponseSection.Authority, "z.b.test. 60 SOA ns.b.test. h.b.test. 1 2 3 4 5");
            Add(query, ResponseSection.Additional, "ns.b.test. 60 A 192.0.2.1");
        });

        Assert.Equal(
            """
            NXDOMAIN
            Answer: x.a.test. 60 CNAME y.a.test.
            Authority: z.a.test. 60 SOA ns.a.test. h.b.test. 1 2 3 4 5
            Additional: ns.a.test. 60 A 192.0.2.1
            """,
            kit.Ask("x.a.test."));
    }

    [Fact]
    public void The_octets_of_records_stay_as_they_are()
    {
        byte[] owner = DomainName.Parse("x.b.test.");
        byte[] rdata = [0, 10, .. DomainName.Parse("mail.x.b.test.")];
        byte[] ownerBefore = [.. owner];
        byte[] rdataBefore = [.. rdata];
        PluginKit kit = Create("name exact x.a.test x.b.test", query =>
        {
            query.Response.Answer("next");
            query.Response.TryAdd(ResponseSection.Answer, owner, 0, RecordType.MX, 60, rdata, 0, rdata.Length);
        });

        Assert.Equal("NOERROR\nAnswer: x.a.test. 60 MX 10 mail.x.a.test.", kit.Ask("x.a.test."));
        Assert.Equal(ownerBefore, owner);
        Assert.Equal(rdataBefore, rdata);
    }

    [Fact]
    public void Each_name_of_a_chain_of_rules_is_restored_in_reverse_order()
    {
        List<string> seen = [];
        PluginKit kit = Create(
            """
            continue name exact a.test b.test
            rewrite continue name suffix b.test c.test answer auto
            rewrite continue name regex ^c\.(.*)\.$ d.{1} answer auto
            rewrite name prefix d. e. answer auto
            rewrite name exact e.test f.test
            """,
            query =>
            {
                seen.Add(DomainName.ToText(query.Name));
                Answer(query, "e.test. 60 CNAME x.e.test.", "x.c.test. 60 A 192.0.2.1", "b.test. 60 A 192.0.2.2");
            });

        Assert.Equal(
            """
            NOERROR
            Answer: a.test. 60 CNAME x.a.test.
            Answer: x.a.test. 60 A 192.0.2.1
            Answer: a.test. 60 A 192.0.2.2
            """,
            kit.Ask("a.test."));
        Assert.Equal(["e.test."], seen);
    }

    [Fact]
    public void A_rule_that_does_not_apply_ends_nothing()
    {
        PluginKit kit = Create("type TXT A\nrewrite class CH IN\nrewrite name x.test y.test\nrewrite name a.test b.test", static query => Answer(query, "b.test. 60 A 192.0.2.1"));

        Assert.Equal("NOERROR\nAnswer: a.test. 60 A 192.0.2.1", kit.Ask("a.test."));
    }

    [Fact]
    public void Answer_options_are_done_last_first()
    {
        PluginKit kit = Create(
            "name regex (.*)\\.a\\.test {1}.b.test answer name (.*)\\.c\\.test {1}.d.test name (.*)\\.b\\.test {1}.c.test",
            static query => Answer(query, "x.b.test. 60 A 192.0.2.1"));

        Assert.Equal("NOERROR\nAnswer: x.d.test. 60 A 192.0.2.1", kit.Ask("x.a.test."));
    }

    [Theory]
    [InlineData("5", 5, 5, 5)]
    [InlineData("30-65", 30, 60, 65)]
    [InlineData("-50", 20, 50, 50)]
    [InlineData("50-", 50, 60, 400)]
    [InlineData("0", 0, 0, 0)]
    public void Times_to_live_are_brought_into_the_range(string range, uint first, uint second, uint third)
    {
        PluginKit kit = Create($"ttl suffix .test {range}", static query =>
        {
            query.Response.Answer("next");
            Add(query, ResponseSection.Answer, "a.test. 20 A 192.0.2.1");
            Add(query, ResponseSection.Authority, "test. 60 NS ns.test.");
            Add(query, ResponseSection.Additional, "ns.test. 400 A 192.0.2.1");
        });

        Response response = kit.Serve("a.test.").Response;
        Assert.Equal((first, second, third), (response.Answers.Span[0].TimeToLive, response.Authority.Span[0].TimeToLive, response.Additional.Span[0].TimeToLive));
    }

    [Theory]
    [InlineData("exact a.test NXDOMAIN NOERROR", ResponseCode.NXDomain, "NOERROR")]
    [InlineData("a.test 3 0", ResponseCode.NXDomain, "NOERROR")]
    [InlineData("a.test 3 0", ResponseCode.Refused, "REFUSED")]
    [InlineData("b.test 3 0", ResponseCode.NXDomain, "NXDOMAIN")]
    [InlineData("regex . refused BadCookie", ResponseCode.Refused, "BADCOOKIE")]
    [InlineData("a.test 0 3\nrewrite rcode a.test 3 0", ResponseCode.NoError, "NXDOMAIN")]
    [InlineData("a.test 0 3\nrewrite continue rcode a.test 3 5", ResponseCode.NoError, "NXDOMAIN")]
    public void Response_codes_are_replaced_once_a_rule(string rule, ResponseCode code, string replaced)
    {
        Assert.Equal(replaced, Create($"continue rcode {rule}", query => query.Response.Answer("next", code)).Ask("a.test."));
        Assert.Equal(replaced, Create($"continue rcode {rule}", query => query.Response.Fail("next", code, "why")).Ask("a.test."));
    }

    [Fact]
    public void A_failure_that_gets_another_code_is_still_reported()
    {
        PluginKit kit = Create("rcode regex . SERVFAIL NOERROR", static query => query.Response.Fail("next", ResponseCode.ServFail, "no route to host"));

        Response response = kit.Serve("a.test.").Response;
        Assert.Equal(("no route to host", ResponseCode.NoError), (response.Failure, response.Code));
    }

    [Fact]
    public void A_name_that_is_not_a_domain_name_is_SERVFAIL_with_its_text()
    {
        PluginKit kit = Create("name regex ^(.*)\\.a\\.test {1}..b.test answer auto", static _ => Assert.Fail("asked"));

        Response response = kit.Serve("x.a.test.").Response;
        Assert.Equal(ResponseCode.ServFail, response.Code);
        Assert.Equal("invalid name after rewrite: x..b.test.", response.Failure);
    }

    [Fact]
    public void A_record_whose_name_would_be_too_long_is_SERVFAIL()
    {
        string longLabels = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        PluginKit kit = Create("name exact very.long.a.test b.test", query => Answer(query, $"{longLabels}.b.test. 60 A 192.0.2.1"));

        Response response = kit.Serve("very.long.a.test.").Response;
        Assert.Equal(ResponseCode.ServFail, response.Code);
        Assert.Equal("invalid name after rewrite of the response", response.Failure);
        Assert.Equal(0, response.Answers.Count);
    }

    [Fact]
    public void Every_message_of_a_stream_is_rewritten()
    {
        PluginKit kit = Create("continue ttl suffix .test 5\nrewrite name suffix a.test b.test answer auto", static query =>
        {
            Answer(query, "b.test. 60 SOA ns.b.test. h.b.test. 1 2 3 4 5");
            query.Response.Stream = new OneMore();
        });

        Query query = kit.Serve("A.test.", RecordType.AXFR, transport: TransportProtocol.Tcp);
        Assert.Equal("a.test. 5 SOA ns.a.test. h.b.test. 1 2 3 4 5", PluginKit.Format(query, query.Response.Answers.Span[0]));
        query.Response.ClearRecords();
        Assert.True(query.Response.Stream!.TryFill(query.Response));
        Assert.Equal("a.test. 5 A 192.0.2.1", PluginKit.Format(query, query.Response.Answers.Span[0]));
        Assert.Equal("www.a.test. 5 CNAME a.test.", PluginKit.Format(query, query.Response.Answers.Span[1]));
        Assert.False(query.Response.Stream!.TryFill(query.Response));
    }

    [Fact]
    public void A_thousand_rules_of_one_chain_are_undone()
    {
        string rules = string.Join("\nrewrite ", Enumerable.Range(0, 1000).Select(static i => $"continue name exact n{i}.test n{i + 1}.test"));
        PluginKit kit = Create(rules, static query => Answer(query, $"{DomainName.ToText(query.Name)} 60 A 192.0.2.1"));

        Assert.Equal("NOERROR\nAnswer: n0.test. 60 A 192.0.2.1", kit.Ask("n0.test."));
        Assert.Equal("NOERROR\nAnswer: n999.test. 60 A 192.0.2.1", kit.Ask("n999.test."));
    }

    [Fact]
    public void The_root_can_be_renamed_and_be_the_new_name()
    {
        Assert.Equal("NOERROR\nAnswer: . 60 NS .", Create("name exact . b.test", static query => Answer(query, "b.test. 60 NS b.test.")).Ask(".", RecordType.NS));
        Assert.Equal("NOERROR\nAnswer: a.test. 60 NS x.", Create("name exact a.test .", static query => Answer(query, ". 60 NS x.")).Ask("a.test.", RecordType.NS));
        Assert.Equal("NOERROR\nAnswer: x. 60 A 192.0.2.1", Create("name suffix . .b.test answer auto", static query => Answer(query, "x.b.test. 60 A 192.0.2.1")).Ask("x."));
    }

    private static PluginKit Create(string rules, Action<Query> next)
    {
        PluginKit kit = new(new RewritePlugin(), $"rewrite {rules}", next);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string Question(PluginKit kit)
    {
        Query query = kit.Serve("a.test.");
        return $"{DomainName.ToText(query.QuestionName)} {RecordTypes.ToText(query.Type)} {RecordClasses.ToText(query.Class)}";
    }

    private static void Answer(Query query, params string[] records)
    {
        query.Response.Answer("next");
        foreach (string record in records)
        {
            Add(query, ResponseSection.Answer, record);
        }
    }

    private static void Add(Query query, ResponseSection section, string record)
    {
        string[] parts = record.Split(' ', 4);
        Assert.True(RecordTypes.TryParse(parts[2], out RecordType type));
        byte[] rdata = new byte[512];
        Assert.True(RdataText.TryParse(type, parts[3], DomainName.Root, rdata, out int length, out string? problem), problem);
        uint timeToLive = uint.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(query.Response.TryAddCopy(section, DomainName.Parse(parts[0]), type, timeToLive, rdata.AsSpan(0, length)));
    }

    private sealed class OneMore : ResponseStream
    {
        private bool _hasEnded;

        public override bool TryFill(Response response)
        {
            if (_hasEnded)
            {
                return false;
            }

            _hasEnded = true;
            response.TryAddCopy(ResponseSection.Answer, default, RecordType.A, 60, [192, 0, 2, 1]);
            response.TryAddCopy(ResponseSection.Answer, DomainName.Parse("www.b.test."), RecordType.CNAME, 60, DomainName.Parse("b.test."));
            return true;
        }
    }
}
