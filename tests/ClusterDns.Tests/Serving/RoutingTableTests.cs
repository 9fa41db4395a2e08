using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Server.Serving;
using ClusterDns.TestKit;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

public class RoutingTableTests
{
    private readonly Failures _failures = new();

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
    public void Routes_of_one_zone_are_tried_in_order_then_those_of_shorter_zones()
    {
        Route first = Block("example.org.") with { Predicate = static query => query.Type == RecordType.A };
        Route second = Block("example.org.") with { Predicate = static query => query.Type is RecordType.A or RecordType.AAAA };
        RoutingTable table = new([first, second, Block(".")]);

        Assert.Same(first, table.Find(Query("www.example.org.", RecordType.A), _failures));
        Assert.Same(second, table.Find(Query("www.example.org.", RecordType.AAAA), _failures));
        Assert.Equal(".", table.Find(Query("www.example.org.", RecordType.TXT), _failures)?.Info.Zone);
    }

    [Fact]
    public void The_first_route_without_a_predicate_takes_what_is_left()
    {
        Route filtered = Block("example.org.") with { Predicate = static query => query.Type == RecordType.A };
        Route rest = Block("example.org.");
        Route late = Block("example.org.") with { Predicate = static _ => true };
        RoutingTable table = new([filtered, rest, late]);

        Assert.Same(filtered, table.Find(Query("example.org.", RecordType.A), _failures));
        Assert.Same(rest, table.Find(Query("example.org.", RecordType.MX), _failures));
    }

    [Fact]
    public void A_query_that_no_route_takes_has_none()
        => Assert.Null(new RoutingTable([Block("example.org.") with { Predicate = static _ => false }, Block(".") with { Predicate = static _ => false }])
            .Find(Query("example.org.", RecordType.A), _failures));

    [Fact]
    public void A_predicate_that_throws_counts_as_false()
    {
        Route failing = Block("example.org.") with { Predicate = static _ => throw new InvalidOperationException("bug") };
        Route rest = Block("example.org.");

        Assert.Same(rest, new RoutingTable([failing, rest]).Find(Query("example.org.", RecordType.A), _failures));
        Assert.Equal("bug", Assert.Single(_failures.Seen));
    }

    [Theory]
    [InlineData(RecordType.A, "sub.example.org.")]
    [InlineData(RecordType.DS, "example.org.")]
    public void Delegation_signers_of_a_view_are_in_the_parent(RecordType type, string zone)
        => Assert.Equal(
            zone,
            Find(new RoutingTable([Block("example.org."), Block("sub.example.org.") with { Predicate = static _ => true }]), "sub.example.org.", type));

    [Theory]
    [InlineData("example.org.", "www.example.org.", true)]
    [InlineData(".", "www.example.org.", true)]
    [InlineData("a.example.org. www.example.org.", "x.www.example.org.", true)]
    [InlineData("a.example.org. WWW.example.org.", "b.example.org.", false)]
    [InlineData("example.net.", "www.example.org.", false)]
    public void Queries_of_the_metadata_zones_carry_the_table(string zones, string name, bool expected)
    {
        MetadataTable metadata = new([]);
        RoutingTable table = new([Block("example.org.") with { Metadata = Metadata("example.org.", zones, metadata) }]);
        Query query = Query(name, RecordType.A);
        query.Metadata = new MetadataTable([]);

        Assert.NotNull(table.Find(query, _failures));

        Assert.Same(expected ? metadata : null, query.Metadata);
    }

    [Fact]
    public void A_predicate_reads_the_metadata_of_its_own_route()
    {
        RoutingTable table = new([Reading("one"), Reading("two"), Reading(null), Block(".")]);

        Query two = Query("example.org.", RecordType.A);
        Assert.Equal("two", table.Find(two, _failures)?.Info.View);
        Assert.Equal("two", two.GetMetadata("test/value"));

        Query none = Query("example.org.", RecordType.MX);
        Assert.Equal(".", table.Find(none, _failures)?.Info.Zone);
        Assert.Null(none.Metadata);

        static Route Reading(string? value) => new(new RouteInfo("dns://:53", "example.org.", DomainName.Parse("example.org."), value ?? ""), null)
        {
            Predicate = query => query.Type == RecordType.A && string.Equals(query.GetMetadata("test/value"), "two", StringComparison.Ordinal),
            Metadata = value is null ? null : Metadata("example.org.", ".", new MetadataTable([new MetadataField("test/value", _ => value)])),
        };
    }

    [Theory]
    [InlineData("www.example.org.", "example.org", true)]
    [InlineData("WWW.EXAMPLE.org.", "Example.org", true)]
    [InlineData("example.org.", "example.org", true)]
    [InlineData("example.org.", ".", true)]
    [InlineData(".", ".", true)]
    [InlineData("notexample.org.", "example.org", false)]
    [InlineData("org.", "example.org", false)]
    [InlineData("www.example.net.", "example.org", false)]
    public void Query_is_in_the_zones_that_its_name_ends_with(string name, string zone, bool expected)
        => Assert.Equal(expected, Query(name, RecordType.A).IsIn(Zones(zone).Single()));

    [Fact]
    public void Finding_a_route_allocates_nothing()
    {
        MetadataTable metadata = new([]);
        RoutingTable table = new([
            Block("example.org.") with { Predicate = static query => query.GetMetadata("test/value") is not null, Metadata = Metadata("example.org.", ".", metadata) },
            Block("example.org.") with { Metadata = Metadata("example.org.", "www.example.org.", metadata) },
        ]);
        Query query = Query("www.example.org.", RecordType.A);

        Assert.Equal(0, Allocations.Count(() => table.Find(query, _failures)));
    }

    private static RouteMetadata? Metadata(string route, string zones, MetadataTable table)
        => RouteMetadata.Create(DomainName.Parse(route), Zones(zones), table);

    private static IEnumerable<Zone> Zones(string zones)
        => zones.Split(' ').SelectMany(static text => ZoneParser.TryParse(text, out IReadOnlyList<Zone> parsed, out _) ? parsed : throw new FormatException(text));

    private static RoutingTable Table(params string[] zones) => new(zones.Select(Block));

    private static Route Block(string zone) => new(new RouteInfo("dns://:53", zone, DomainName.Parse(zone), ""), null);

    private static string? Find(RoutingTable table, string name, RecordType type = RecordType.A)
        => table.Find(Query(name, type), new Failures())?.Info.Zone;

    private static Query Query(string name, RecordType type)
    {
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Query query = new Exchange().Query;
        int length = ServerKit.WriteQuery(query.Exchange.RequestBuffer, name, type);
        Assert.Equal(QueryVerdict.Serve, query.Exchange.Accept(length, TransportProtocol.Udp, in client, in client, timestamp: 0));
        return query;
    }

    private sealed class Failures : IRouteFailures
    {
        public List<string> Seen { get; } = [];

        public void OnPredicateFailed(Route route, Exception exception) => Seen.Add(exception.Message);
    }
}
