using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>Real dig asks the running executable.</summary>
public sealed class DigTests
{
    private static readonly string Examples = Path.Combine(AppContext.BaseDirectory, "examples");

    private static readonly string Corefile = $$"""
        .:0 {
            bind 127.0.0.1
            errors
            chaos test-version
            any
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests {{Examples}}
                pods insecure
                ttl 30
            }
        }
        """;

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task The_example_cluster_answers(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, Corefile);

        foreach (string transport in (string[])["+notcp", "+tcp"])
        {
            Assert.Equal("10.96.0.1", await server.DigAsync(transport, "+short", "kubernetes.default.svc.cluster.local"));
            Assert.Equal("fd00:10:96::12:7", await server.DigAsync(transport, "+short", "web.shop.svc.cluster.local", "AAAA"));
            Assert.Equal(
                "10.244.1.20 10.244.2.31",
                string.Join(' ', (await server.DigAsync(transport, "+short", "db.shop.svc.cluster.local")).Split('\n').Order(StringComparer.Ordinal)));
            Assert.Equal("0 50 3306 db-0.db.shop.svc.cluster.local.\n0 50 3306 db-1.db.shop.svc.cluster.local.", await server.DigAsync(transport, "+short", "_mysql._tcp.db.shop.svc.cluster.local", "SRV"));
            Assert.Equal("10.244.2.31", await server.DigAsync(transport, "+short", "db-1.db.shop.svc.cluster.local"));
            Assert.Equal("web.shop.svc.cluster.local.", await server.DigAsync(transport, "+short", "-x", "10.96.12.7"));
            Assert.Equal("web.shop.svc.cluster.local.\n10.96.12.7", await server.DigAsync(transport, "+short", "storefront.default.svc.cluster.local"));
            Assert.Equal("\"1.1.0\"", await server.DigAsync(transport, "+short", "dns-version.cluster.local", "TXT"));
            Assert.Equal("10.1.2.3", await server.DigAsync(transport, "+short", "10-1-2-3.shop.pod.cluster.local"));
        }
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task The_protocol_is_kept(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, Corefile);

        Assert.Contains("status: NXDOMAIN", await server.DigAsync("nosuch.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("hostmaster.cluster.local.", await server.DigAsync("nosuch.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("status: NOERROR", await server.DigAsync("db.shop.svc.cluster.local", "AAAA"), StringComparison.Ordinal);
        Assert.DoesNotContain("OPT PSEUDOSECTION", await server.DigAsync("+noedns", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("udp: 512", await server.DigAsync("+bufsize=512", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("flags: do; udp:", await server.DigAsync("+dnssec", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("status: BADVERS", await server.DigAsync("+edns=1", "+noednsnegotiation", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("wEb.ShOp.svc.cluster.local. 30\tIN\tA\t10.96.12.7", await server.DigAsync("wEb.ShOp.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("; Transfer failed.", await server.DigAsync("cluster.local", "AXFR"), StringComparison.Ordinal);
        Assert.Equal("\"test-version\"", await server.DigAsync("+short", "version.bind", "CH", "TXT"));
        Assert.Contains("RFC 8482", await server.DigAsync("+notcp", "web.shop.svc.cluster.local", "ANY"), StringComparison.Ordinal);
        Assert.Contains("status: NOTIMP", await server.DigAsync("+opcode=2", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
        Assert.Contains("status: NOTIMP", await server.DigAsync("+opcode=5", "web.shop.svc.cluster.local"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_name_of_no_zone_is_refused_and_class_CH_without_chaos_too(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, "example.org:0 {\n bind 127.0.0.1\n whoami\n}\n");

        Assert.Contains("status: REFUSED", await server.DigAsync("example.net"), StringComparison.Ordinal);
        Assert.Contains("status: REFUSED", await server.DigAsync("version.example.org", "CH", "TXT"), StringComparison.Ordinal);
        Assert.Contains("status: NOERROR", await server.DigAsync("www.example.org"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_pods_search_is_done_for_it(Executable executable)
    {
        string manifest = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".yaml");
        await File.WriteAllTextAsync(manifest, "{kind: Pod, metadata: {name: client, namespace: default}, status: {podIP: 127.0.0.1}}");
        try
        {
            using RunningServer server = await RunningServer.StartAsync(executable, $$$"""
                .:0 {
                    bind 127.0.0.1
                    metadata
                    log . "{name} {/kubernetes/client-namespace} {/kubernetes/client-pod-name}"
                    autopath @kubernetes
                    cache
                    template IN A example.org {
                        answer "{{ .Name }} 60 IN A 192.0.2.7"
                    }
                    kubernetes . {
                        manifests {{{Examples}}} {{{manifest}}}
                        pods verified
                    }
                }
                """);

            Assert.Equal("www.example.org.\n192.0.2.7", await server.DigAsync("+short", "www.example.org.default.svc"));
            Assert.Equal("web.shop.svc.\n10.96.12.7", await server.DigAsync("+tcp", "+short", "web.shop.default.svc"));
            Assert.Contains("status: NXDOMAIN", await server.DigAsync("www.example.org.shop.svc"), StringComparison.Ordinal);
            await server.WaitForOutputAsync("www.example.org.default.svc. default client");
        }
        finally
        {
            File.Delete(manifest);
        }
    }
}
