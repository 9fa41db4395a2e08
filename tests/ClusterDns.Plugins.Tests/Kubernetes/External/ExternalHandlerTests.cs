using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.External;

public sealed class ExternalHandlerTests
{
    private const string Denial = "Authority: example.org. 5 SOA ns1.dns.example.org. hostmaster.dns.example.org. 946684800 7200 1800 86400 5";

    [Theory]
    [InlineData("web.shop.example.org.", RecordType.A, "NOERROR|Answer: web.shop.example.org. 5 A 203.0.113.1")]
    [InlineData("WEB.shop.Example.org.", RecordType.AAAA, "NOERROR|Answer: WEB.shop.Example.org. 5 AAAA 2001:db8::1")]
    [InlineData("_dns._udp.web.shop.example.org.", RecordType.SRV, "NOERROR|Answer: _dns._udp.web.shop.example.org. 5 SRV 0 50 53 web.shop.example.org.|Additional: web.shop.example.org. 5 A 203.0.113.1|Additional: web.shop.example.org. 5 AAAA 2001:db8::1")]
    [InlineData("_dns._tcp.web.shop.example.org.", RecordType.SRV, "NXDOMAIN|" + Denial)]
    [InlineData("twice.shop.example.org.", RecordType.A, "NOERROR|Answer: twice.shop.example.org. 5 A 203.0.113.3")]
    [InlineData("twice.shop.example.org.", RecordType.SRV, "NOERROR|Answer: twice.shop.example.org. 5 SRV 0 50 80 twice.shop.example.org.|Additional: twice.shop.example.org. 5 A 203.0.113.3")]
    [InlineData("same.shop.example.org.", RecordType.SRV, "NOERROR|" + Denial)]
    [InlineData("alias.shop.example.org.", RecordType.A, "NOERROR|Answer: alias.shop.example.org. 5 A 203.0.113.7")]
    [InlineData("lb.shop.example.org.", RecordType.A, "NOERROR|Answer: lb.shop.example.org. 5 CNAME lb.example.net.")]
    [InlineData("_https._tcp.lb.shop.example.org.", RecordType.SRV, "NOERROR|Answer: _https._tcp.lb.shop.example.org. 5 SRV 0 50 443 lb.example.net.|Answer: _https._tcp.lb.shop.example.org. 5 SRV 0 50 443 lb2.example.net.")]
    [InlineData("mixed.shop.example.org.", RecordType.A, "NOERROR|Answer: mixed.shop.example.org. 5 A 203.0.113.5|Answer: mixed.shop.example.org. 5 A 203.0.113.6")]
    [InlineData("mixed.shop.example.org.", RecordType.AAAA, "NOERROR|" + Denial)]
    [InlineData("inside.shop.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("db.shop.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("one.inside.shop.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("nosuch.shop.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("web.nosuch.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("shop.example.org.", RecordType.A, "NOERROR|" + Denial)]
    [InlineData("a.b.c.web.shop.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("dns.example.org.", RecordType.A, "NOERROR|" + Denial)]
    [InlineData("ns2.dns.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("a.ns1.dns.example.org.", RecordType.A, "NXDOMAIN|" + Denial)]
    [InlineData("ns1.dns.example.org.", RecordType.A, "NOERROR|Answer: ns1.dns.example.org. 5 A 192.0.2.2")]
    [InlineData("example.org.", RecordType.NS, "NOERROR|Answer: example.org. 5 NS ns1.dns.example.org.|Additional: ns1.dns.example.org. 5 A 192.0.2.2")]
    [InlineData("Example.org.", RecordType.SOA, "NOERROR|Answer: Example.org. 5 SOA ns1.dns.Example.org. hostmaster.dns.Example.org. 946684800 7200 1800 86400 5")]
    [InlineData("nosuch.shop.Example.org.", RecordType.A, "NXDOMAIN|Authority: Example.org. 5 SOA ns1.dns.Example.org. hostmaster.dns.Example.org. 946684800 7200 1800 86400 5")]
    [InlineData("twice.shop.Example.org.", RecordType.SRV, "NOERROR|Answer: twice.shop.Example.org. 5 SRV 0 50 80 twice.shop.Example.org.|Additional: twice.shop.Example.org. 5 A 203.0.113.3")]
    [InlineData("example.org.", RecordType.AXFR, "REFUSED")]
    [InlineData("web.shop.svc.cluster.local.", RecordType.A, "NOERROR|Answer: web.shop.svc.cluster.local. 60 A 10.96.0.1")]
    public void Names_are_answered(string name, RecordType type, string expected)
    {
        PluginKit kit = ExternalKit.Create("");
        Assert.Equal("", kit.Errors);

        Assert.Equal(expected, kit.Ask(name, type).ReplaceLineEndings("|"));
    }

    [Theory]
    [InlineData("db.shop.example.org.", RecordType.A, "NOERROR|Answer: db.shop.example.org. 7 A 10.1.0.1|Answer: db.shop.example.org. 7 A 10.1.0.2")]
    [InlineData("db-0.db.shop.example.org.", RecordType.A, "NOERROR|Answer: db-0.db.shop.example.org. 7 A 10.1.0.1")]
    [InlineData("_sql._tcp.db.shop.example.org.", RecordType.SRV, "NOERROR|Answer: _sql._tcp.db.shop.example.org. 7 SRV 0 50 5432 db-0.db.shop.example.org.|Answer: _sql._tcp.db.shop.example.org. 7 SRV 0 50 5432 10-1-0-2.db.shop.example.org.|Additional: db-0.db.shop.example.org. 7 A 10.1.0.1|Additional: 10-1-0-2.db.shop.example.org. 7 A 10.1.0.2")]
    [InlineData("one.inside.shop.example.org.", RecordType.A, "NOERROR|Answer: one.inside.shop.example.org. 7 A 10.1.0.3")]
    [InlineData("example.org.", RecordType.SOA, "NOERROR|Answer: example.org. 7 SOA ns1.names.example.org. hostmaster.names.example.org. 946684800 7200 1800 86400 7")]
    [InlineData("ns1.names.example.org.", RecordType.A, "NOERROR|Answer: ns1.names.example.org. 7 A 192.0.2.2")]
    public void Options_are_heeded(string name, RecordType type, string expected)
        => Assert.Equal(expected, ExternalKit.Create("headless\nttl 7\napex Names").Ask(name, type).ReplaceLineEndings("|"));

    [Theory]
    [InlineData("10.1.0.4", "", "NOERROR|Answer: example.org. 5 NS ns1.dns.example.org.|Additional: ns1.dns.example.org. 5 A 203.0.113.1|Additional: ns1.dns.example.org. 5 AAAA 2001:db8::1")]
    [InlineData("10.1.0.1", "", "NOERROR|Answer: example.org. 5 NS ns1.dns.example.org.")]
    [InlineData("10.1.0.1", "headless", "NOERROR|Answer: example.org. 5 NS ns1.dns.example.org.|Additional: ns1.dns.example.org. 5 A 10.1.0.1|Additional: ns1.dns.example.org. 5 A 10.1.0.2")]
    public void A_name_server_in_the_cluster_has_the_addresses_of_its_Services(string localAddress, string options, string expected)
        => Assert.Equal(expected, ExternalKit.Create(options, localAddress).Ask("example.org.", RecordType.NS).ReplaceLineEndings("|"));

    [Fact]
    public void Addresses_outside_have_names_where_a_zone_is_of_reverse_names()
    {
        PluginKit kit = ExternalKit.Create("", zones: "in-addr.arpa example.org ip6.arpa");

        Assert.Equal(
            "Answer: 1.113.0.203.in-addr.arpa. 5 PTR same.shop.example.org.|Answer: 1.113.0.203.in-addr.arpa. 5 PTR web.shop.example.org.|NOERROR",
            string.Join('|', kit.Ask("1.113.0.203.in-addr.arpa.", RecordType.PTR).Split('\n').Order(StringComparer.Ordinal)));
        Assert.StartsWith("NOERROR\nAnswer", kit.Ask("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", RecordType.PTR), StringComparison.Ordinal);
        Assert.StartsWith("NXDOMAIN", kit.Ask("1.0.96.10.in-addr.arpa.", RecordType.PTR), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fallthrough", "nosuch.shop.example.org.", "DROPPED")]
    [InlineData("fallthrough", "a.nosuch.nosuch.example.org.", "DROPPED")]
    [InlineData("fallthrough shop.example.org", "nosuch.shop.example.org.", "DROPPED")]
    [InlineData("fallthrough shop.example.org", "web.nosuch.example.org.", "NXDOMAIN|" + Denial)]
    [InlineData("fallthrough", "shop.example.org.", "NOERROR|" + Denial)]
    [InlineData("fallthrough", "ns2.dns.example.org.", "NXDOMAIN|" + Denial)]
    [InlineData("", "www.example.net.", "DROPPED")]
    public void Names_that_do_not_exist_fall_through(string options, string name, string expected)
        => Assert.Equal(expected, ExternalKit.Create(options, next: static context => context.Response.Drop("next")).Ask(name).ReplaceLineEndings("|"));

    [Fact]
    public void Targets_outside_are_looked_up()
    {
        PluginKit kit = ExternalKit.Create("");
        Router router = new();
        Query address = kit.CreateContext("lb.shop.example.org.");
        address.Exchange.Router = router;
        kit.Serve(address);
        Assert.Equal(2, address.Response.Answers.Count);

        Query service = kit.CreateContext("lb.shop.example.org.", RecordType.SRV);
        service.Exchange.Router = router;
        kit.Serve(service);
        Assert.Equal(4, service.Response.Answers.Count);
        Assert.Equal("lb.example.net. A|lb.example.net. A|lb.example.net. AAAA|lb2.example.net. A|lb2.example.net. AAAA", router.Asked);
        Assert.Equal(4, service.Response.Additional.Count);
    }

    [Theory]
    [InlineData("web.shop.example.org.", RecordType.A)]
    [InlineData("web.shop.example.org.", RecordType.SRV)]
    [InlineData("lb.shop.example.org.", RecordType.A)]
    [InlineData("db.shop.example.org.", RecordType.SRV)]
    [InlineData("nosuch.shop.example.org.", RecordType.A)]
    [InlineData("1.113.0.203.in-addr.arpa.", RecordType.PTR)]
    [InlineData("example.org.", RecordType.NS)]
    [InlineData("example.org.", RecordType.SOA)]
    public void A_look_up_allocates_nothing(string name, RecordType type)
    {
        PluginKit kit = ExternalKit.Create("headless", zones: "example.org in-addr.arpa");
        Query context = kit.Serve(name, type, transport: TransportProtocol.Tcp);
        for (int i = 0; i < 100; i++)
        {
            kit.ServeAgain(context);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(context));
    }

    [Fact]
    public void Kubernetes_has_to_be_in_the_block()
    {
        PluginKit kit = new([new ExternalPlugin()], "k8s_external example.org");

        Assert.Equal("Corefile:2:1: k8s_external needs the cluster of kubernetes: expected kubernetes in the same server block", kit.Errors);
    }

    [Theory]
    [InlineData("ttl", "missing argument of 'ttl': expected 'ttl SECONDS'")]
    [InlineData("ttl 3601", "invalid number '3601' for ttl: expected 0 to 3600")]
    [InlineData("apex", "missing argument of 'apex': expected 'apex LABEL'")]
    [InlineData("apex a.b", "invalid label 'a.b' for apex: expected one label, such as dns")]
    [InlineData("headless yes", "unexpected 'yes' after 'headless': expected 'headless'")]
    [InlineData("headles", "unknown option 'headles' of k8s_external: expected apex, ttl, headless or fallthrough; did you mean 'headless'?")]
    public void Wrong_options_are_errors(string option, string expected)
        => Assert.Contains(expected, ExternalKit.Create(option).Errors, StringComparison.Ordinal);

    [Theory]
    [InlineData("in-addr.arpa", "k8s_external has only reverse zones: expected a zone for Services, such as example.org")]
    [InlineData("a23456789a23456789a23456789a23456789a23456789a23456789a23456789.b23456789b23456789b23456789b23456789b23456789b23456789b23456789.c23456789c23456789c23456789c23456789c23456789c23456789c23456789.d23456789d23456789d23456789d23456789d23456789d23456789", "is too long: expected room for hostmaster.dns before it")]
    public void Wrong_zones_are_errors(string zones, string expected)
        => Assert.Contains(expected, ExternalKit.Create("", zones: zones).Errors, StringComparison.Ordinal);

    /// <summary>Has an address for everything.</summary>
    private sealed class Router : IQueryRouter
    {
        private readonly List<string> _asked = [];

        public string Asked => string.Join('|', _asked.Order(StringComparer.Ordinal));

        public ValueTask RouteAsync(Query query)
        {
            _asked.Add($"{DomainName.ToText(query.Name)} {query.Type}");
            query.Response.Answer("router");
            query.Response.TryAddCopy(ResponseSection.Answer, [], query.Type, 5, new byte[query.Type == RecordType.A ? 4 : 16]);
            return ValueTask.CompletedTask;
        }
    }
}
