using System.Text;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Expressions;

/// <summary>The options <c>var</c> and <c>expr</c> of template.</summary>
public sealed class TemplateExpressionTests
{
    [Theory]
    [InlineData("var ttl 60", "a.example. {{ .Var.ttl }} IN TXT x", "a.example. 60 TXT \"x\"")]
    [InlineData("var a 1\n var b a + 1\n var c b * 10", "{{ .Name }} 60 IN TXT {{ .Var.a }}.{{ .Var.b }}.{{ .Var.c }}", "a.example. 60 TXT \"1.2.20\"")]
    [InlineData("match ^(?P<n>[a-z]+)[.](example)[.]$\n var a group('n')\n var b group(2)\n var c group(0)", "{{ .Name }} 60 IN TXT {{ .Var.a }}/{{ .Var.b }}/{{ .Var.c }}", "a.example. 60 TXT \"a/example/a.example.\"")]
    [InlineData("match ^(?P<n>[a-z]+)[.]\n var m group('none') + group(9) + group(nil)", "{{ .Name }} 60 IN TXT \\\"{{ eq .Var.m `` }}\\\"", "a.example. 60 TXT \"true\"")]
    [InlineData("var n name()\n var t type()\n var ip client_ip()", "{{ .Var.n }} 60 IN TXT {{ .Var.t }}-{{ .Var.ip }}", "a.example. 60 TXT \"TXT-127.0.0.1\"")]
    [InlineData("var local incidr(client_ip(), '127.0.0.0/8')", "{{ .Name }} 60 IN TXT {{ if .Var.local }}in{{ else }}out{{ end }}", "a.example. 60 TXT \"in\"")]
    [InlineData("var list split(name(), '.')\n var entries \"{'k': [1, nil], 'b': 1.5}\"", "{{ .Name }} 60 IN TXT \\\"{{ len .Var.list }} {{ index .Var.list 1 }} {{ .Var.entries }} {{ .Var.entries.b }}\\\"", "a.example. 60 TXT \"3 example map[b:1.5 k:[1 <nil>]] 1.5\"")]
    [InlineData("var d duration('90m')\n var t date('2026-12-01')", "{{ .Name }} 60 IN TXT \\\"{{ .Var.d }} {{ .Var.t }}\\\"", "a.example. 60 TXT \"1h30m0s 2026-12-01 00:00:00 +0000 UTC\"")]
    [InlineData("var n nil", "{{ .Name }} 60 IN TXT \\\"{{ .Var.n }} {{ .Var.none }} {{ len .Var }}\\\"", "a.example. 60 TXT \"<no value> <no value> 1\"")]
    [InlineData("", "{{ .Name }} 60 IN TXT {{ len .Var }}", "a.example. 60 TXT \"0\"")]
    [InlineData("expr name() == 'a.example.'\n expr incidr(client_ip(), '127.0.0.0/8') and type() == 'TXT'", "{{ .Name }} 60 IN TXT x", "a.example. 60 TXT \"x\"")]
    [InlineData("match ^(?P<n>[a-z])\n var n group('n')\n expr n == 'a' && group(0) == 'a'", "{{ .Name }} 60 IN TXT {{ .Var.n }}", "a.example. 60 TXT \"a\"")]
    public void Records_can_use_variables(string options, string record, string answer)
        => Assert.Equal("NOERROR\n" + answer, new ServerKit(Template($"{options}\n answer \"{record}\"")).Ask("a.example.", RecordType.TXT));

    [Theory]
    [InlineData("expr name() == 'b.example.'", "SERVFAIL")]
    [InlineData("expr name() == 'b.example.'\n fallthrough", "NXDOMAIN")]
    [InlineData("expr name() == 'b.example.'\n fallthrough other.example", "SERVFAIL")]
    [InlineData("expr true\n expr false\n fallthrough", "NXDOMAIN")]
    [InlineData("expr fromJSON('1')\n fallthrough", "NXDOMAIN")]
    [InlineData("expr incidr(name(), '10.0.0.0/8')\n fallthrough", "SERVFAIL")]
    [InlineData("var bad int(name())\n fallthrough", "SERVFAIL")]
    [InlineData("var bad incidr(name(), '10.0.0.0/8')", "SERVFAIL")]
    [InlineData("match ^b\n var bad int(name())\n expr int(name()) > 1\n fallthrough", "NXDOMAIN")]
    public void A_condition_that_is_false_is_as_a_name_that_does_not_match(string options, string code)
        => Assert.StartsWith(code, new ServerKit(Template(options)).Ask("a.example.", RecordType.TXT), StringComparison.Ordinal);

    [Fact]
    public void A_failure_is_counted_and_logged()
    {
        ServerKit kit = new(Template("var bad int(name())") + "\n");

        kit.Ask("a.example.", RecordType.TXT);

        System.Buffers.ArrayBufferWriter<byte> page = new();
        MetricText.Write(kit.Metrics.Families, openMetrics: false, page);
        Assert.Contains(
            "coredns_template_template_failures_total{server=\"dns://:53\",zone=\"example.\",view=\"\",class=\"IN\",type=\"TXT\",section=\"var\",template=\"int(name())\"} 1\n",
            Encoding.UTF8.GetString(page.WrittenSpan),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var a", "Corefile:3:2: missing argument of 'var': expected 'var NAME EXPRESSION'")]
    [InlineData("var 1a 1", "Corefile:3:6: invalid variable '1a': names have letters, digits and '_', and are not those of functions, words of the language or other variables")]
    [InlineData("var len 1", "Corefile:3:6: invalid variable 'len': names have letters, digits and '_', and are not those of functions, words of the language or other variables")]
    [InlineData("var group 1", "Corefile:3:6: invalid variable 'group': names have letters, digits and '_', and are not those of functions, words of the language or other variables")]
    [InlineData("var true 1", "Corefile:3:6: invalid variable 'true': names have letters, digits and '_', and are not those of functions, words of the language or other variables")]
    [InlineData("var a 1\n var a 2", "Corefile:4:6: duplicate variable 'a': names have letters, digits and '_', and are not those of functions, words of the language or other variables")]
    [InlineData("var a b + 1\n var b 1", "Corefile:3:8: invalid expression, at character 1: unknown name 'b': strings are written in quotes, for example 'b'")]
    [InlineData("var a 1\n expr a == '1'", "Corefile:4:9: invalid expression, at character 3: '==' between int and string: both sides must be of one type")]
    [InlineData("expr 1", "Corefile:3:7: expression of type int: a bool is accepted")]
    [InlineData("expr", "Corefile:3:2: missing expression of 'expr': expected for example type() == 'A'")]
    public void A_mistake_is_an_error_at_its_place(string options, string error) => Assert.Equal(error, Assert.Single(ServerKit.FindErrors(Template(options))));

    [Fact]
    public void Variables_belong_to_one_template()
        => Assert.Single(ServerKit.FindErrors("example {\n template IN A {\n var a 1\n }\n template IN A {\n expr a == 1\n }\n}\n"));

    private static string Template(string options) => $"example {{\n template IN TXT {{\n {options}\n }}\n template ANY ANY {{\n rcode NXDOMAIN\n }}\n}}\n";
}
