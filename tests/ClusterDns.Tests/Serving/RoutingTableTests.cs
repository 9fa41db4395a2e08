using System.Net;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

public class RoutingTableTests
{
    [Theory]
    [InlineData("example.org.", "example.org.")]
    [InlineData("EXAMPLE.org.", "example.org.")]
    [InlineData("www.example.org.", "example.org.")]
    [InlineData("a.sub.example.org.", "sub.example.org.")]
    [InlineData("sub.example.org.", "sub.example.org.")]
    [InlineData("notexample.org.", ".")]
    [InlineData("org.", ".")]
    [InlineData(".", ".")]
    public void TheLongestZoneAnswers(string name, string zone)
        => Assert.Equal(zone, Find(Table(".", "example.org.", "sub.example.org."), name));

    [Fact]
    public void ANameOfNoZoneHasNobody() => Assert.Null(Find(Table("example.org."), "example.net."));

    [Theory]
    [InlineData("sub.example.org.", "example.org.")]
    [InlineData("a.sub.example.org.", "sub.example.org.")]
    [InlineData("example.org.", "example.org.")]
    [InlineData("other.", ".")]
    public void TheParentHasAZonesDelegationSigner(string name, string zone)
        => Assert.Equal(zone, Find(Table(".", "example.org.", "sub.example.org."), name, RecordType.DS));

    [Fact]
    public void WithoutAParentTheZoneAnswersItsOwnDelegationSigner()
        => Assert.Equal("example.org.", Find(Table("example.org."), "example.org.", RecordType.DS));

    [Fact]
    public void BlocksOfOneZoneAreAskedInTurn()
    {
        Route first = Block("example.org.") with { Predicate = static query => query.Type == RecordType.A };
        Route second = Block("example.org.") with { Predicate = static query => query.Type == RecordType.AAAA };
        RoutingTable table = new([first, second, Block(".")]);

        Assert.Same(first, table.Find(Query("www.example.org.", RecordType.A)));
        Assert.Same(second, table.Find(Query("www.example.org.", RecordType.AAAA)));
        Assert.Equal(".", table.Find(Query("www.example.org.", RecordType.TXT))?.Info.Zone);
    }

    private static RoutingTable Table(params string[] zones) => new(zones.Select(Block));

    private static Route Block(string zone) => new(new RouteInfo("dns://:53", zone, DomainName.Parse(zone), ""), null);

    private static string? Find(RoutingTable table, string name, RecordType type = RecordType.A) => table.Find(Query(name, type))?.Info.Zone;

    private static Query Query(string name, RecordType type)
    {
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Query query = new();
        int length = ServerKit.WriteQuery(query.RequestBuffer, name, type);
        Assert.Equal(QueryVerdict.Serve, query.Accept(length, TransportProtocol.Udp, in client, in client, timestamp: 0));
        return query;
    }
}
