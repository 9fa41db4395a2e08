using ClusterDns.Attack.TestKit;
using ClusterDns.Conformance.TestKit;
using ClusterDns.Siege;

namespace ClusterDns.Attack;

/// <summary>A short siege (docs/siege.md), and whether a siege notices what it is there to notice.</summary>
public sealed class SiegeTests
{
    [AttackTheory(Needs.MemoryGroup | Needs.TwoCores)]
    [InlineData(1024, 600)]
    [InlineData(20000, 2000)]
    public async Task A_short_siege_is_not_noticed_by_honest_clients(int descriptors, int clients)
    {
        SiegeRun run = new(
            new SiegeOptions(Executable.Best)
            {
                Duration = TimeSpan.FromSeconds(20),
                Descriptors = descriptors,
                Clients = clients,
                ClusterPeriod = TimeSpan.FromSeconds(8),
                ReloadPeriod = TimeSpan.FromSeconds(4),

                // 600 clients leave room for something unforeseen; 2,000 have to fit.
                MemoryShare = clients > 600 ? 1 : 0.85,

                // The driver shares its processor with the test host and whatever else the machine does.
                Share = 0.99,
            },
            TextWriter.Null);

        SiegeReport report = await run.RunAsync();

        StringWriter table = new();
        report.Write(table);
        Assert.False(report.Failures.Any(), table.ToString());
    }

    [Fact]
    public void Times_are_counted_by_share_and_quantile()
    {
        Timings timings = new();
        for (int i = 1; i <= 1000; i++)
        {
            timings.Add(i <= 998 ? 1 : i == 999 ? 60 : double.PositiveInfinity);
        }

        Assert.Equal(0.998, timings.ShareWithin(50), 6);
        Assert.Equal(1, timings.Quantile(0.5));
        Assert.Equal(double.PositiveInfinity, timings.Worst);
        Assert.Equal(0, new Timings().ShareWithin(50));
    }

    [Fact]
    public void What_sockets_buffer_is_the_sum_of_what_they_received_and_queue()
        => Assert.Equal(
            100 + 3000 + 7 + 20 + 5 + 1,
            SocketMemory.Sum(
                "ESTAB 0 0 127.0.0.1:53 127.0.0.1:4000\n\t skmem:(r100,rb131072,t0,tb2626560,f3000,w7,o0,bl0,d0)\n"
                + "ESTAB 0 0 127.0.0.1:53 127.0.0.1:4001\n\t skmem:(r20,rb131072,t99,tb2626560,f0,w5,o1,bl0,d4)\n"));

    [Fact]
    public void A_requirement_that_is_not_met_is_a_failure_with_both_figures()
    {
        SiegeReport report = new(new SiegeOptions(Executable.Best));

        report.AddMemory(peak: 150L << 20, groupPeak: 100L << 20, socketsPeak: 50L << 20, failures: 0);

        Assert.Equal("memory and socket buffers together, peak: 150.0 MiB, required 144.5 MiB", Assert.Single(report.Failures));
    }
}
