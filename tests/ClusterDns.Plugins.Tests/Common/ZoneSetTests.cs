using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Common;

public sealed class ZoneSetTests
{
    [Theory]
    [InlineData("example.org.", "example.org.")]
    [InlineData("a.example.org.", "example.org.")]
    [InlineData("A.SUB.EXAMPLE.ORG.", "sub.example.org.")]
    [InlineData("badexample.org.", "org.")]
    [InlineData("example.net.", null)]
    public void Value_of_the_longest_zone_that_a_name_is_in_is_found(string name, string? zone)
    {
        ZoneSet<string> zones = new(Zones("org", "example.org", "sub.example.org").Select(static zone => (zone, zone.Text)));

        Assert.Equal(zone, zones.Match(DomainName.Parse(name)));
        Assert.Equal(zone, zones.Match(new PluginKit([], "").CreateContext(name)));
    }

    [Fact]
    public void First_of_equal_zones_counts()
    {
        ZoneSet<string> zones = new([(Zones("org")[0], "first"), (Zones("org")[0], "second")]);

        Assert.Equal("first", zones.Match(DomainName.Parse("example.org.")));
    }

    [Fact]
    public void Set_without_zones_is_empty_and_matches_nothing()
    {
        Assert.True(ZoneSet.None.IsEmpty);
        Assert.Null(ZoneSet.None.Match(DomainName.Parse(".")));
        Assert.False(new ZoneSet(Zones(".")).IsEmpty);
    }

    [Theory]
    [InlineData("a.org.", true)]
    [InlineData("x.b.org.", true)]
    [InlineData("b.org.", false)]
    [InlineData("c.org.", false)]
    [InlineData("x.c.org.", true)]
    [InlineData("d.org.", false)]
    [InlineData("e.org.", false)]
    public void Names_of_an_intersection_are_in_both_sets(string name, bool isInBoth)
    {
        ZoneSet left = new(Zones("a.org", "b.org", "x.c.org", "d.org"));
        ZoneSet right = new(Zones("a.org", "x.b.org", "c.org", "e.org"));

        Assert.Equal(isInBoth, left.Intersect(right).Match(DomainName.Parse(name)) is not null);
        Assert.Equal(isInBoth, right.Intersect(left).Match(DomainName.Parse(name)) is not null);
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        ZoneSet<string> zones = new(Zones("org", "example.org").Select(static zone => (zone, zone.Text)));
        byte[] name = DomainName.Parse("www.example.org.");

        Assert.Equal(0, Allocations.Count(() => zones.Match(name)));
    }

    private static Zone[] Zones(params string[] texts)
        => [.. texts.Select(static text => ZoneParser.TryParse(text, out IReadOnlyList<Zone> zones, out _) ? zones[0] : throw new FormatException(text))];
}
