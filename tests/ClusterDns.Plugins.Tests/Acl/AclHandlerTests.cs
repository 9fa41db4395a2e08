using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Acl;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Acl;

public class AclHandlerTests
{
    /// <summary>What the next link answers.</summary>
    private const string Passed = "NXDOMAIN";
    private const string Blocked = "REFUSED";
    private const string Filtered = "NOERROR";
    private const string Dropped = "DROPPED";

    [Theory]
    [InlineData("allow", Passed)]
    [InlineData("block", Blocked)]
    [InlineData("filter", Filtered)]
    [InlineData("drop", Dropped)]
    [InlineData("BLOCK TYPE a NET 192.0.2.0/24", Blocked)]
    [InlineData("block type A", Blocked)]
    [InlineData("block type AAAA", Passed)]
    [InlineData("block type AAAA A", Blocked)]
    [InlineData("block type AAAA type A", Blocked)]
    [InlineData("block type TYPE1", Blocked)]
    [InlineData("block type *", Blocked)]
    [InlineData("block type AAAA * nonsense", Blocked)]
    [InlineData("block net 192.0.2.1", Blocked)]
    [InlineData("block net 192.0.2.2", Passed)]
    [InlineData("block net 192.0.2.0/31", Blocked)]
    [InlineData("block net 192.0.2.77/24", Blocked)]
    [InlineData("block net 192.0.3.0/24", Passed)]
    [InlineData("block net 10.0.0.0/8 192.0.2.1", Blocked)]
    [InlineData("block net 10.0.0.0/8 net 192.0.2.1", Blocked)]
    [InlineData("block net *", Blocked)]
    [InlineData("block net 10.0.0.0/8 * nonsense", Blocked)]
    [InlineData("block net 0.0.0.0/0", Blocked)]
    [InlineData("block net ::/0", Passed)]
    [InlineData("block net ::ffff:192.0.2.1", Blocked)]
    [InlineData("block net ::ffff:192.0.2.0/120", Blocked)]
    [InlineData("block net ::ffff:192.0.2.0/95", Passed)]
    [InlineData("block net 192.0.2.1 type AAAA", Passed)]
    [InlineData("block type A net 192.0.2.1", Blocked)]
    public void APolicyIsForTypesAndNetworks(string policy, string expected) => Assert.Equal(expected, Create(policy).Ask("www.example."));

    [Theory]
    [InlineData("block net 2001:db8::1", Blocked)]
    [InlineData("block net 2001:db8::/32", Blocked)]
    [InlineData("block net 2001:db9::/32", Passed)]
    [InlineData("block net ::/0", Blocked)]
    [InlineData("block net 0.0.0.0/0", Passed)]
    [InlineData("block net *", Blocked)]
    [InlineData("block", Blocked)]
    public void IPv6IsAFamilyOfItsOwn(string policy, string expected)
        => Assert.Equal(expected, Create(policy).Ask("www.example.", client: "[2001:db8::1]:5300"));

    [Fact]
    public void AScopeIsNoPartOfAnAddress()
        => Assert.Equal(Blocked, Create("block net fe80::/10").Ask("www.example.", client: "[fe80::1%3]:5300"));

    [Theory]
    [InlineData("block net 192.0.2.0/24\n allow net 192.0.2.1", Blocked)]
    [InlineData("allow net 192.0.2.1\n block net 192.0.2.0/24", Passed)]
    [InlineData("filter type AAAA\n drop\n allow net 192.0.2.1", Dropped)]
    [InlineData("filter net 192.0.0.0/16\n allow net 192.0.2.1\n block", Filtered)]
    [InlineData("filter type A\n block", Filtered)]
    [InlineData("block\n filter type A", Blocked)]
    public void TheFirstPolicyCounts(string policies, string expected) => Assert.Equal(expected, Create(policies).Ask("www.example."));

    [Theory]
    [InlineData("www.inner.example.", Dropped)]
    [InlineData("inner.example.", Dropped)]
    [InlineData("www.example.", Blocked)]
    [InlineData("notexample.", Passed)]
    [InlineData("free.inner.example.", Passed)]
    public void ZonesAndOrderOfSeveral(string name, string expected)
    {
        PluginKit kit = Parse(
            "acl free.inner.example {\n allow\n}\nacl inner.example other.example {\n drop net 192.0.2.1\n}\nacl example {\n block\n}\nacl");

        Assert.Equal(expected, kit.Ask(name));
    }

    [Fact]
    public void BlockedAndFilteredSayWhy()
    {
        Query blocked = Create("block").Serve("www.example.");
        Assert.Equal(15, (int)blocked.Response.ExtendedErrorCode!);
        Assert.Equal("acl", blocked.Response.Plugin);
        Assert.Equal(ResponseStatus.Answered, blocked.Response.Status);
        Assert.False(blocked.Response.Authoritative);

        Query filtered = Create("filter").Serve("www.example.");
        Assert.Equal(17, (int)filtered.Response.ExtendedErrorCode!);
        Assert.Equal("acl", filtered.Response.Plugin);
        Assert.False(filtered.Response.Authoritative);
    }

    [Fact]
    public void TheReasonReachesClientsWithEdns()
    {
        PluginKit kit = Create("block");
        Query context = kit.CreateContext("www.example.", udpSize: 1232);

        kit.ServeAgain(context);

        Assert.Equal([0, 6, 0, 15, 0, 2, 0, 15], context.Exchange.ResponseMessage[^8..].ToArray());
    }

    [Fact]
    public void InternalQueriesAreTheClients()
    {
        PluginKit kit = Create("block type AAAA net 192.0.2.1");
        Query context = kit.Serve("www.example.");
        Query query = InternalQuery.TryCreate(context, DomainName.Parse("alias.example."), RecordType.AAAA)!;

        Assert.True(kit.Handler.ServeAsync(query).AsTask().IsCompletedSuccessfully);

        Assert.Equal(ResponseCode.Refused, query.Response.Code);
        Assert.Equal("acl", query.Response.Plugin);
    }

    [Fact]
    public void WhatBecomesOfQueriesIsCounted()
    {
        PluginKit kit = Parse("acl a.example b.example {\n block type A\n filter type AAAA\n drop type TXT\n allow type MX\n}");
        RouteInfo block = new("dns://:53", "example.", DomainName.Parse("example."), "inside");
        foreach ((string name, RecordType type) in ((string, RecordType)[])
            [
                ("www.a.example.", RecordType.A),
                ("www.a.example.", RecordType.A),
                ("b.example.", RecordType.A),
                ("b.example.", RecordType.AAAA),
                ("b.example.", RecordType.TXT),
                ("b.example.", RecordType.MX),
                ("b.example.", RecordType.SRV),
                ("c.example.", RecordType.A),
            ])
        {
            Query context = kit.CreateContext(name, type);
            context.Route = block;
            Assert.True(kit.Handler.ServeAsync(context).AsTask().IsCompletedSuccessfully);
        }

        Assert.Equal("Counter of DNS requests being blocked. server,zone,view dns://:53,a.example.,inside=2 dns://:53,b.example.,inside=1", Show(kit, "blocked"));
        Assert.Equal("Counter of DNS requests being filtered. server,zone,view dns://:53,b.example.,inside=1", Show(kit, "filtered"));
        Assert.Equal("Counter of DNS requests being dropped. server,zone,view dns://:53,b.example.,inside=1", Show(kit, "dropped"));
        Assert.Equal("Counter of DNS requests being allowed. server,view dns://:53,inside=3", Show(kit, "allowed"));
    }

    [Theory]
    [InlineData("192.0.2.1:5300")]
    [InlineData("10.1.1.1:5300")]
    [InlineData("[2001:db8::1]:5300")]
    public void DecidingAllocatesNothing(string client)
    {
        IEnumerable<string> networks = Enumerable.Range(0, 5000).Select(static i => $"10.{i / 250}.{i % 250}.0/24 2001:db8:{i:x}::/48");
        PluginKit kit = new(
            new AclPlugin(),
            $"acl {{\n allow type AAAA MX net 10.0.0.0/8\n block net {string.Join(' ', networks)}\n}}",
            static context => context.Response.Answer("next"));
        Query context = kit.Serve("www.example.", client: client);

        Assert.Equal(0, kit.CountAllocatedBytes(context));
    }

    private static PluginKit Create(string policies) => Parse($"acl {{\n {policies}\n}}");

    private static PluginKit Parse(string text)
    {
        PluginKit kit = new(new AclPlugin(), text, static context => context.Response.Answer("next", ResponseCode.NXDomain));
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static string Show(PluginKit kit, string what)
    {
        CounterFamily family = kit.Metrics.Families.OfType<CounterFamily>()
            .Single(family => string.Equals(family.Name, $"coredns_acl_{what}_requests_total", StringComparison.Ordinal));
        IEnumerable<string> counters = family.Children.Select(static counter => $"{string.Join(',', counter.LabelValues)}={counter.Value}");
        return $"{family.Help} {string.Join(',', family.LabelNames)} {string.Join(' ', counters.Order(StringComparer.Ordinal))}";
    }
}
