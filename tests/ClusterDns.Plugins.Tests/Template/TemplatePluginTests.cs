using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Template;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Template;

public sealed class TemplatePluginTests
{
    private const string Aks = """
        template ANY ANY internal.cloudapp.net {
          match "^(?:[^.]+\.){4,}internal\.cloudapp\.net\.$"
          rcode NXDOMAIN
          fallthrough
        }
        template ANY ANY reddog.microsoft.com {
          rcode NXDOMAIN
        }
        """;

    [Fact]
    public void The_Corefile_of_AKS_denies_what_it_is_meant_to()
    {
        PluginKit kit = Create(Aks);

        Assert.Equal("", kit.Errors);
        Assert.Equal("NXDOMAIN", kit.Ask("a.b.c.d.internal.cloudapp.net."));
        Assert.Equal("NXDOMAIN", kit.Ask("a.b.c.D.Internal.cloudapp.net.", RecordType.TXT));
        Assert.Equal("REFUSED", kit.Ask("a.b.c.internal.cloudapp.net."));
        Assert.Equal("NXDOMAIN", kit.Ask("x.reddog.microsoft.com."));
        Assert.Equal("REFUSED", kit.Ask("example.org."));
        Assert.True(kit.Serve("x.reddog.microsoft.com.").Response.Authoritative);
    }

    [Fact]
    public void Groups_of_the_name_become_addresses()
    {
        PluginKit kit = Create("""
            template IN A example {
              match "^ip-(?P<a>10)-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]dc[.]example[.]$" "^(?P<a>[0-9]*)[.](?P<b>[0-9]*)[.](?P<c>[0-9]*)[.](?P<d>[0-9]*)[.]ext[.]example[.]$"
              match "^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.](?P<hex>example)[.]$"
              answer "{{ .Name }} 60 IN A {{ if .Group.hex }}10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}{{ else }}{{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}{{ end }}"
              fallthrough
            }
            template IN PTR in-addr.arpa {
              match ^(?P<d>[0-9]*)[.](?P<c>[0-9]*)[.](?P<b>[0-9]*)[.](?P<a>[0-9]*)[.]in-addr[.]arpa[.]$
              answer "{{ .Name }} 60 IN PTR ip-{{ .Group.a }}-{{ .Group.b }}-{{ .Group.c }}-{{ .Group.d }}.example."
            }
            """);

        Assert.Equal("NOERROR\nAnswer: IP-10-1-2-3.dc.example. 60 A 10.1.2.3", kit.Ask("IP-10-1-2-3.dc.example."));
        Assert.Equal("NOERROR\nAnswer: 1.2.3.4.ext.example. 60 A 1.2.3.4", kit.Ask("1.2.3.4.ext.example."));
        Assert.Equal("NOERROR\nAnswer: ip0a7bff00.example. 60 A 10.123.255.0", kit.Ask("ip0a7bff00.example."));
        Assert.Equal("REFUSED", kit.Ask("other.example."));
        Assert.Equal("REFUSED", kit.Ask("ip-10-1-2-3.dc.example.", RecordType.AAAA));
        Assert.Equal("NOERROR\nAnswer: 4.3.2.10.in-addr.arpa. 60 PTR ip-10-2-3-4.example.", kit.Ask("4.3.2.10.in-addr.arpa.", RecordType.PTR));
        Assert.Equal("SERVFAIL", kit.Ask("x.in-addr.arpa.", RecordType.PTR));
    }

    [Fact]
    public void Every_section_has_its_records_in_order()
    {
        PluginKit kit = Create("""
            template IN ANY example {
              answer "{{ .Zone }} 60 MX 10 {{ .Name }}" "@ TXT root"
              answer "{{ .Name }} A 192.0.2.1"
              additional "ns0.example. 60 IN A 203.0.113.8"
              authority "example. 60 IN NS ns0.example."
              authority "{{ .Zone }} 60 {{ .Class }} SOA ns.example hostmaster.example (1 60 60 60 60)"
              rcode YXDOMAIN
              ederror 21 "not here"
            }
            """);

        Assert.Equal(
            """
            YXDOMAIN
            Answer: example. 60 MX 10 a.example.
            Answer: . 3600 TXT "root"
            Answer: a.example. 3600 A 192.0.2.1
            Authority: example. 60 NS ns0.example.
            Authority: example. 60 SOA ns.example. hostmaster.example. 1 60 60 60 60
            Additional: ns0.example. 60 A 203.0.113.8
            """,
            kit.Ask("a.example."));
        Response response = kit.Serve("a.example.").Response;
        Assert.Equal((ushort)21, response.ExtendedErrorCode);
        Assert.Equal("not here"u8.ToArray(), response.ExtendedErrorText.ToArray());
    }

    [Theory]
    [InlineData("{{ .Zone }}|{{ .Name }}|{{ .Class }}|{{ .Type }}|{{ .Remote }}|{{ .Regex }}", "example.|a.b.example.|IN|TXT|192.0.2.1|^(a)[.](?P<second>b)[.](c)?")]
    [InlineData("{{ .Match }}|{{ len .Match }}|{{ index .Match 2 }}", "[a.b. a b ]|4|b")]
    [InlineData("{{ .Group }}|{{ .Group.second }}|{{ index .Group \\\"0\\\" }}|{{ len .Group }}|{{ .Group.none }}", "map[0:a.b. 1:a 2:b 3: second:b]|b|a.b.|5|<no value>")]
    [InlineData("{{ .Question.Name }}|{{ .Question.Qtype }}|{{ .Question.Qclass }}|{{ .Question }}", "A.b.example.|16|1|;A.b.example.\\009IN\\009 TXT")]
    [InlineData("{{ .Message.Id }}|{{ .Message.Opcode }}|{{ .Message.Rcode }}|{{ .Message.RecursionDesired }}|{{ .Message.MsgHdr.Id }}", "1|0|0|true|1")]
    [InlineData("{{ .Message.Response }}{{ .Message.Authoritative }}{{ .Message.Truncated }}{{ .Message.RecursionAvailable }}{{ .Message.Zero }}{{ .Message.AuthenticatedData }}{{ .Message.CheckingDisabled }}{{ .Message.Compress }}", "falsefalsefalsefalsefalsefalsefalsefalse")]
    [InlineData("{{ len .Message.Question }}|{{ (index .Message.Question 0).Name }}", "1|A.b.example.")]
    [InlineData("{{ .Meta `kit/field` }}|{{ .Meta `kit/none` }}", "told|")]
    public void Templates_see_the_query(string template, string expected)
    {
        PluginKit kit = Create($$"""
            template ANY ANY example {
              match "^(a)[.](?P<second>b)[.](c)?"
              answer "x. 0 TXT \"{{template.Replace("\\\"", "`", StringComparison.Ordinal)}}\""
            }
            """);
        Query query = kit.CreateContext("A.b.example.", RecordType.TXT);
        Assert.Equal("", kit.Errors);
        string answer = kit.Ask("A.b.example.", RecordType.TXT);
        if (template.Contains("Meta", StringComparison.Ordinal))
        {
            query.Metadata = new MetadataTable([new MetadataField("kit/field", static _ => "told")]);
            kit.ServeAgain(query);
            answer = $"NOERROR\nAnswer: {PluginKit.Format(query, query.Response.Answers.Span[0])}";
        }

        Assert.Equal($"NOERROR\nAnswer: x. 0 TXT \"{expected}\"", answer);
    }

    [Theory]
    [InlineData("IN A", RecordClass.IN, RecordType.A, true)]
    [InlineData("IN A", RecordClass.IN, RecordType.AAAA, false)]
    [InlineData("IN A", RecordClass.CH, RecordType.A, false)]
    [InlineData("IN A", RecordClass.ANY, RecordType.ANY, true)]
    [InlineData("ANY A", RecordClass.CH, RecordType.A, true)]
    [InlineData("in ANY", RecordClass.IN, RecordType.MX, true)]
    [InlineData("CLASS32 TYPE65400", (RecordClass)32, (RecordType)65400, true)]
    public void Class_and_type_must_fit(string rule, RecordClass recordClass, RecordType type, bool fits)
        => Assert.Equal(fits ? "NXDOMAIN" : "REFUSED", Create($"template {rule} {{\n rcode NXDOMAIN\n}}").Ask("a.", type, recordClass));

    [Fact]
    public void Without_fallthrough_a_name_that_does_not_match_is_SERVFAIL()
    {
        PluginKit kit = Create("""
            template IN A a.example b.example {
              match ^x
              rcode NXDOMAIN
              fallthrough a.example
            }
            """);

        Assert.Equal("NXDOMAIN", kit.Ask("x.b.example."));
        Assert.Equal("REFUSED", kit.Ask("y.a.example."));
        Assert.Equal("SERVFAIL", kit.Ask("y.b.example."));
        Assert.Null(kit.Serve("y.b.example.").Response.Failure);
        Assert.Equal("REFUSED", kit.Ask("y.c.example."));
    }

    [Fact]
    public void What_falls_through_goes_to_the_next_template()
    {
        PluginKit kit = Create("""
            template IN SOA example {
              match ^example\.$
              answer "{{ .Zone }} 3600 IN SOA ns1.{{ .Zone }} admin.{{ .Zone }} (1 60 120 86400 3600)"
              fallthrough
            }
            template IN SOA example {
              authority "{{ .Zone }} 3600 IN SOA ns1.{{ .Zone }} admin.{{ .Zone }} (1 60 120 86400 3600)"
            }
            """);

        Assert.Equal("NOERROR\nAnswer: example. 3600 SOA ns1.example. admin.example. 1 60 120 86400 3600", kit.Ask("example.", RecordType.SOA));
        Assert.Equal("NOERROR\nAuthority: example. 3600 SOA ns1.example. admin.example. 1 60 120 86400 3600", kit.Ask("a.example.", RecordType.SOA));
    }

    [Fact]
    public void SERVFAIL_as_the_code_gives_no_records()
        => Assert.Equal("SERVFAIL", Create("template IN A {\n rcode SERVFAIL\n answer \"a. A 192.0.2.1\"\n}").Ask("a."));

    [Fact]
    public void A_template_without_options_gives_an_empty_answer() => Assert.Equal("NOERROR", Create("template IN A").Ask("a."));

    [Fact]
    public void What_fails_is_SERVFAIL_and_counted()
    {
        PluginKit kit = Create("""
            template IN ANY example {
              match "^(?P<number>[0-9]+)[.]"
              answer "{{ .Name }} 60 IN A 192.0.2.1"
              authority "{{  .Name }} 60 IN A 10.0.0.{{ parseInt .Group.number 10 8 }}"
              additional "{{ .Name }} 60 IN A 10.0.0.{{ .Group.number }}"
            }
            """);

        Assert.Equal("SERVFAIL", kit.Ask("256.example."));
        Assert.Equal(
            "additional '{{.Name}} 60 IN A 10.0.0.{{.Group.number}}' gives no record: '10.0.0.256' is not an IPv4 address",
            kit.Serve("256.example.").Response.Failure);
        Assert.Equal("NOERROR", kit.Ask("255.example.")[..7]);

        PluginKit failing = Create("template IN ANY example {\n answer \"{{  .Name }} A 10.0.0.{{ parseInt .Name 10 8 }}\"\n}");
        Assert.Equal("SERVFAIL", failing.Ask("a.example.", (RecordType)65400));
        Assert.Equal(
            "answer '{{.Name}} A 10.0.0.{{parseInt .Name 10 8}}' failed: parseInt: 'a.example.' is not a number in base 10, at column 26",
            failing.Serve("a.example.").Response.Failure);
        Assert.Equal(2, Count(kit, "coredns_template_rr_failures_total", "Counter of mis-templated RRs.", "example.", "A", "additional", "{{.Name}} 60 IN A 10.0.0.{{.Group.number}}"));
        Assert.Equal(1, Count(failing, "coredns_template_template_failures_total", "Counter of go template failures.", "example.", "A", "answer", "{{.Name}} A 10.0.0.{{parseInt .Name 10 8}}"));
        Assert.Equal(1, Count(failing, "coredns_template_template_failures_total", "Counter of go template failures.", "example.", "", "answer", "{{.Name}} A 10.0.0.{{parseInt .Name 10 8}}"));
    }

    [Fact]
    public void Matches_are_counted_by_zone_class_and_type()
    {
        PluginKit kit = Create("template ANY ANY example a.example {\n match \"^[^x]\"\n rcode NXDOMAIN\n fallthrough\n}");
        kit.Ask("b.a.example.");
        kit.Ask("b.a.example.");
        kit.Ask("b.example.", RecordType.MX);
        kit.Ask("x.example.");
        kit.Ask("b.example.", RecordType.ANY, RecordClass.ANY);
        kit.Ask("b.example.", (RecordType)65400, (RecordClass)77);
        kit.Ask("b.example.", (RecordType)65401, (RecordClass)78);
        CounterFamily matches = kit.Metrics.Counters(
            "coredns_template_matches_total", "Counter of template regex matches.", "server", "zone", "view", "class", "type");

        Assert.Equal(
            "a.example. IN A 2|example.   2|example. ANY ANY 1|example. IN MX 1",
            string.Join('|', matches.Children
                .Select(static counter => $"{counter.LabelValues[1]} {counter.LabelValues[3]} {counter.LabelValues[4]} {counter.Value}")
                .Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("CAA", "0 issue \\\"ca.example.net\\\"", "0 issue \"ca.example.net\"")]
    [InlineData("HTTPS", "1 . alpn=h2,h3", "1 . alpn=\"h2,h3\"")]
    [InlineData("SVCB", "1 svc.example.net. port=8443", "1 svc.example.net. port=8443")]
    [InlineData("TLSA", "3 1 1 0123456789abcdef", "3 1 1 0123456789ABCDEF")]
    [InlineData("SSHFP", "1 1 0123456789abcdef0123456789abcdef01234567", "1 1 0123456789ABCDEF0123456789ABCDEF01234567")]
    [InlineData("URI", "10 1 \\\"https://example.net/\\\"", "10 1 \"https://example.net/\"")]
    [InlineData("DS", "1 8 2 0123456789ABCDEF", "1 8 2 0123456789ABCDEF")]
    [InlineData("LOC", "52 22 23 N 4 53 32 E -2m", "52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m")]
    [InlineData("TYPE65400", "\\# 2 ABCD", "\\# 2 ABCD")]
    public void Records_of_every_type_can_be_written_as_in_a_zone_file(string type, string rdata, string answered)
    {
        PluginKit kit = Create($$$"""
            template IN {{{type}}} example {
              answer "{{ .Name }} 60 IN {{{type}}} {{{rdata}}}"
            }
            """);

        Assert.Empty(kit.Diagnostics.Warnings);
        Assert.True(RecordTypes.TryParse(type, out RecordType recordType));
        Assert.Equal($"NOERROR\nAnswer: www.example. 60 {type} {answered}", kit.Ask("www.example.", recordType));
    }

    [Theory]
    [InlineData("{{ .Name }} 60 IN CAA 0 issue", "a string is missing")]
    [InlineData("x.{{ .Zone }} IN A 192.0.2.256", "'192.0.2.256' is not an IPv4 address")]
    [InlineData("{{ .Name }} 60 IN NULL x", @"rdata of type NULL can only be given as \# LENGTH HEX")]
    public void A_record_whose_fixed_part_is_impossible_is_a_warning_at_start(string record, string problem)
    {
        PluginKit kit = Create($$$"""
            template IN ANY example {
              answer "{{{record}}}"
            }
            """);

        Assert.Equal(
            $"Corefile:3:10: 'answer' does not produce a valid record ({problem}); matching queries get SERVFAIL",
            string.Join('\n', kit.Diagnostics.Warnings));
        Assert.Equal("SERVFAIL", kit.Ask("www.example."));
    }

    [Fact]
    public void A_record_whose_parts_come_from_the_query_is_no_warning()
    {
        PluginKit kit = Create("""
            template IN A example {
              answer "{{ printf \"%s 60 IN A\" .Name }} 192.0.2.1" "{{ .Name }} 60 IN A {{ .Remote }}" "{{ .Name }} 60 {{ .Class }} A 192.0.2.1"
            }
            """);

        Assert.Empty(kit.Diagnostics.Warnings);
    }

    [Fact]
    public void A_record_without_actions_that_is_none_is_a_warning_at_start_and_SERVFAIL()
    {
        PluginKit kit = Create("template IN A {\n answer \"a. A 192.0.2.256\"\n}");

        Assert.Equal("", kit.Errors);
        Assert.Equal(
            "Corefile:3:9: 'answer' does not produce a valid record ('192.0.2.256' is not an IPv4 address); matching queries get SERVFAIL",
            string.Join('\n', kit.Diagnostics.Warnings));
        Assert.Equal("SERVFAIL", kit.Ask("a."));
        Assert.Equal(1, Count(kit, "coredns_template_rr_failures_total", "Counter of mis-templated RRs.", ".", "A", "answer", "a. A 192.0.2.256"));
    }

    [Fact]
    public void What_fails_says_nothing_of_what_was_to_be_answered()
    {
        Response response = Create("template IN A {\n ederror 15 blocked\n authority \"{{ .Name }} A x\"\n}").Serve("a.").Response;

        Assert.Equal(ResponseCode.ServFail, response.Code);
        Assert.Null(response.ExtendedErrorCode);
    }

    [Fact]
    public void A_template_that_gives_no_text_is_no_record()
    {
        PluginKit kit = Create("template IN A {\n answer \"{{ if false }}a. A 192.0.2.1{{ end }}\"\n}");

        Assert.Equal("SERVFAIL", kit.Ask("a."));
        Assert.EndsWith("gives no record: no record", kit.Serve("a.").Response.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_record_is_whole()
    {
        PluginKit kit = Create("template IN TXT {\n answer \"{{ .Name }} TXT {{ range 150 }}{{ printf `%0200d ` 7 }}{{ end }}\"\n}");

        Assert.Equal(150 * 201, kit.Serve("a.", RecordType.TXT).Response.Answers.Span[0].RdataLength);
    }

    [Theory]
    [InlineData("template", "Corefile:2:1: missing argument of 'template': expected 'template CLASS TYPE [ZONES...]'")]
    [InlineData("template XX A", "Corefile:2:10: invalid class 'XX' for template: expected for example IN or ANY")]
    [InlineData("template IN XX", "Corefile:2:13: invalid record type 'XX' for template: expected for example A, PTR or TYPE65; did you mean 'MX'?")]
    [InlineData("template IN A {\n match\n}", "Corefile:3:2: missing argument of 'match': expected 'match REGEX...'")]
    [InlineData("template IN A {\n match a (\n}", "Corefile:3:10: '(' is not a regular expression in RE2 syntax: '(' without its ')', at character 1")]
    [InlineData("template IN A {\n answer\n}", "Corefile:3:2: missing argument of 'answer': expected 'answer RECORD...'")]
    [InlineData("template IN A {\n answer \"{{ .Nam }}\"\n}", "Corefile:3:9: invalid template for answer: unknown field '.Nam': expected one of .Class, .Group, .Match, .Message, .Meta, .Name, .Question, .Regex, .Remote, .Type, .Var, .Zone; did you mean '.Name'?, at column 4 of the template")]
    [InlineData("template IN A {\n additional \"{{ .Message.Answer }}\"\n}", "Corefile:3:13: invalid template for additional: unknown field '.Answer': expected one of .AuthenticatedData, .Authoritative, .CheckingDisabled, .Compress, .Id, .MsgHdr, .Opcode, .Question, .Rcode, .RecursionAvailable, .RecursionDesired, .Response, .Truncated, .Zero, at column 12 of the template")]
    [InlineData("template IN A {\n rcode NXDOMAINE\n}", "Corefile:3:8: invalid response code 'NXDOMAINE' for rcode: expected for example NXDOMAIN or REFUSED; did you mean 'NXDOMAIN'?")]
    [InlineData("template IN A {\n rcode\n}", "Corefile:3:2: missing argument of 'rcode': expected 'rcode CODE'")]
    [InlineData("template IN A {\n ederror 65536\n}", "Corefile:3:10: invalid number '65536' for ederror: expected 0 to 65535")]
    [InlineData("template IN A {\n ederror 1 a b\n}", "Corefile:3:14: unexpected 'b' after 'ederror': expected 'ederror CODE [REASON]'")]
    [InlineData("template IN A {\n anser x\n}", "Corefile:3:2: unknown option 'anser' of template: expected match, answer, additional, authority, rcode, ederror, var, expr or fallthrough; did you mean 'answer'?")]
    public void Wrong_options_say_where_and_why(string text, string error) => Assert.Equal(error, Create(text).Errors);

    [Fact]
    public void A_reason_has_a_bound()
    {
        Assert.Equal("", Create($"template IN A {{\n ederror 1 {new string('a', 255)}\n}}").Errors);
        Assert.EndsWith("for ederror: expected at most 255 bytes", Create($"template IN A {{\n ederror 1 {new string('a', 256)}\n}}").Errors);
    }

    [Fact]
    public void Upstream_is_read_and_means_nothing()
    {
        PluginKit kit = Create("template IN A {\n upstream x\n rcode NXDOMAIN\n}");

        Assert.Equal("NXDOMAIN", kit.Ask("a."));
        Assert.Equal(
            "Corefile:3:2: 'upstream' has no effect: CNAMEs are always followed", string.Join('\n', kit.Diagnostics.Warnings));
    }

    [Fact]
    public void Names_that_match_nothing_and_constant_records_allocate_nothing()
    {
        PluginKit kit = Create(Aks + "\ntemplate IN A const.example {\n match \"^(a|b)\"\n answer \"a.const.example. 60 A 192.0.2.1\"\n authority \"const.example. NS ns.example.\"\n}");
        Query[] contexts =
        [
            kit.CreateContext("example.org."), kit.CreateContext("a.b.internal.cloudapp.net."), kit.CreateContext("a.b.c.d.internal.cloudapp.net."), kit.CreateContext("b.const.example."),
        ];

        Assert.Equal(0, Allocations.Count(ServeAll));

        void ServeAll()
        {
            foreach (Query query in contexts)
            {
                kit.ServeAgain(query);
            }
        }
    }

    [Fact]
    public void A_record_made_for_the_query_allocates_little()
    {
        PluginKit kit = Create("template IN A {\n match \"^ip-(?P<a>[0-9]+)\"\n answer \"{{ .Name }} 60 A 10.0.0.{{ .Group.a }}\"\n}");
        Query query = kit.CreateContext("ip-77.example.");

        Assert.InRange(kit.CountAllocatedBytes(query) / Allocations.Times, 1, 2500);
    }

    private static long Count(PluginKit kit, string name, string help, string zone, string type, string section, string template)
        => kit.Metrics.Counters(name, help, "server", "zone", "view", "class", "type", "section", "template")
            .Children.Single(counter => counter.LabelValues.SequenceEqual(["", zone, "", "IN", type, section, template], StringComparer.Ordinal)).Value;

    private static PluginKit Create(string text) => new(new TemplatePlugin(), text);
}
