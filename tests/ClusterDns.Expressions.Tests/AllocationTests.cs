using ClusterDns.Expressions.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Expressions.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("incidr(client_ip(), '192.0.2.0/24')")]
    [InlineData("incidr(client_ip(), '192.0.2.0/24') and not incidr(client_ip(), '198.51.100.0/24')")]
    [InlineData("type() == 'A'")]
    [InlineData("type() in ['A', 'AAAA']")]
    [InlineData("type() not in ['MX', 'TXT'] && class() == 'IN' && proto() != 'tcp'")]
    [InlineData("name() == 'www.example.org.'")]
    [InlineData("name() startsWith 'www.' or name() endsWith '.test.'")]
    [InlineData("name() contains 'example'")]
    [InlineData("name() matches '^www\\\\..*\\\\.org\\\\.$'")]
    [InlineData("name() in ['a.', 'www.example.org.']")]
    [InlineData("client_ip() in ['192.0.2.7', '192.0.2.8']")]
    [InlineData("do() ? bufsize() > 512 : false")]
    [InlineData("512 < bufsize() <= 1232")]
    [InlineData("metadata('a/b') == 'meta'")]
    [InlineData("id() in 0..65535")]
    [InlineData("let n = name(); n endsWith '.org.' and len(n) > 5")]
    [InlineData("upper(name()) == 'WWW.EXAMPLE.ORG.'")]
    [InlineData("trimSuffix(name(), '.') + '/' + type() == 'www.example.org/A'")]
    [InlineData("name()[0:3] == 'www'")]
    [InlineData("any(['www.', 'ftp.'], name() startsWith #)")]
    [InlineData("int(port()) > 1024 and (metadata('x') ?? 'y') == ''")]
    [InlineData("now() > date('2023-08-14') and duration('1h') < duration('2h')")]
    public void A_filter_allocates_nothing(string text)
    {
        Expression<Asked> expression = Asked.Compile(text);
        Asked asked = new();
        bool isTrue = true;

        Assert.Equal(0, Allocations.Count(() => isTrue &= expression.TryEvaluateBoolean(asked, out bool value) && value));
        Assert.True(isTrue);
    }

    [Fact]
    public void A_filter_that_fails_allocates_nothing()
    {
        Expression<Asked> expression = Asked.Compile("broken() == 'a'");
        Asked asked = new();

        Assert.Equal(0, Allocations.Count(() => expression.TryEvaluateBoolean(asked, out _)));
    }
}
