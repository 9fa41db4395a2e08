using System.Net;
using ClusterDns.Core.Wire;
using ClusterDns.Tests.Hosting;
using ClusterDns.Tests.TestKit;
using ClusterDns.Tests.Upstreams;

namespace ClusterDns.Tests.DropIn;

/// <summary>The Corefiles of the field start as they are, and do what they say.</summary>
public sealed class FieldCorefileTests : IAsyncDisposable
{
    private const string ClusterName = "kubernetes.default.svc.cluster.local.";
    private const string ClusterAddress = "10.96.0.1";
    private const string NodeHosts = "192.0.2.5 node-1\n";

    private readonly ScriptedUpstream _outside = RecordedUpstream.Start();
    private readonly ScriptedUpstream _cluster = RecordedUpstream.Start();
    private ReloadKit? _kit;

    public async ValueTask DisposeAsync()
    {
        if (_kit is not null)
        {
            await _kit.DisposeAsync();
        }

        _outside.Dispose();
        _cluster.Dispose();
    }

    [Theory]
    [InlineData("aks", 30)]
    [InlineData("k3s", 5)]
    [InlineData("kubeadm", 30)]
    [InlineData("minikube", 30)]
    [InlineData("openshift", 5, 300)]
    public async Task TheClusterAndTheWorldOutsideAreAnswered(string name, int ttl, int outsideTtl = 30)
    {
        ReloadKit kit = await StartAsync(name);

        foreach (bool tcp in (bool[])[false, true])
        {
            Assert.Equal($"NOERROR\n{ClusterName} {ttl} A {ClusterAddress}", await AskAsync(new(ClusterName) { Tcp = tcp }));
            Assert.Equal(
                $"NOERROR\n10-1-2-3.default.pod.cluster.local. {ttl} A 10.1.2.3", await AskAsync(new("10-1-2-3.default.pod.cluster.local.") { Tcp = tcp }));
            Assert.StartsWith(
                $"NXDOMAIN\ncluster.local. {ttl} SOA ns.dns.cluster.local. ", await AskAsync(new("nosuch.default.svc.cluster.local.") { Tcp = tcp }), StringComparison.Ordinal);
            Assert.Equal(
                $"NOERROR\n1.0.96.10.in-addr.arpa. {ttl} PTR {ClusterName}", await AskAsync(new("1.0.96.10.in-addr.arpa.", RecordType.PTR) { Tcp = tcp }));
            await AssertOutsideAsync(tcp, outsideTtl);
        }

        Assert.Equal("OK", await kit.GetAsync(FieldCorefile.Probed, "/health"));
        Assert.Equal("OK", await kit.GetAsync(FieldCorefile.Probed, "/ready"));
        Assert.Contains(
            "coredns_dns_requests_total{server=\"dns://127.0.0.1:0\",zone=\".\",view=\"\",proto=\"tcp\",family=\"1\",type=\"A\"} 5\n",
            await kit.GetAsync(FieldCorefile.Scraped, "/metrics"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AksKeepsItsOwnNamesInAndTakesItsImports()
    {
        ReloadKit kit = await StartAsync(
            "aks",
            ("custom/more.override", "log\n"),
            ("custom/more.server", "more.test:0 {\n bind 127.0.0.1\n hosts {\n  192.0.2.6 www.more.test\n }\n}\n"));

        Assert.Equal("NXDOMAIN", await AskAsync(new("www.shop.svc.x.internal.cloudapp.net.")));
        Assert.Equal($"NOERROR\nvm.x.internal.cloudapp.net. 30 A {RecordedUpstream.Address}", await AskAsync(new("vm.x.internal.cloudapp.net.")));
        Assert.Equal("NXDOMAIN", await AskAsync(new("x.reddog.microsoft.com.", RecordType.AAAA)));
        Assert.Equal("NOERROR\nwww.more.test. 3600 A 192.0.2.6", await AskAsync(new("www.more.test.")));
        Assert.Equal(3, kit.Lines.Count);
    }

    [Fact]
    public async Task K3sAnswersNodesAndTakesItsImports()
    {
        ReloadKit kit = await StartAsync(
            "k3s",
            ("NodeHosts", NodeHosts),
            ("custom/more.override", "log\n"),
            ("custom/more.server", "more.test:0 {\n bind 127.0.0.1\n hosts {\n  192.0.2.6 www.more.test\n }\n}\n"));

        Assert.Equal("NOERROR\nnode-1. 30 A 192.0.2.5", await AskAsync(new("node-1.")));
        Assert.Equal("NOERROR\nwww.more.test. 3600 A 192.0.2.6", await AskAsync(new("www.more.test.")));
        Assert.Contains("\"A IN node-1. udp 24 false 512\" NOERROR", Assert.Single(kit.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MinikubeAnswersItsHostAndLogsEachQuery()
    {
        ReloadKit kit = await StartAsync("minikube");

        Assert.Equal("NOERROR\nhost.minikube.internal. 30 A 192.168.49.1", await AskAsync(new("host.minikube.internal.")));
        Assert.Contains("\"A IN host.minikube.internal. udp 40 false 512\" NOERROR qr,aa,rd", Assert.Single(kit.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenShiftTellsItsHostBoundsEdnsAndLogsErrorsOnly()
    {
        ReloadKit kit = await StartAsync("openshift");

        Assert.Equal(
            $"NOERROR\nhostname.bind. 0 TXT \"{Dns.GetHostName()}\"",
            await AskAsync(new("hostname.bind.", RecordType.TXT) { Class = RecordClass.CH }));
        Assert.Equal((ushort)1232, (await new ClientQuestion(ClusterName) { UdpSize = 4096 }.AskAsync(kit.Endpoint)).UdpSize);
        await AskAsync(new("nosuch.default.svc.cluster.local."));
        Assert.Empty(kit.Lines);
        _outside.OnDatagram = static (query, _) => [ScriptedUpstream.Answer(query, ResponseCode.ServFail)];
        Assert.Equal("SERVFAIL", await AskAsync(new("broken.example.com.")));
        Assert.Contains("\"A IN broken.example.com. udp 36 false 512\" SERVFAIL", Assert.Single(kit.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeLocalAsksTheClusterOverTcpAtEachOfItsAddresses()
    {
        ReloadKit kit = await StartAsync("nodelocal");
        Assert.Equal("127.0.0.1 127.0.0.2", string.Join(' ', kit.Model.Listeners.Select(static listener => listener.Place.Address)));

        foreach (IPEndPoint server in kit.Server.Listeners.Values.Select(static listener => listener.BoundEndpoints[0]))
        {
            foreach (bool tcp in (bool[])[false, true])
            {
                Assert.Equal(
                    $"NOERROR\n{ClusterName} 30 A {RecordedUpstream.Address}",
                    (await new ClientQuestion(ClusterName) { Tcp = tcp }.AskAsync(server)).ToString());
                Assert.Equal(
                    "NOERROR\n. 30 SOA ns.test. hostmaster.test. 1 3600 600 86400 60",
                    (await new ClientQuestion("1.0.96.10.in-addr.arpa.", RecordType.PTR) { Tcp = tcp }.AskAsync(server)).ToString());
            }
        }

        Assert.NotEqual(0, _cluster.Connections);
        Assert.Equal(0, _cluster.Queries);
        await AssertOutsideAsync(tcp: false, ttl: 30);
        Assert.Equal("OK", await kit.GetAsync(FieldCorefile.Probed, "/health"));
        string scrape = await kit.GetAsync(FieldCorefile.Scraped, "/metrics");
        Assert.All(
            (string[])["cluster.local.", "in-addr.arpa.", "."],
            zone => Assert.Contains($"coredns_cache_requests_total{{server=\"dns://127.0.0.1:0\",zones=\"{zone}\"", scrape, StringComparison.Ordinal));
    }

    private async Task AssertOutsideAsync(bool tcp, int ttl)
    {
        Assert.Equal($"NOERROR\nwww.example.com. {ttl} A {RecordedUpstream.Address}", await AskAsync(new("www.example.com.") { Tcp = tcp }));
        Assert.Equal(
            $"NXDOMAIN\nnx.test. {Math.Min(ttl, 30)} SOA ns.nx.test. hostmaster.nx.test. 1 3600 600 86400 60", await AskAsync(new("host.nx.test.") { Tcp = tcp }));
    }

    private async Task<string> AskAsync(ClientQuestion question) => (await question.AskAsync(_kit!.Endpoint)).ToString();

    private async Task<ReloadKit> StartAsync(string name, params (string File, string Text)[] files)
    {
        string corefile = FieldCorefile.ForLoopback(name, _cluster.Endpoint.ToString());
        (string, string)[] always =
        [
            ("cluster.json", FieldCorefile.Cluster),
            ("resolv.conf", $"nameserver {_outside.Endpoint}\n"),
            ("NodeHosts", NodeHosts),
        ];
        return _kit = await ReloadKit.StartAsync(corefile, [.. always, .. files]);
    }
}
