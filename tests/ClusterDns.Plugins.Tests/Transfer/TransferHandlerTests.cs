using System.Globalization;
using System.Text;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Transfer;

namespace ClusterDns.Plugins.Tests.Transfer;

public sealed class TransferHandlerTests
{
    private const string Everybody = "transfer {\n to *\n}";

    private const string Objects = """
        {kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, 'fd00::1'], externalIPs: [203.0.113.1], ports: [{name: http, port: 80}, {port: 53, protocol: UDP}]}}
        ---
        {kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{name: sql, port: 5432}]}}
        ---
        {kind: Service, metadata: {name: lb, namespace: shop}, spec: {type: LoadBalancer, clusterIP: 10.96.0.2, ports: [{name: http, port: 80}]}, status: {loadBalancer: {ingress: [{hostname: lb.example.net}]}}}
        ---
        {kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: Www.example.com}}
        ---
        {kind: Service, metadata: {name: to-address, namespace: shop}, spec: {type: ExternalName, externalName: 192.0.2.7}}
        ---
        kind: EndpointSlice
        metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
        ports: [{name: sql, port: 5432}, {port: 1}]
        endpoints: [{addresses: [10.1.0.1], hostname: db-0}, {addresses: [10.1.0.2]}]
        ---
        kind: EndpointSlice
        metadata: {name: orphan, namespace: shop, labels: {kubernetes.io/service-name: nosuch}}
        endpoints: [{addresses: [10.1.0.9]}]
        """;

    [Fact]
    public void A_clusters_zone_has_all_records_of_Services_and_endpoints()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);
        Assert.Equal("", kit.Errors);

        Assert.Equal(
            """
            10-1-0-2.db.shop.svc.cluster.local. 5 A 10.1.0.2
            _http._tcp.lb.shop.svc.cluster.local. 5 SRV 0 100 80 lb.shop.svc.cluster.local.
            _http._tcp.web.shop.svc.cluster.local. 5 SRV 0 50 80 web.shop.svc.cluster.local.
            _sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 10-1-0-2.db.shop.svc.cluster.local.
            _sql._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db-0.db.shop.svc.cluster.local.
            cluster.local. 5 NS ns.dns.cluster.local.
            db-0.db.shop.svc.cluster.local. 5 A 10.1.0.1
            db.shop.svc.cluster.local. 5 A 10.1.0.1
            db.shop.svc.cluster.local. 5 A 10.1.0.2
            dns-version.cluster.local. 28800 TXT "1.1.0"
            lb.shop.svc.cluster.local. 5 A 10.96.0.2
            lb.shop.svc.cluster.local. 5 SRV 0 100 80 lb.shop.svc.cluster.local.
            ns.dns.cluster.local. 5 A 192.0.2.2
            out.shop.svc.cluster.local. 5 CNAME Www.example.com.
            web.shop.svc.cluster.local. 5 A 10.96.0.1
            web.shop.svc.cluster.local. 5 AAAA fd00::1
            web.shop.svc.cluster.local. 5 SRV 0 25 53 web.shop.svc.cluster.local.
            web.shop.svc.cluster.local. 5 SRV 0 25 80 web.shop.svc.cluster.local.
            """,
            TransferKit.ReadZone(kit, "cluster.local."));
        Assert.Contains("Information: Outgoing transfer of 20 records of zone \"cluster.local.\" to 192.0.2.1 for 946684799 SOA serial", kit.Log, StringComparer.Ordinal);
    }

    [Fact]
    public void A_reverse_zone_has_the_names_of_addresses()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);

        Assert.Equal(
            """
            1.0.1.10.in-addr.arpa. 5 PTR db-0.db.shop.svc.cluster.local.
            1.0.96.10.in-addr.arpa. 5 PTR web.shop.svc.cluster.local.
            2.0.1.10.in-addr.arpa. 5 PTR 10-1-0-2.db.shop.svc.cluster.local.
            2.0.96.10.in-addr.arpa. 5 PTR lb.shop.svc.cluster.local.
            9.0.1.10.in-addr.arpa. 5 PTR 10-1-0-9.nosuch.shop.svc.cluster.local.
            in-addr.arpa. 5 NS ns.dns.in-addr.arpa.
            ns.dns.in-addr.arpa. 5 A 192.0.2.2
            """,
            TransferKit.ReadZone(kit, "in-addr.arpa."));
        Assert.Contains(
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 5 PTR web.shop.svc.cluster.local.",
            TransferKit.ReadZone(kit, "ip6.arpa."),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_for_clients_outside_has_what_they_can_reach()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects, "k8s_external example.org {\n headless\n}");
        Assert.Equal("", kit.Errors);

        Assert.Equal(
            """
            10-1-0-2.db.shop.example.org. 5 A 10.1.0.2
            10-1-0-2.db.shop.example.org. 5 SRV 0 50 1 10-1-0-2.db.shop.example.org.
            10-1-0-2.db.shop.example.org. 5 SRV 0 50 5432 10-1-0-2.db.shop.example.org.
            _http._tcp.lb.shop.example.org. 5 SRV 0 100 80 lb.example.net.
            _http._tcp.web.shop.example.org. 5 SRV 0 100 80 web.shop.example.org.
            _sql._tcp.db.shop.example.org. 5 SRV 0 50 5432 10-1-0-2.db.shop.example.org.
            _sql._tcp.db.shop.example.org. 5 SRV 0 50 5432 db-0.db.shop.example.org.
            db-0.db.shop.example.org. 5 A 10.1.0.1
            db-0.db.shop.example.org. 5 SRV 0 50 1 db-0.db.shop.example.org.
            db-0.db.shop.example.org. 5 SRV 0 50 5432 db-0.db.shop.example.org.
            db.shop.example.org. 5 A 10.1.0.1
            db.shop.example.org. 5 A 10.1.0.2
            db.shop.example.org. 5 SRV 0 25 1 10-1-0-2.db.shop.example.org.
            db.shop.example.org. 5 SRV 0 25 1 db-0.db.shop.example.org.
            db.shop.example.org. 5 SRV 0 25 5432 10-1-0-2.db.shop.example.org.
            db.shop.example.org. 5 SRV 0 25 5432 db-0.db.shop.example.org.
            example.org. 5 NS ns1.dns.example.org.
            lb.shop.example.org. 5 CNAME lb.example.net.
            ns1.dns.example.org. 5 A 192.0.2.2
            web.shop.example.org. 5 A 203.0.113.1
            web.shop.example.org. 5 SRV 0 50 53 web.shop.example.org.
            web.shop.example.org. 5 SRV 0 50 80 web.shop.example.org.
            """,
            TransferKit.ReadZone(kit, "example.org."));
    }

    [Fact]
    public void A_zone_takes_as_many_messages_as_it_needs()
    {
        const int services = 2000;
        StringBuilder objects = new();
        for (int i = 0; i < services; i++)
        {
            objects.Append(CultureInfo.InvariantCulture, $"---\n{{kind: Service, metadata: {{name: service-{i}, namespace: shop}}, spec: {{clusterIP: 10.96.{i / 250}.{(i % 250) + 1}}}}}\n");
        }

        PluginKit kit = TransferKit.Create(Everybody, objects.ToString());
        List<string[]> messages = TransferKit.Transfer(kit, "Cluster.local.", withEdns: true);
        string[] records = [.. messages.SelectMany(static message => message.Skip(1))];

        Assert.InRange(messages.Count, 5, 20);
        Assert.All(messages, static message => Assert.Equal("NOERROR aa", message[0]));
        Assert.All(messages, static message => Assert.True(message.Length > 1));
        Assert.Equal(services, records.Where(static record => record.StartsWith("service-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(services + 5, records.Length);
        Assert.Contains(" SOA ", records[0], StringComparison.Ordinal);
        Assert.Equal(records[0], records[^1]);
        Assert.Equal(2, records.Count(static record => record.Contains(" SOA ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:5300", true)]
    [InlineData("192.0.2.1", "192.0.2.2:5300", false)]
    [InlineData("192.0.2.1:5353", "192.0.2.1:9", true)]
    [InlineData("[2001:db8::1]:5353 192.0.2.1", "[2001:db8::1]:9", true)]
    [InlineData("2001:db8::1", "[2001:db8::2]:9", false)]
    [InlineData("192.0.2.0/24", "192.0.2.77:9", true)]
    [InlineData("192.0.2.0/24", "192.0.3.77:9", false)]
    [InlineData("192.0.3.1 *", "192.0.2.77:9", true)]
    public void Those_get_a_zone_who_may(string to, string client, bool isAllowed)
    {
        PluginKit kit = TransferKit.Create($"transfer {{\n to {to}\n}}", Objects);
        Assert.Equal("", kit.Errors);

        Assert.Equal(isAllowed ? "NOERROR aa" : "REFUSED", TransferKit.Transfer(kit, "cluster.local.", client: client)[0][0]);
    }

    [Fact]
    public void The_longest_zone_says_who_may()
    {
        PluginKit kit = TransferKit.Create("transfer {\n to *\n}\ntransfer in-addr.arpa {\n to 192.0.2.9\n}", Objects);

        Assert.Equal("NOERROR aa", TransferKit.Transfer(kit, "cluster.local.")[0][0]);
        Assert.Equal("REFUSED", TransferKit.Transfer(kit, "in-addr.arpa.")[0][0]);
        Assert.Equal("NOERROR aa", TransferKit.Transfer(kit, "in-addr.arpa.", client: "192.0.2.9:1")[0][0]);
    }

    [Fact]
    public void What_is_no_zone_of_a_plugin_is_passed_on()
    {
        PluginKit kit = TransferKit.Create("transfer example.com cluster.local {\n to *\n}", Objects);

        // The kubernetes plugin refuses what lies in its zones.
        Assert.Equal("REFUSED", TransferKit.Transfer(kit, "svc.cluster.local.")[0][0]);
        Assert.Equal("next", Plugin(kit, "www.example.com."));
        Assert.Equal("next", Plugin(kit, "www.example.net."));
    }

    [Theory]
    [InlineData("cluster.local.", "transfer {\n to *\n}", true)]
    [InlineData("Cluster.local.", "transfer {\n to *\n}", true)]
    [InlineData("in-addr.arpa.", "transfer {\n to *\n}", true)]
    [InlineData("example.org.", "transfer {\n to *\n}", true)]
    [InlineData("cluster.local.", "transfer example.org {\n to *\n}", false)]
    public void A_cache_does_not_hold_back_the_serial_of_a_zone_that_is_transferred(string zone, string transfer, bool isFresh)
    {
        PluginKit kit = TransferKit.Create(transfer, Objects, "cache\nk8s_external example.org {\n ttl 300\n}", options: "ttl 300");
        Assert.Equal("", kit.Errors);
        kit.Resources.Start();
        string address = kit.Ask("web.shop.svc.cluster.local.");
        Assert.Contains(" 946684800 ", kit.Ask(zone, RecordType.SOA), StringComparison.Ordinal);

        kit.Files["objects.yaml"] = Objects.Replace("10.96.0.1,", "10.96.0.111,", StringComparison.Ordinal);
        kit.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Contains(isFresh ? " 946684805 " : " 946684800 ", kit.Ask(zone, RecordType.SOA), StringComparison.Ordinal);
        Assert.Equal(address.Replace(" 300 ", " 295 ", StringComparison.Ordinal), kit.Ask("web.shop.svc.cluster.local."));
    }

    [Fact]
    public void Datagrams_are_refused()
        => Assert.Equal("REFUSED", TransferKit.Create(Everybody, Objects).Ask("cluster.local.", RecordType.AXFR));

    [Fact]
    public void Other_queries_are_passed_on()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);

        Assert.Equal("NOERROR\nAnswer: db-0.db.shop.svc.cluster.local. 5 A 10.1.0.1", kit.Ask("db-0.db.shop.svc.cluster.local."));
        foreach ((string name, RecordType type) in ((string, RecordType)[])[("db-0.db.shop.svc.cluster.local.", RecordType.A), ("cluster.local.", RecordType.SOA)])
        {
            Query query = kit.Serve(name, type);
            kit.ServeAgain(query);
            Assert.Equal(0, kit.CountAllocatedBytes(query));
        }
    }

    [Theory]
    [InlineData(946684800u, 1)]
    [InlineData(946684801u, 1)]
    [InlineData(946684799u, 20)]
    [InlineData(0u, 20)]
    public void Who_has_the_zone_gets_the_SOA_alone(uint held, int records)
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);
        kit.Time.Advance(TimeSpan.FromSeconds(10));

        string[] message = Assert.Single(TransferKit.Transfer(kit, "cluster.local.", RecordType.IXFR, held: held));
        Assert.Equal("NOERROR aa", message[0]);
        Assert.Equal("cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 946684800 7200 1800 86400 5", message[1]);
        Assert.Equal(records, message.Length - 1);
    }

    [Fact]
    public void A_query_for_changes_without_a_SOA_fails()
        => Assert.Equal("SERVFAIL", TransferKit.Transfer(TransferKit.Create(Everybody, Objects), "cluster.local.", RecordType.IXFR)[0][0]);

    [Fact]
    public void A_serial_is_given_away_when_its_second_is_over()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);

        Assert.Contains(" 946684799 ", TransferKit.Transfer(kit, "cluster.local.")[0][1], StringComparison.Ordinal);
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(" 946684800 ", TransferKit.Transfer(kit, "cluster.local.")[0][1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_transfer_waits_for_its_turn()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);
        Query query = new Exchange().Query;
        WireWriter writer = new(query.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse("cluster.local."), RecordType.AXFR, RecordClass.IN);
        NetworkEndpoint client = default;
        query.Exchange.Accept(writer.Length, TransportProtocol.Tcp, in client, in client, 0, new FullGate());

        kit.Serve(query);
        Assert.Equal(ResponseCode.ServFail, query.Response.Code);
        Assert.Null(query.Response.Stream);
    }

    [Fact]
    public void Transfers_under_way_are_bounded()
    {
        PluginKit kit = TransferKit.Create(Everybody, Objects);
        List<Query> clients = [];
        for (int i = 0; i <= TransferSlots.Most; i++)
        {
            Query client = TransferKit.CreateContext(kit, "cluster.local.");
            kit.Serve(client);
            clients.Add(client);
        }

        Assert.All(clients[..^1], static client => Assert.Equal(ResponseCode.NoError, client.Response.Code));
        Assert.Equal(ResponseCode.ServFail, clients[^1].Response.Code);
        Assert.Contains("Warning: Outgoing transfer of zone \"cluster.local.\" to 192.0.2.1 rejected: the limit of 16 concurrent transfers is reached", kit.Log, StringComparer.Ordinal);

        clients[0].Exchange.Reset();
        Assert.Equal("NOERROR aa", TransferKit.Transfer(kit, "cluster.local.")[0][0]);
    }

    [Fact]
    public void Transfers_under_way_fit_into_their_share_of_memory()
    {
        MemoryBudget memory = new(MemoryTable.Rules, 64 * 1024 * 1024, new MetricRegistry());
        MemoryShare share = memory[MemoryTable.Transfers];
        PluginKit kit = TransferKit.Create(Everybody, Objects, memory: memory);
        List<Query> clients = [];
        for (int i = 0; i < TransferSlots.Most; i++)
        {
            Query client = TransferKit.CreateContext(kit, "cluster.local.");
            kit.Serve(client);
            clients.Add(client);
        }

        int begun = clients.Count(static client => client.Response.Code == ResponseCode.NoError);
        Assert.Equal(share.Limit / TransferSlots.HeldBytes, begun);
        Assert.True(begun >= 4, $"{begun} transfers");
        Assert.True(share.Refused > 0);

        clients.ForEach(static client => client.Exchange.Reset());
        Assert.Equal(0, share.Used);
        Assert.Equal("NOERROR aa", TransferKit.Transfer(kit, "cluster.local.")[0][0]);
    }

    [Theory]
    [InlineData("transfer", "Corefile:2:1: 'transfer' has no addresses to transfer to: expected 'to ADDRESS...'")]
    [InlineData("transfer {\n to\n}", "missing argument of 'to': expected 'to ADDRESS...'")]
    [InlineData("transfer {\n to www.example.org\n}", "Corefile:3:5: invalid address 'www.example.org' for to: expected *, IP[:PORT] or a network such as 10.0.0.0/8")]
    [InlineData("transfer {\n to *\n source 192.0.2.1\n}", "option 'source' of transfer is not supported by this version: delete the line")]
    [InlineData("transfer {\n too *\n}", "unknown option 'too' of transfer: expected to; did you mean 'to'?")]
    public void Wrong_options_are_errors(string transfer, string expected)
        => Assert.Contains(expected, TransferKit.Create(transfer, Objects).Errors, StringComparison.Ordinal);

    [Fact]
    public void Addresses_are_bounded()
    {
        string addresses = string.Join(' ', Enumerable.Range(0, 1025).Select(static i => $"10.0.{i / 256}.{i % 256}"));

        Assert.Contains("too many addresses in transfer: at most 1024", TransferKit.Create($"transfer {{\n to 192.0.2.1\n to {addresses[..addresses.LastIndexOf(' ')]}\n}}", Objects).Errors, StringComparison.Ordinal);
    }

    private static string? Plugin(PluginKit kit, string name) => kit.Serve(name, RecordType.AXFR, transport: TransportProtocol.Tcp).Response.Plugin;

    private sealed class FullGate : IWaitGate
    {
        public bool TryEnter() => false;
    }
}
