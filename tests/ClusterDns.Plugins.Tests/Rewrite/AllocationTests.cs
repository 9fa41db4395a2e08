using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Rewrite;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Rewrite;

public sealed class AllocationTests
{
    private static readonly byte[] Owner = DomainName.Parse("www.b.test.");
    private static readonly byte[] Target = DomainName.Parse("other.b.test.");

    [Theory]
    [InlineData("name suffix .nowhere.test .b.test answer auto")]
    [InlineData("name exact www.a.test www.b.test")]
    [InlineData("name prefix www. www. answer auto")]
    [InlineData("name suffix .a.test .b.test answer auto")]
    [InlineData("name substring a.test b.test answer auto")]
    [InlineData("name regex ^(.*)\\.a\\.(test)\\.$ {1}.b.{2} answer name (.*)\\.b\\.test {1}.a.test value (.*)\\.b\\.test {1}.a.test")]
    [InlineData("continue name suffix .a.test .c.test answer auto\nrewrite name regex (.*)\\.c\\.test {1}.b.test answer auto")]
    [InlineData("continue type TXT A\nrewrite continue ttl regex .* 30\nrewrite rcode suffix test 0 0")]
    [InlineData("cname prefix nothing. x.")]
    [InlineData("edns0 local set 0xffee {qname} revert")]
    [InlineData("continue edns0 subnet set 24 56\nrewrite edns0 nsid append revert")]
    public void A_query_allocates_nothing(string rules)
    {
        PluginKit kit = new(new RewritePlugin(), $"rewrite {rules}", static query =>
        {
            query.Response.Answer("next");
            query.Response.TryAdd(ResponseSection.Answer, RecordType.CNAME, 60, Target, 0, Target.Length);
            query.Response.TryAdd(ResponseSection.Answer, Owner, 0, RecordType.CNAME, 60, Target, 0, Target.Length);
        });
        Assert.Equal("", kit.Errors);
        Query query = kit.CreateContext("www.a.test.", udpSize: 1232);

        byte[] message = query.Request.ToArray();

        Assert.Equal(0, Allocations.Count(() =>
        {
            NetworkEndpoint client = query.Remote;
            query.Exchange.Reset();
            message.CopyTo(query.Exchange.RequestBuffer, 0);
            query.Exchange.Accept(message.Length, TransportProtocol.Udp, in client, in client, 0);
            kit.Serve(query);
            query.Exchange.WriteResponse();
        }));
        Assert.Equal(2, query.Response.Answers.Count);
    }
}
