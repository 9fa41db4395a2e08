using System.Globalization;
using ClusterDns.Plugins.Rewrite;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class RewriteOptionsTests
{
    [Theory]
    [InlineData("name a.com b.com")]
    [InlineData("name exact a.com b.com")]
    [InlineData("NAME Exact a.com b.com answer auto")]
    [InlineData("name prefix a. b. answer auto")]
    [InlineData("name suffix .a.com .b.com answer auto")]
    [InlineData("name substring a.com b.com answer name (a)\\.com {1}.org")]
    [InlineData("name regex (a)\\.com new-{1}.com answer auto")]
    [InlineData("name regex (a)\\.(b)\\.(c) {2}.{1}.{3} answer name (b)\\.(a)\\.(c) {2}.{1}.{3}")]
    [InlineData("name regex (a) b answer name (b) a value (c) {1}")]
    [InlineData("name regex (a) b answer name (b) a answer value (c) {1} answer value d e")]
    [InlineData("name suffix .arpa .arpa answer name auto answer value (.*)\\.service\\.consul\\. {1}.coredns.rocks.")]
    [InlineData("name suffix .arpa .arpa answer name auto value (.*)\\.consul\\. {1}.rocks.")]
    [InlineData("name suffix .arpa .arpa answer name auto")]
    [InlineData("name regex (a) b answer name auto c.test")]
    [InlineData("type any a")]
    [InlineData("stop type ANY HINFO")]
    [InlineData("CONTINUE class ch in")]
    [InlineData("ttl example.com. 30-300")]
    [InlineData("ttl exact example.com. -30")]
    [InlineData("ttl prefix a 30-")]
    [InlineData("ttl regex (.*)\\.coredns\\.rocks 0")]
    [InlineData("rcode a.test NXDOMAIN NOERROR")]
    [InlineData("rcode suffix a.test 2 0")]
    [InlineData("rcode regex .* badsig NotImpl")]
    [InlineData("cname mid.test. host.test.")]
    [InlineData("cname regex (.*).cdn.example.net. {1}.other.cdn.com.")]
    [InlineData("cname substring id.data econd.data")]
    [InlineData("edns0 local set 65518 abcdefg")]
    [InlineData("edns0 local set 0xffee 0x61626364 revert")]
    [InlineData("edns0 local set 0 0x")]
    [InlineData("edns0 local append 0b11 {qname}")]
    [InlineData("edns0 local replace 017 {kubernetes/client-namespace} REVERT")]
    [InlineData("edns0 local unset 0xffee")]
    [InlineData("edns0 nsid set")]
    [InlineData("edns0 nsid append revert")]
    [InlineData("edns0 nsid unset")]
    [InlineData("edns0 subnet set 24 56")]
    [InlineData("edns0 subnet replace 0 128 revert")]
    [InlineData("edns0 subnet unset")]
    [InlineData("{\n name exact a b\n}")]
    [InlineData("stop {\n name regex (a) b\n answer name (b) a\n answer value (c) d\n}")]
    [InlineData("continue {\n ttl regex (.*)\\.coredns\\.rocks 15\n}")]
    [InlineData("name {\n exact a b\n}")]
    [InlineData("{\n name\n exact\n a\n b\n}")]
    public void A_rule_is_read(string rule)
    {
        PluginKit kit = Create(rule);

        Assert.Equal("", kit.Errors);
        Assert.Equal("rewrite", kit.Handler.Name);
    }

    [Theory]
    [InlineData("", "rewrite without field of rewrite: expected name, type, class, ttl, rcode, cname, edns0")]
    [InlineData("stop", "rewrite without field of rewrite: expected name, type, class, ttl, rcode, cname, edns0")]
    [InlineData("nmae a b", "unknown field of rewrite 'nmae': expected name, type, class, ttl, rcode, cname, edns0; did you mean 'name'?")]
    [InlineData("stopp name a b", "unknown field of rewrite 'stopp': expected name, type, class, ttl, rcode, cname, edns0")]
    [InlineData("answer name a b", "'answer' without a rule: write it after 'name', as in 'name suffix FROM TO answer auto'")]
    [InlineData("name a b {\n answer auto\n}", "a 'rewrite' with its rule on the line does not take a block: write the whole rule on the line, or in the block")]
    [InlineData("name", "incomplete rule of rewrite: expected 'name [exact|prefix|suffix|substring|regex] FROM TO [answer auto|name FROM TO|value FROM TO ...]'")]
    [InlineData("name a", "incomplete rule of rewrite: expected 'name [exact|prefix|suffix|substring|regex] FROM TO [answer auto|name FROM TO|value FROM TO ...]'")]
    [InlineData("name a.com b.com answer auto", "unknown match 'a.com': expected exact, prefix, suffix, substring, regex")]
    [InlineData("name exactt a.com b.com", "unknown match 'exactt': expected exact, prefix, suffix, substring, regex; did you mean 'exact'?")]
    [InlineData("name regex ([a]\\.com new-{1}.com", "'([a]\\.com' is not a regular expression")]
    [InlineData("name regex a new-{1}.com", "'new-{1}.com' uses 1 groups: 'a' has 0")]
    [InlineData("name regex (a) {1}{2}.com", "'{1}{2}.com' uses 2 groups: '(a)' has 1")]
    [InlineData("name exact {1}.a b", "'{1}.a' uses 1 groups: 'b' has 0")]
    [InlineData("name exact a *.b", "'*.b.' is not a regular expression")]
    [InlineData("name exact a b name c d", "unexpected 'name' after the rule")]
    [InlineData("name regex (a) b answer", "rewrite without kind of answer: expected auto, name, value")]
    [InlineData("name regex (a) b answer ttl 3", "unknown kind of answer 'ttl': expected auto, name, value")]
    [InlineData("name regex (a) b answer name (b)", "incomplete 'answer name': expected 'answer name FROM TO'")]
    [InlineData("name regex (a) b answer name (b a", "'(b' is not a regular expression")]
    [InlineData("name regex (a) b answer value (b) {1}{2}", "'{1}{2}' uses 2 groups: '(b)' has 1")]
    [InlineData("name regex (a) b answer auto name (b) a", "'answer name FROM TO' beside 'answer auto': a rule takes one of them, as both rename the same records")]
    [InlineData("name regex (a) b answer name (b) a too.long way.too.long", "unknown kind of answer 'too.long': expected auto, name, value")]
    [InlineData("{\n name exact a b\n name exact c d\n}", "unexpected 'name' after the rule")]
    [InlineData("type any", "incomplete rule of rewrite: expected 'type FROM TO'")]
    [InlineData("type any a a", "unexpected 'a' after the rule: expected 'type FROM TO'; another rule needs a 'rewrite' of its own")]
    [InlineData("type XY WV", "unknown record type 'XY': expected for example A, HTTPS or ANY")]
    [InlineData("class ch XY", "unknown class 'XY': expected IN, CH, HS, NONE or ANY")]
    [InlineData("ttl a.test", "incomplete rule of rewrite")]
    [InlineData("ttl suffx a.test 5", "unknown match 'suffx': expected exact, prefix, suffix, substring, regex; did you mean 'suffix'?")]
    [InlineData("ttl a.test -", "invalid time to live '-': expected seconds such as 30, 30-300, 30- or -300")]
    [InlineData("ttl a.test 5m", "invalid time to live '5m': expected seconds such as 30, 30-300, 30- or -300")]
    [InlineData("ttl a.test 1-2-3", "invalid time to live '1-2-3'")]
    [InlineData("ttl a.test 30-20", "invalid time to live '30-20': the first number must not be greater than the second")]
    [InlineData("ttl a.test 4294967296", "invalid time to live '4294967296'")]
    [InlineData("rcode a.test NXDOMAIN", "incomplete rule of rewrite: expected 'rcode [exact|prefix|suffix|substring|regex] NAME FROM TO'")]
    [InlineData("rcode a.test NXDOMAIN 24", "unknown response code '24': expected a name such as NXDOMAIN, or a number from 0 to 23")]
    [InlineData("rcode a.test NODOMAIN 0", "unknown response code 'NODOMAIN'")]
    [InlineData("cname a", "incomplete rule of rewrite: expected 'cname [exact|prefix|suffix|substring|regex] FROM TO'")]
    [InlineData("cname regex (a b", "'(a' is not a regular expression")]
    [InlineData("cname prefix \"\" b", "empty text to match: expected a part of a name, such as 'cdn.example.'")]
    [InlineData("edns0", "rewrite without EDNS option: expected local, nsid, subnet")]
    [InlineData("edns0 cookie set", "unknown EDNS option 'cookie': expected local, nsid, subnet")]
    [InlineData("edns0 local", "rewrite without action: expected set, append, replace, unset")]
    [InlineData("edns0 local foo 0xffee abc", "unknown action 'foo': expected set, append, replace, unset")]
    [InlineData("edns0 local set 0xffee", "incomplete rule of rewrite: expected 'edns0 local set CODE DATA [revert]'")]
    [InlineData("edns0 local set 0xffee revert", "incomplete rule of rewrite")]
    [InlineData("edns0 local set x abc", "invalid EDNS option code 'x': expected a number from 0 to 65535, such as 65518 or 0xffee")]
    [InlineData("edns0 local set 65536 abc", "invalid EDNS option code '65536'")]
    [InlineData("edns0 local set 0xffee 0xabcdefg", "invalid data '0xabcdefg': expected an even number of hexadecimal digits after '0x'")]
    [InlineData("edns0 local set 0xffee 0xabc", "invalid data '0xabc'")]
    [InlineData("edns0 local set 0xffee {dummy}", "unknown variable '{dummy}': expected {qname}, {qtype}, {client_ip}, {client_port}, {protocol}, {server_ip}, {server_port} or metadata such as {kubernetes/client-namespace}")]
    [InlineData("edns0 local set 0xffee {/a}", "unknown variable '{/a}'")]
    [InlineData("edns0 local set 0xffee abc again", "unknown word after the rule 'again': expected revert")]
    [InlineData("edns0 local unset 0xffee abcdefg", "unexpected 'abcdefg' after the rule: expected 'edns0 local unset CODE'")]
    [InlineData("edns0 local unset 0xffee revert", "unexpected 'revert' after the rule")]
    [InlineData("edns0 nsid set junk", "unknown word after the rule 'junk': expected revert")]
    [InlineData("edns0 nsid unset revert", "unexpected 'revert' after the rule")]
    [InlineData("edns0 subnet set 24", "incomplete rule of rewrite")]
    [InlineData("edns0 subnet set -1 56", "invalid prefix length '-1': expected a number from 0 to 32")]
    [InlineData("edns0 subnet set 33 129", "invalid prefix length '33': expected a number from 0 to 32")]
    [InlineData("edns0 subnet set 33 129", "invalid prefix length '129': expected a number from 0 to 128")]
    [InlineData("edns0 subnet append 24 56 72", "unknown word after the rule '72': expected revert")]
    [InlineData("edns0 subnet unset 24 56", "unexpected '24' after the rule")]
    public void A_mistake_is_an_error_that_says_what_is_accepted(string rule, string problem)
        => Assert.Contains(problem, Create(rule).Errors, StringComparison.Ordinal);

    [Fact]
    public void Every_mistake_is_reported_with_its_place()
    {
        PluginKit kit = Create("type XY WV\nrewrite ttl a.test x");

        Assert.Equal(
            "Corefile:2:14 Corefile:2:17 Corefile:3:20",
            string.Join(' ', kit.Diagnostics.Errors.Select(static error => error.Place.ToString())));
    }

    [Theory]
    [InlineData("name regex (a) b", "answers to questions that '(a)' matches have another name than the question, which many clients reject: add 'answer auto'")]
    [InlineData("name exact a..b c", "'a..b' is not a domain name: the rule matches no question")]
    [InlineData("name exact a b..c", "'b..c' is not a domain name: questions for 'a' are answered with SERVFAIL")]
    [InlineData("name regex (a) {2}.b answer auto", "'{2}' is not a group of '(a)' and stays as it is written")]
    [InlineData("cname suffix a.test b.test", "no target of an alias ends with 'a.test': write its final dot")]
    [InlineData("ttl a.test 4294967295", "'4294967295' counts up to 2147483647 (RFC 2181 section 8): write a smaller number")]
    public void What_has_another_effect_than_it_seems_is_a_warning(string rule, string warning)
    {
        PluginKit kit = Create(rule);

        Assert.Equal("", kit.Errors);
        Assert.Equal(warning, Assert.Single(kit.Diagnostics.Warnings).Message);
    }

    [Theory]
    [InlineData("name exact a b")]
    [InlineData("name suffix .a .b answer auto")]
    [InlineData("name regex (a) b answer name (b) {1}")]
    [InlineData("edns0 local set 0xffee abc")]
    public void A_rule_that_does_what_it_seems_to_has_no_warning(string rule) => Assert.Empty(Create(rule).Diagnostics.Warnings);

    [Fact]
    public void A_pattern_has_at_most_10_000_characters()
    {
        Assert.Equal("", Create($"name regex {new string('a', 5000)} b answer auto").Errors);
        Assert.Contains("10001 characters", Create($"name regex {new string('a', 10_001)} b").Errors, StringComparison.Ordinal);
        Assert.Contains(
            "a pattern of 10002 characters: at most 10000 are accepted", Create($"name prefix {new string('a', 10_001)} b").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_an_option_has_at_most_1024_octets()
    {
        Assert.Equal("", Create($"edns0 local set 1 {new string('a', 1024)}").Errors);
        Assert.Contains("data of 1025 octets: at most 1024 are accepted", Create($"edns0 local set 1 {new string('a', 1025)}").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_rules_are_read()
    {
        string rules = string.Join(
            "\nrewrite ", Enumerable.Range(0, 10_000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"name suffix .a{i}.test .b.test answer auto")));

        Assert.Equal("", Create(rules).Errors);
    }

    private static PluginKit Create(string rule) => new(new RewritePlugin(), $"rewrite {rule}");
}
