using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>What unbound and dnsmasq answer comes through the forwarder as they sent it.</summary>
public sealed class RealUpstreamTests : IDisposable
{
    private static readonly string[][] SignedQuestions =
    [
        ["www.signed.test", "A"],
        ["www.signed.test", "A", "+dnssec"],
        ["www.signed.test", "AAAA", "+dnssec", "+cdflag"],
        ["www.signed.test", "A", "+noedns", "+noadflag"],
        ["alias.signed.test", "A", "+dnssec"],
        ["WwW.sIgNeD.tEsT", "A", "+dnssec"],
        ["signed.test", "DNSKEY", "+dnssec"],
        ["signed.test", "SOA", "+dnssec", "+norecurse"],
        ["secure.signed.test", "DS", "+dnssec"],
        ["secure.signed.test", "A", "+dnssec"],
        ["odd.signed.test", "TYPE65280"],

        // NXDOMAIN and NODATA, each with its SOA and its proof.
        ["nosuch.signed.test", "A"],
        ["nosuch.signed.test", "A", "+dnssec"],
        ["www.signed.test", "MX"],
        ["www.signed.test", "MX", "+dnssec"],

        // Larger than usual, whole in a datagram, over a connection, or truncated.
        ["large.signed.test", "TXT", "+bufsize=4096"],
        ["large.signed.test", "TXT", "+bufsize=1232"],
        ["large.signed.test", "TXT", "+noedns"],
        ["large.signed.test", "TXT", "+bufsize=4096", "+dnssec"],
        ["huge.signed.test", "TXT"],

        // Refusals; another class.
        ["elsewhere.example", "A"],
        ["id.server", "TXT", "CH"],
        ["version.bind", "TXT", "CH"],
    ];

    private static readonly string[][] MixedQuestions =
    [
        ["www.mixed.test", "A"],
        ["www.mixed.test", "AAAA", "+dnssec"],
        ["WWW.Mixed.Test", "A"],
        ["alias.mixed.test", "A"],
        ["mixed.test", "MX"],
        ["mixed.test", "CAA"],
        ["_dns._udp.mixed.test", "SRV"],
        ["nosuch.mixed.test", "A"],
        ["www.mixed.test", "TXT"],
        ["large.mixed.test", "TXT", "+bufsize=4096"],
        ["large.mixed.test", "TXT", "+bufsize=512"],
        ["elsewhere.example", "A"],
        ["version.bind", "TXT", "CH"],
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task What_unbound_answers_passes_unchanged(Executable executable)
    {
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(_folder);
        using RunningServer server = await ForwardAsync(executable, unbound);

        await AssertSameAsync(unbound, server, SignedQuestions);

        // The questions above have shown what they are there for.
        Assert.Contains("RRSIG", await server.DigAsync("www.signed.test", "+dnssec"), StringComparison.Ordinal);
        Assert.Contains(" tc", await Dig.SummarizeAsync(server.Port, "large.signed.test", "TXT", "+noedns", "+ignore"), StringComparison.Ordinal);
        Assert.Contains("\"somebody else\"", await server.DigAsync("id.server", "TXT", "CH"), StringComparison.Ordinal);
    }

    [ProgramTheory("dnsmasq")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task What_dnsmasq_answers_passes_unchanged(Executable executable)
    {
        using RealUpstream dnsmasq = await RealUpstream.StartDnsmasqAsync(_folder);
        using RunningServer server = await ForwardAsync(executable, dnsmasq);

        await AssertSameAsync(dnsmasq, server, MixedQuestions);
        Assert.Contains("192.0.2.80", await server.DigAsync("+short", "alias.mixed.test"), StringComparison.Ordinal);
        Assert.Contains("EDE: 14", await server.DigAsync("elsewhere.example"), StringComparison.Ordinal);
    }

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task What_unbound_answers_passes_through_the_cache(Executable executable)
    {
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(_folder);
        using RunningServer server = await ForwardAsync(executable, unbound, "cache");

        // The second time it is the cache that answers; AA is its own, and TTLs run.
        for (int i = 0; i < 2; i++)
        {
            string signed = await server.DigAsync("www.signed.test", "+dnssec");
            Assert.Contains("RRSIG", signed, StringComparison.Ordinal);
            Assert.Contains("192.0.2.81", signed, StringComparison.Ordinal);
            Assert.Contains("NSEC", await server.DigAsync("nosuch.signed.test", "+dnssec"), StringComparison.Ordinal);
            Assert.Equal(200, (await server.DigAsync("huge.signed.test", "TXT", "+short")).Split('\n').Length);
        }
    }

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task An_upstream_without_UDP_needs_force_tcp(Executable executable)
    {
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(_folder, "do-udp: no");
        using RunningServer refused = await ForwardAsync(executable, unbound);
        using RunningServer server = await ForwardAsync(executable, unbound, "", "force_tcp");

        Assert.Contains("status: SERVFAIL", await refused.DigAsync("www.signed.test"), StringComparison.Ordinal);
        Assert.Equal(
            await Dig.SummarizeAsync(unbound.Port, "+tcp", "www.signed.test", "+dnssec"),
            await Dig.SummarizeAsync(server.Port, "www.signed.test", "+dnssec"));
        Assert.Contains(" tc", await Dig.SummarizeAsync(server.Port, "huge.signed.test", "TXT", "+ignore"), StringComparison.Ordinal);
    }

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task With_prefer_udp_clients_that_come_over_TCP_need_no_TCP_upstream(Executable executable)
    {
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(_folder, "do-tcp: no");
        using RunningServer refused = await ForwardAsync(executable, unbound);
        using RunningServer server = await ForwardAsync(executable, unbound, "", "prefer_udp");

        Assert.Contains("status: SERVFAIL", await refused.DigAsync("+tcp", "www.signed.test"), StringComparison.Ordinal);
        Assert.Equal(
            await Dig.SummarizeAsync(unbound.Port, "www.signed.test", "+dnssec"),
            await Dig.SummarizeAsync(server.Port, "+tcp", "www.signed.test", "+dnssec"));
    }

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task With_prefer_udp_what_is_truncated_comes_over_TCP(Executable executable)
    {
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(_folder);
        using RunningServer server = await ForwardAsync(executable, unbound, "", "prefer_udp");

        Assert.Equal(
            await Dig.SummarizeAsync(unbound.Port, "+tcp", "huge.signed.test", "TXT"),
            await Dig.SummarizeAsync(server.Port, "+tcp", "huge.signed.test", "TXT"));
    }

    private static Task<RunningServer> ForwardAsync(Executable executable, RealUpstream upstream, string plugins = "", string options = "")
        => RunningServer.StartAsync(
            executable, $".:0 {{\n bind 127.0.0.1\n {plugins}\n forward . 127.0.0.1:{upstream.Port} {{\n  {options}\n }}\n}}\n");

    private static async Task AssertSameAsync(RealUpstream upstream, RunningServer server, string[][] questions)
    {
        foreach (string[] question in questions)
        {
            foreach (string transport in (string[])["+notcp", "+tcp", "+ignore"])
            {
                string[] arguments = [transport, .. question];
                string direct = await Dig.SummarizeAsync(upstream.Port, arguments);
                string forwarded = await Dig.SummarizeAsync(server.Port, arguments);
                Assert.True(
                    string.Equals(direct, forwarded, StringComparison.Ordinal),
                    $"{string.Join(' ', arguments)}\n--- direct\n{direct}\n--- forwarded\n{forwarded}");
            }
        }
    }
}
