using ClusterDns.Core.Http;

namespace ClusterDns.Tests.Hosting;

/// <summary>health, ready and prometheus in several server blocks.</summary>
public class HttpPluginTests
{
    private static readonly HttpAddress One = new("127.0.0.1", 0);
    private static readonly HttpAddress Another = new("127.0.0.2", 0);

    [Fact]
    public async Task BlocksWithTheSameAddressShareAServerAndOthersHaveTheirOwn()
    {
        await using ReloadKit kit = await ReloadKit.StartAsync(Block("a.test", One) + Block("b.test", One) + Block("c.test", Another));

        Assert.Equal(2, kit.Server.HttpServers.Count);
        foreach (HttpAddress address in (HttpAddress[])[One, Another])
        {
            Assert.Equal("OK", await kit.GetAsync(address, "/health"));
            Assert.Equal("OK", await kit.GetAsync(address, "/ready"));
            string scrape = await kit.GetAsync(address, "/metrics");
            Assert.All((string[])["a.test.", "b.test.", "c.test."], zone => Assert.Contains(
                $"coredns_plugin_enabled{{server=\"dns://127.0.0.1:0\",zone=\"{zone}\",view=\"\",name=\"whoami\"}} 1\n", scrape, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task TheLongestLameduckCounts()
    {
        ReloadKit kit = await ReloadKit.StartAsync(
            Block("a.test", One, " {\n lameduck 1s\n}") + Block("b.test", One, " {\n lameduck 3s\n}") + Block("c.test", One));
        await using (kit)
        {
            Task stopping = kit.Server.StopAsync(CancellationToken.None);
            kit.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(stopping.IsCompleted);
            Assert.Equal("OK", await kit.GetAsync(One, "/health"));

            kit.Time.Advance(TimeSpan.FromSeconds(2));
            await stopping;
        }
    }

    private static string Block(string zone, HttpAddress address, string lameduck = "") => $$"""
        {{zone}}:0 {
            bind 127.0.0.1
            health {{address}}{{lameduck}}
            ready {{address}}
            prometheus {{address}}
            whoami
        }

        """;
}
