using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Autopath;

public sealed class ClusterSearchTests
{
    private const string Denial = "NXDOMAIN\nAuthority: cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local.";

    private readonly AutopathKit _kit = new(AutopathKit.WithKubernetes);

    [Fact]
    public void A_name_outside_is_found_where_the_pods_own_search_would_end()
    {
        Assert.Equal(
            "NOERROR\nAnswer: www.example.org.shop.svc.cluster.local. 60 CNAME www.example.org.\nAnswer: www.example.org. 60 A 192.0.2.1",
            _kit.Ask("www.example.org.shop.svc.cluster.local."));
        Assert.Equal(["www.example.org.lab.example.", "www.example.org.example.", "www.example.org."], _kit.Asked);
        Assert.Equal(1, _kit.Found);
    }

    [Fact]
    public void A_domain_of_the_host_comes_before_the_name_itself()
    {
        _kit.World["www.example.org.lab.example."] = static response => AutopathKit.AddAddress(response);

        Assert.Contains("CNAME www.example.org.lab.example.\n", _kit.Ask("www.example.org.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Equal(["www.example.org.lab.example."], _kit.Asked);
    }

    [Theory]
    [InlineData("web.shop.net.svc.cluster.local.", "web.shop.svc.cluster.local.")]
    [InlineData("web.shop.svc.net.svc.cluster.local.", "web.shop.svc.cluster.local.")]
    public void A_service_of_another_namespace_is_found_in_the_cluster(string name, string found)
    {
        Assert.Equal(
            $"NOERROR\nAnswer: {name} 5 CNAME {found}\nAnswer: {found} 5 A 10.96.0.1", _kit.Ask(name, client: AutopathKit.NetClient));
        Assert.Empty(_kit.Asked);
    }

    [Fact]
    public void A_service_of_the_pods_namespace_is_found_first_and_needs_no_alias()
    {
        Assert.Equal("NOERROR\nAnswer: web.shop.svc.cluster.local. 5 A 10.96.0.1", _kit.Ask("web.shop.svc.cluster.local."));
        Assert.Equal(1, _kit.Found);
    }

    [Theory]
    [InlineData("web.shop.svc.cluster.local.", AutopathKit.ShopClient)]
    [InlineData("web.shop.net.svc.cluster.local.", AutopathKit.NetClient)]
    public void A_name_without_records_of_the_type_ends_the_search(string name, string client)
    {
        Assert.StartsWith("NOERROR\nAuthority: cluster.local. 5 SOA ", _kit.Ask(name, RecordType.AAAA, client), StringComparison.Ordinal);
        Assert.Empty(_kit.Asked);
    }

    [Theory]
    [InlineData("www.example.org.shop.svc.cluster.local.", AutopathKit.UnknownClient)]
    [InlineData("www.example.org.shop.svc.cluster.local.", AutopathKit.NetClient)]
    [InlineData("www.example.org.svc.cluster.local.", AutopathKit.ShopClient)]
    [InlineData("www.example.org.cluster.local.", AutopathKit.ShopClient)]
    [InlineData("www.example.org.shop.pod.cluster.local.", AutopathKit.ShopClient)]
    public void A_name_that_is_not_the_first_of_the_clients_search_passes(string name, string client)
    {
        Assert.StartsWith(Denial, _kit.Ask(name, client: client), StringComparison.Ordinal);
        Assert.Empty(_kit.Asked);
        Assert.Equal(0, _kit.Found);
    }

    [Fact]
    public void The_namespace_itself_is_no_search()
    {
        Assert.StartsWith("NOERROR\nAuthority: ", _kit.Ask("shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.StartsWith("NOERROR\nAnswer: www.example.org.", _kit.Ask("www.example.org."), StringComparison.Ordinal);
        Assert.Equal(0, _kit.Found);
    }

    [Theory]
    [InlineData("www.example.org.shop.svc.cluster.local.", "[fd00::7]:5300")]
    [InlineData("www.example.org.shop.svc.cluster.local.", "[::ffff:10.1.0.7]:5300")]
    [InlineData("www.example.org.shop.svc.cluster.local.", AutopathKit.HostClient)]
    [InlineData("www.example.org.net.svc.cluster.local.", AutopathKit.HostClient)]
    public void Clients_are_known_over_IPv6_and_where_pods_share_an_address(string name, string client)
        => Assert.EndsWith("Answer: www.example.org. 60 A 192.0.2.1", _kit.Ask(name, client: client), StringComparison.Ordinal);

    [Fact]
    public void Names_are_searched_in_the_clients_case()
    {
        Assert.Equal(
            "NOERROR\nAnswer: wWw.Example.ORG.sHop.SVC.cluster.Local. 60 CNAME wWw.Example.ORG.\nAnswer: wWw.Example.ORG. 60 A 192.0.2.1",
            _kit.Ask("wWw.Example.ORG.sHop.SVC.cluster.Local."));
    }

    [Fact]
    public void Where_nothing_is_found_the_first_answer_counts()
    {
        Assert.StartsWith(Denial, _kit.Ask("nosuch.example.org.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Equal(3, _kit.Asked.Count);
        Assert.Equal(0, _kit.Found);
    }

    [Fact]
    public void A_host_without_domains_adds_none()
    {
        AutopathKit kit = new(AutopathKit.WithKubernetes, new FakeFiles());

        Assert.EndsWith("A 192.0.2.1", kit.Ask("www.example.org.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Equal(["www.example.org."], kit.Asked);
    }

    [Fact]
    public void No_more_domains_of_the_host_count_than_a_pod_gets()
    {
        AutopathKit kit = new(
            AutopathKit.WithKubernetes,
            new FakeFiles { ["/etc/resolv.conf"] = "search " + string.Join(' ', Enumerable.Range(0, 40).Select(static number => $"d{number}.example")) });

        Assert.EndsWith("A 192.0.2.1", kit.Ask("www.example.org.shop.svc.cluster.local."), StringComparison.Ordinal);
        Assert.Equal(30, kit.Asked.Count);
        Assert.Equal("www.example.org.d28.example.", kit.Asked[^2]);
    }

    [Fact]
    public void A_cluster_in_the_root_zone_is_searched_too()
    {
        AutopathKit kit = new(AutopathKit.WithKubernetes.Replace("cluster.local", ".", StringComparison.Ordinal));

        Assert.Equal(
            "NOERROR\nAnswer: web.shop.net.svc. 5 CNAME web.shop.svc.\nAnswer: web.shop.svc. 5 A 10.96.0.1",
            kit.Ask("web.shop.net.svc.", client: AutopathKit.NetClient));
    }

    [Fact]
    public void Searching_allocates_nothing()
    {
        Query query = new Exchange().Query;
        byte[] message = new byte[64];
        WireWriter writer = new(message);
        writer.TryWriteHeader(new DnsHeader { QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse("web.shop.net.svc.cluster.local."), RecordType.A, RecordClass.IN);
        int length = writer.Length;
        NetworkEndpoint client = NetworkEndpoint.FromIPv4([10, 1, 0, 8], 5300);

        Assert.Equal(0, Allocations.Count(Serve));
        Assert.Equal(2, query.Response.Answers.Count);

        void Serve()
        {
            query.Exchange.Reset();
            message.CopyTo(query.Exchange.RequestBuffer, 0);
            QueryVerdict verdict = query.Exchange.Accept(length, TransportProtocol.Udp, in client, in client, 0);
            ValueTask served = _kit.Kit.Handler.ServeAsync(query);
            Assert.True(verdict == QueryVerdict.Serve && served.IsCompletedSuccessfully);
            query.Exchange.WriteResponse();
        }
    }
}
