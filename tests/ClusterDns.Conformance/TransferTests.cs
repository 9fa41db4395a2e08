using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ClusterDns.Conformance.TestKit;

namespace ClusterDns.Conformance;

/// <summary>Other people's programs transfer a cluster's zones from the running executable.</summary>
public sealed partial class TransferTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Examples = Path.Combine(AppContext.BaseDirectory, "examples");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Dig_gets_whole_zones(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, CreateCorefile(0, "*", Examples));

        string[] zone = await TransferAsync(server, "cluster.local");
        Assert.Contains(" SOA ns.dns.cluster.local. ", zone[0], StringComparison.Ordinal);
        Assert.Equal(zone[0], zone[^1]);
        Assert.Contains("web.shop.svc.cluster.local. 5 IN AAAA fd00:10:96::12:7", zone, StringComparer.Ordinal);
        Assert.Contains("_mysql._tcp.db.shop.svc.cluster.local. 5 IN SRV 0 50 3306 db-1.db.shop.svc.cluster.local.", zone, StringComparer.Ordinal);
        Assert.Contains("storefront.default.svc.cluster.local. 5 IN CNAME web.shop.svc.cluster.local.", zone, StringComparer.Ordinal);
        Assert.Contains(
            "7.12.96.10.in-addr.arpa. 5 IN PTR web.shop.svc.cluster.local.", await TransferAsync(server, "in-addr.arpa"), StringComparer.Ordinal);
        string byDatagram = await server.DigAsync("cluster.local", "ixfr=1", "+notcp");
        Assert.Contains("(UDP)", byDatagram, StringComparison.Ordinal);
        Assert.DoesNotContain("SOA", byDatagram, StringComparison.Ordinal);
        Assert.Contains("; Transfer failed.", await server.DigAsync("AXFR", "shop.svc.cluster.local"), StringComparison.Ordinal);

        // Who has an older zone gets it whole, who has one as new gets the SOA.
        uint serial = uint.Parse(zone[0].Split(' ')[6], CultureInfo.InvariantCulture);
        Assert.Equal(zone.Length, (await TransferAsync(server, "cluster.local", string.Create(CultureInfo.InvariantCulture, $"ixfr={serial - 10}"))).Length);
        Assert.Single(await TransferAsync(server, "cluster.local", string.Create(CultureInfo.InvariantCulture, $"ixfr={serial + 10}")));
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_large_zone_comes_in_many_messages(Executable executable)
    {
        const int services = 20_000;
        StringBuilder manifests = new("kind: List\nitems:\n");
        for (int i = 0; i < services; i++)
        {
            manifests.Append(
                CultureInfo.InvariantCulture,
                $"- {{kind: Service, metadata: {{name: s-{i}, namespace: shop}}, spec: {{clusterIP: 10.{i / 62500}.{i / 250 % 250}.{(i % 250) + 1}, ports: [{{name: http, port: 80}}]}}}}\n");
        }

        string file = Path.Combine(_folder.FullName, "cluster.yaml");
        await File.WriteAllTextAsync(file, manifests.ToString());
        using RunningServer server = await RunningServer.StartAsync(executable, CreateCorefile(0, "127.0.0.0/8", file));

        string printed = await server.DigAsync("AXFR", "cluster.local");
        Match size = TransferSize().Match(printed);
        Assert.InRange(int.Parse(size.Groups["messages"].ValueSpan, CultureInfo.InvariantCulture), 100, services);

        // Three records of each Service; SOA twice, NS, addresses and the version beside.
        Assert.InRange(int.Parse(size.Groups["records"].ValueSpan, CultureInfo.InvariantCulture), (3 * services) + 3, (3 * services) + 50);
        Assert.Equal(services, AddressLine().Count(printed));
    }

    [Theory]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task Others_are_refused(Executable executable)
    {
        using RunningServer server = await RunningServer.StartAsync(executable, CreateCorefile(0, "192.0.2.1 2001:db8::/32", Examples));

        Assert.Contains("; Transfer failed.", await server.DigAsync("AXFR", "cluster.local"), StringComparison.Ordinal);
    }

    [ProgramTheory("unbound")]
    [MemberData(nameof(Executable.All), MemberType = typeof(Executable))]
    public async Task A_secondary_is_told_and_follows(Executable executable)
    {
        string file = Path.Combine(_folder.FullName, "cluster.yaml");
        await File.WriteAllTextAsync(file, Service("10.96.0.1"));
        int port = FreePort.Find();
        string primary = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1@{port}");
        using RealUpstream unbound = await RealUpstream.StartUnboundAsync(
            _folder,
            "do-not-query-localhost: no",
            "local-zone: \"cluster.local.\" transparent",
            $"\nauth-zone:\n  name: \"cluster.local.\"\n  primary: {primary}\n  for-downstream: yes\n  for-upstream: no\n  fallback-enabled: no");
        using RunningServer server = await RunningServer.StartAsync(
            executable, CreateCorefile(port, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{unbound.Port}"), file));

        await WaitForAddressAsync(unbound, "10.96.0.1");
        await File.WriteAllTextAsync(file, Service("10.96.0.222"));
        await WaitForAddressAsync(unbound, "10.96.0.222");
        Assert.Equal("\"1.1.0\"", await Dig.RunAsync(unbound.Port, "+short", "dns-version.cluster.local", "TXT"));
        Assert.Contains("status: NXDOMAIN", await Dig.RunAsync(unbound.Port, "nosuch.shop.svc.cluster.local"), StringComparison.Ordinal);
    }

    private static string CreateCorefile(int port, string to, string manifests) => $$"""
        .:{{port}} {
            bind 127.0.0.1
            loadbalance
            cache
            transfer cluster.local in-addr.arpa {
                to {{to}}
            }
            kubernetes cluster.local in-addr.arpa {
                manifests {{manifests}}
            }
        }
        """;

    private static string Service(string address)
        => $"{{kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{clusterIP: {address}, ports: [{{name: http, port: 80}}]}}}}\n";

    private static async Task<string[]> TransferAsync(RunningServer server, string zone, string type = "AXFR")
        => [.. (await server.DigAsync("+tcp", type, zone)).Split('\n').Where(static line => line.Length > 0 && line[0] != ';').Select(static line => Blanks().Replace(line, " "))];

    private static async Task WaitForAddressAsync(RealUpstream secondary, string address)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!string.Equals(await Dig.RunAsync(secondary.Port, "+short", "web.shop.svc.cluster.local"), address, StringComparison.Ordinal))
        {
            Assert.False(patience.IsCancellationRequested, $"the secondary does not have {address}");
            await Task.Yield();
        }
    }

    [GeneratedRegex(@"XFR size: (?<records>[0-9]+) records \(messages (?<messages>[0-9]+),", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TransferSize();

    [GeneratedRegex(@"^s-[0-9]+\.shop\.svc\.cluster\.local\.\s.*\sA\s", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex AddressLine();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
