using System.Globalization;
using System.Text;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

/// <summary>Headless Services with more endpoints than a message holds.</summary>
public sealed class LargeServiceTests
{
    private const string Service = "many.shop.svc.cluster.local.";
    private const int EndpointsOfSlice = 100;

    [Theory]
    [InlineData(1000, RecordType.A, null, 29)]
    [InlineData(1000, RecordType.A, 1232, 73)]
    [InlineData(10000, RecordType.A, null, 29)]
    [InlineData(10000, RecordType.A, 4096, 252)]
    [InlineData(1000, RecordType.SRV, null, 7)]
    [InlineData(10000, RecordType.SRV, 1232, 18)]
    public void Over_UDP_an_answer_holds_as_many_as_fit_and_others_each_time(int endpoints, RecordType type, int? udpSize, int least)
    {
        PluginKit kit = Create(endpoints);
        Query query = kit.CreateContext(Service, type, (ushort?)udpSize);
        HashSet<string> seen = new(StringComparer.Ordinal);
        HashSet<string> firsts = new(StringComparer.Ordinal);
        int asked = 20 * endpoints / least;
        for (int i = 0; i < asked; i++)
        {
            string[] records = Serve(kit, query, out DnsHeader header);

            Assert.True((header.Flags & HeaderFlags.Truncated) != HeaderFlags.None);
            Assert.InRange(records.Length, least, endpoints);
            Assert.Distinct(records, StringComparer.Ordinal);
            seen.UnionWith(records);
            firsts.Add(records[0]);
        }

        // Of so many draws, each leaves a record out but once in e^20.
        Assert.Equal(endpoints, seen.Count);
        Assert.InRange(firsts.Count, Math.Min(asked, endpoints) / 4, endpoints);
    }

    [Theory]
    [InlineData(RecordType.A)]
    [InlineData(RecordType.SRV)]
    public void Clients_outside_get_others_each_time_too(RecordType type)
    {
        PluginKit kit = Create(1000);
        Query query = kit.CreateContext("many.shop.example.org.", type);
        HashSet<string> firsts = new(StringComparer.Ordinal);
        for (int i = 0; i < 100; i++)
        {
            firsts.Add(Serve(kit, query, out _)[0]);
        }

        Assert.InRange(firsts.Count, 50, 100);
    }

    [Fact]
    public void Over_TCP_everything_is_there_that_fits()
    {
        PluginKit kit = Create(1000);
        Query query = kit.Serve(Service, RecordType.A, transport: TransportProtocol.Tcp);

        string[] records = Serve(kit, query, out DnsHeader header);
        Assert.Equal(HeaderFlags.None, header.Flags & HeaderFlags.Truncated);
        Assert.Equal(Enumerable.Range(0, 1000).Select(GetAddress), records.Select(static record => record.Split(' ')[^1]), StringComparer.Ordinal);
    }

    [Fact]
    public void Over_TCP_what_does_not_fit_is_left_out_and_others_each_time()
    {
        PluginKit kit = Create(10_000);
        Query query = kit.Serve(Service, RecordType.A, transport: TransportProtocol.Tcp);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < 50; i++)
        {
            string[] records = Serve(kit, query, out DnsHeader header);

            Assert.True((header.Flags & HeaderFlags.Truncated) != HeaderFlags.None);
            Assert.InRange(query.Exchange.ResponseLength, ushort.MaxValue - 16, ushort.MaxValue);
            Assert.Distinct(records, StringComparer.Ordinal);
            seen.UnionWith(records);
        }

        Assert.Equal(10_000, seen.Count);
    }

    [Fact]
    public void What_fits_stays_in_its_order()
    {
        PluginKit kit = Create(29);
        Query query = kit.CreateContext(Service, RecordType.A);
        for (int i = 0; i < 10; i++)
        {
            string[] records = Serve(kit, query, out DnsHeader header);

            Assert.Equal(HeaderFlags.None, header.Flags & HeaderFlags.Truncated);
            Assert.Equal(Enumerable.Range(0, 29).Select(GetAddress), records.Select(static record => record.Split(' ')[^1]), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void An_alias_stays_before_what_it_leads_to()
    {
        PluginKit kit = Create(1000);
        Query query = kit.CreateContext("alias.shop.svc.cluster.local.", RecordType.A);
        for (int i = 0; i < 10; i++)
        {
            string[] records = Serve(kit, query, out _);

            Assert.Equal("alias.shop.svc.cluster.local. 5 CNAME " + Service, records[0]);
            Assert.All(records[1..], static record => Assert.StartsWith(Service + " 5 A 10.", record, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_alias_may_be_what_leaves_no_room_for_all()
    {
        PluginKit kit = Create(29);
        Query query = kit.CreateContext("alias.shop.svc.cluster.local.", RecordType.A);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < 100; i++)
        {
            seen.UnionWith(Serve(kit, query, out DnsHeader header));
            Assert.True((header.Flags & HeaderFlags.Truncated) != HeaderFlags.None);
        }

        Assert.Equal(30, seen.Count);
    }

    [Theory]
    [InlineData(RecordType.A)]
    [InlineData(RecordType.SRV)]
    public void A_choice_allocates_nothing(RecordType type)
    {
        PluginKit kit = Create(10_000);
        Query query = kit.CreateContext(Service, type);
        for (int i = 0; i < 100; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    /// <summary>The answer as it was written: the first records of the section, as many as the header says.</summary>
    private static string[] Serve(PluginKit kit, Query query, out DnsHeader header)
    {
        kit.ServeAgain(query);
        Assert.True(DnsHeader.TryRead(query.Exchange.ResponseMessage, out header));
        ResponseRecord[] records = query.Response.Answers.Span[..header.AnswerCount].ToArray();
        return [.. records.Select(record => PluginKit.Format(query, record))];
    }

    private static string GetAddress(int endpoint) => string.Create(CultureInfo.InvariantCulture, $"10.1.{endpoint / 250}.{endpoint % 250}");

    private static PluginKit Create(int endpoints)
    {
        PluginKit kit = new(
            [new ExternalPlugin(), new KubernetesPlugin(static () => [])],
            "k8s_external example.org {\n headless\n}\nkubernetes cluster.local {\n manifests many.yaml\n}",
            files: new FakeFiles { ["many.yaml"] = CreateManifests(endpoints) });
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string CreateManifests(int endpoints)
    {
        StringBuilder text = new("""
            {kind: Service, metadata: {name: many, namespace: shop}, spec: {clusterIP: None, ports: [{name: http, port: 80}]}}
            ---
            {kind: Service, metadata: {name: alias, namespace: shop}, spec: {type: ExternalName, externalName: many.shop.svc.cluster.local}}

            """);
        for (int i = 0; i < endpoints; i++)
        {
            if (i % EndpointsOfSlice == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $$"""
                    ---
                    kind: EndpointSlice
                    metadata: {name: many-{{i}}, namespace: shop, labels: {kubernetes.io/service-name: many} }
                    ports: [{name: http, port: 80}]
                    endpoints:

                    """);
            }

            text.Append(CultureInfo.InvariantCulture, $"- {{addresses: [{GetAddress(i)}]}}\n");
        }

        return text.ToString();
    }
}
