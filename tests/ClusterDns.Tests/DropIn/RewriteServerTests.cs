using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Hosting;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.DropIn;

/// <summary><c>rewrite</c> together with other plugins, in a whole server.</summary>
public sealed class RewriteServerTests
{
    [Fact]
    public async Task The_cache_keeps_answers_under_their_new_names()
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        await using ReloadKit kit = await StartAsync($$"""
            .:0 {
                bind 127.0.0.1
                rewrite name suffix .a.test .b.test answer auto
                rewrite name exact www.c.test www.b.test
                cache
                forward . {{upstream.Endpoint}}
            }
            """);

        Assert.Equal("www.a.test. 60 IN A 192.0.2.99", await AnswerAsync(kit, "WWW.a.test."));
        Assert.Equal("www.b.test. 60 IN A 192.0.2.99", await AnswerAsync(kit, "www.b.test."));
        Assert.Equal("www.a.test. 60 IN A 192.0.2.99", await AnswerAsync(kit, "www.a.test."));
        Assert.Equal("www.c.test. 60 IN A 192.0.2.99", await AnswerAsync(kit, "www.C.test."));
        Assert.Equal("WWW.b.test. 60 IN A 192.0.2.99", await AnswerAsync(kit, "WWW.b.test."));
        Assert.Equal(1, upstream.Queries);
    }

    [Fact]
    public async Task The_upstream_is_asked_what_the_rules_ask()
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        await using ReloadKit kit = await StartAsync($$"""
            .:0 {
                bind 127.0.0.1
                rewrite continue class CH IN
                rewrite continue type ANY TXT
                rewrite name exact long.name.a.test b.test
                forward . {{upstream.Endpoint}}
            }
            """);

        Assert.Equal(
            "long.name.a.test. 60 IN TXT \"b.test. TXT IN edns=-1 size=0 do=0 []\"",
            await AnswerAsync(kit, new ClientQuestion("long.name.a.test.", RecordType.ANY) { Class = RecordClass.CH }));
        Assert.Equal(
            "long.name.a.test. 60 IN TXT \"b.test. TXT IN edns=0 size=1400 do=True []\"",
            await AnswerAsync(kit, new ClientQuestion("long.name.a.test.", RecordType.TXT) { UdpSize = 1400, DnssecOk = true }));
    }

    [Fact]
    public async Task Clients_that_ask_under_different_names_share_one_upstream_query()
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        await using ReloadKit kit = await StartAsync($$"""
            .:0 {
                bind 127.0.0.1
                rewrite name regex ^[ab]\.test\.$ c.test answer auto
                forward . {{upstream.Endpoint}}
            }
            """);

        string[] answers = await Task.WhenAll(AnswerAsync(kit, "a.test."), AnswerAsync(kit, "b.test."), AnswerAsync(kit, "c.test."));
        Assert.Equal(["a.test. 60 IN A 192.0.2.99", "b.test. 60 IN A 192.0.2.99", "c.test. 60 IN A 192.0.2.99"], answers);
    }

    [Fact]
    public async Task A_truncated_answer_has_the_question_of_the_client()
    {
        await using ReloadKit kit = await StartAsync("""
            .:0 {
                bind 127.0.0.1
                rewrite name suffix a.test b.test answer auto
                template IN TXT b.test {
                    answer "{{ .Name }} 60 IN TXT \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
                    answer "{{ .Name }} 60 IN TXT \"baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
                    answer "{{ .Name }} 60 IN TXT \"caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
                }
            }
            """);

        string small = await DescribeAsync(kit, new ClientQuestion("x.A.test.", RecordType.TXT));
        string whole = await DescribeAsync(kit, new ClientQuestion("x.A.test.", RecordType.TXT) { Tcp = true });
        Assert.StartsWith("NOERROR QR AA TC RD\nquestion: x.A.test. IN TXT\n", small, StringComparison.Ordinal);
        Assert.StartsWith("NOERROR QR AA RD\nquestion: x.A.test. IN TXT\n", whole, StringComparison.Ordinal);
        Assert.Equal(3, whole.Split("x.a.test. 60").Length - 1);
    }

    [Fact]
    public async Task Server_blocks_have_rules_of_their_own()
    {
        await using ReloadKit kit = await StartAsync("""
            a.test:0 {
                bind 127.0.0.1
                rewrite name suffix a.test c.test answer auto
                template IN A c.test {
                    answer "{{ .Name }} 60 IN A 192.0.2.1"
                }
            }
            b.test:0 {
                bind 127.0.0.1
                rewrite name suffix b.test c.test answer auto
                template IN A c.test {
                    answer "{{ .Name }} 60 IN A 192.0.2.2"
                }
            }
            """);

        Assert.Equal("x.a.test. 60 IN A 192.0.2.1", await AnswerAsync(kit, "x.a.test."));
        Assert.Equal("x.b.test. 60 IN A 192.0.2.2", await AnswerAsync(kit, "x.b.test."));
        Assert.StartsWith("REFUSED", await DescribeAsync(kit, new ClientQuestion("x.c.test.")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_of_an_alias_is_looked_up_in_the_server_and_rewritten_by_the_rules_before()
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        await using ReloadKit kit = await StartAsync($$$"""
            a.test:0 {
                bind 127.0.0.1
                rewrite continue name suffix a.test b.test answer auto
                rewrite cname suffix .cdn.test. .other.test.
                template IN TXT www.b.test {
                    answer "{{ .Name }} 60 IN CNAME x.b.test."
                    answer "x.b.test. 70 IN CNAME www.cdn.test."
                    answer "www.cdn.test. 80 IN TXT old"
                }
            }
            .:0 {
                bind 127.0.0.1
                forward . {{{upstream.Endpoint}}}
            }
            """);

        Assert.Equal(
            "www.a.test. 60 IN CNAME x.a.test.; www.other.test. 60 IN TXT \"www.other.test. TXT IN edns=-1 size=0 do=0 []\"; x.a.test. 70 IN CNAME www.other.test.",
            await AnswerAsync(kit, new ClientQuestion("www.a.test.", RecordType.TXT)));
    }

    [Fact]
    public async Task A_chain_of_aliases_that_never_ends_ends()
    {
        await using ReloadKit kit = await StartAsync("""
            .:0 {
                bind 127.0.0.1
                rewrite cname regex ^(.*)$ x.{1}
                template IN A test {
                    answer "{{ .Name }} 60 IN CNAME y.test."
                }
            }
            """);

        Assert.StartsWith("NOERROR", await DescribeAsync(kit, new ClientQuestion("a.test.")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_change_with_a_reload()
    {
        const string corefile = """
            .:0 {
                bind 127.0.0.1
                reload
                rewrite name exact a.test b.test
                template IN A b.test {
                    answer "{{ .Name }} 60 IN A 192.0.2.1"
                    fallthrough
                }
                template IN A c.test {
                    answer "{{ .Name }} 60 IN A 192.0.2.2"
                }
            }
            """;
        await using ReloadKit kit = await StartAsync(corefile);
        Assert.Equal("a.test. 60 IN A 192.0.2.1", await AnswerAsync(kit, "a.test."));

        kit.Write(corefile.Replace("a.test b.test", "a.test c.test", StringComparison.Ordinal));
        await kit.RequestAsync();

        Assert.Equal("a.test. 60 IN A 192.0.2.2", await AnswerAsync(kit, "a.test."));
    }

    [Fact]
    public async Task A_name_that_is_not_a_domain_name_is_an_error_line()
    {
        await using ReloadKit kit = await StartAsync("""
            .:0 {
                bind 127.0.0.1
                errors
                rewrite name regex ^(.*)\.a\.test\.$ {1}..b.test answer auto
                whoami
            }
            """);

        Assert.StartsWith("SERVFAIL QR RD\nquestion: x.a.test. IN A\n", await DescribeAsync(kit, new ClientQuestion("x.a.test.")), StringComparison.Ordinal);
        await TestListener.UntilAsync(() => !kit.Lines.IsEmpty);
        Assert.Contains(kit.Lines, static line => line.Contains("2 x.a.test. A: invalid name after rewrite: x..b.test.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_query_log_has_the_question_of_the_client()
    {
        await using ReloadKit kit = await StartAsync("""
            .:0 {
                bind 127.0.0.1
                log
                rewrite continue type A AAAA
                rewrite name exact a.test b.test
                whoami
            }
            """);

        await DescribeAsync(kit, new ClientQuestion("a.test."));
        await TestListener.UntilAsync(() => !kit.Lines.IsEmpty);
        Assert.Contains(kit.Lines, static line => line.Contains("\"A IN a.test. udp 24 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_without_EDNS_gets_no_more_than_512_octets_after_a_rule_has_added_it()
    {
        using ScriptedUpstream upstream = EchoUpstream.Start();
        await using ReloadKit kit = await StartAsync($$$"""
            .:0 {
                bind 127.0.0.1
                rewrite edns0 nsid set revert
                template IN TXT big.test {
                    answer "{{ .Name }} 60 IN TXT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    answer "{{ .Name }} 60 IN TXT baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    answer "{{ .Name }} 60 IN TXT caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                }
            }
            """);

        byte[] answer = await AskAsync(kit.Endpoint, new ClientQuestion("big.test.", RecordType.TXT));
        Assert.True(answer.Length <= 512);
        Assert.StartsWith("NOERROR QR AA TC RD", RecordedRewrite.Describe(answer), StringComparison.Ordinal);
    }

    private static Task<ReloadKit> StartAsync(string corefile) => ReloadKit.StartAsync(corefile);

    private static Task<string> AnswerAsync(ReloadKit kit, string name) => AnswerAsync(kit, new ClientQuestion(name));

    private static async Task<string> AnswerAsync(ReloadKit kit, ClientQuestion question)
    {
        string[] lines = (await DescribeAsync(kit, question)).Split('\n');
        Assert.Equal($"question: {question.Name} {RecordClasses.ToText(question.Class)} {RecordTypes.ToText(question.Type)}", lines[1]);
        return lines[2]["answer: ".Length..];
    }

    private static async Task<string> DescribeAsync(ReloadKit kit, ClientQuestion question)
        => RecordedRewrite.Describe(await AskAsync(kit.Endpoint, question));

    private static Task<byte[]> AskAsync(IPEndPoint server, ClientQuestion question) => RecordedRewrite.AskAsync(server, question);
}
