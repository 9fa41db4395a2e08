using ClusterDns.Server.Upstreams;

namespace ClusterDns.Tests.Upstreams;

public sealed class EphemeralPortsTests
{
    private readonly QueryIds _ids = new();

    [Theory]
    [InlineData("32768\t60999\n", 32768, 60999)]
    [InlineData("1024 65535", 1024, 65535)]
    [InlineData("", 32768, 60999)]
    [InlineData("60999 32768", 32768, 60999)]
    [InlineData("0 65536", 32768, 60999)]
    [InlineData("1 2 3", 32768, 60999)]
    public void Range_is_the_systems_or_the_usual_one(string text, int first, int last)
    {
        EphemeralPorts ports = new(text, "");

        Assert.Equal((first, last), (ports.First, ports.Last));
    }

    [Fact]
    public void Every_port_of_the_range_but_those_reserved_is_drawn()
    {
        EphemeralPorts ports = new("50000 50020", "8080,50003-50005,x,50007\n");
        HashSet<int> drawn = [];
        for (int i = 0; i < 5000; i++)
        {
            drawn.Add(ports.Draw(_ids));
        }

        Assert.Equal(Enumerable.Range(50000, 21).Except([50003, 50004, 50005, 50007]), drawn.Order());
    }

    [Fact]
    public void Kernel_chooses_where_all_ports_are_reserved()
        => Assert.Equal(EphemeralPorts.KernelsChoice, new EphemeralPorts("50000 50001", "49000-51000").Draw(_ids));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(65536)]
    public void Number_below_a_bound_is_below_it(int bound)
    {
        for (int i = 0; i < 5000; i++)
        {
            Assert.InRange(_ids.Below(bound), 0, bound - 1);
        }
    }

    [Fact]
    public void Numbers_below_a_bound_are_equally_likely()
    {
        // A plain remainder would make the numbers below 25536 twice as likely as the others.
        int low = 0;
        for (int i = 0; i < 40_000; i++)
        {
            low += _ids.Below(40_000) < 25_536 ? 1 : 0;
        }

        Assert.InRange(low, 24_900, 26_200);
    }
}
