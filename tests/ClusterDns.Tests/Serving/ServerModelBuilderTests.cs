using ClusterDns.Core.Pipeline;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Serving;

public class ServerModelBuilderTests
{
    [Fact]
    public void MetricsWithoutLabelsAreThereWhateverTheCorefileHas()
    {
        ServerKit kit = new(". {\n whoami\n}\n");

        Assert.Empty(((string[])
        [
            "coredns_forward_healthcheck_broken_total",
            "coredns_forward_max_concurrent_rejects_total",
            "coredns_health_request_duration_seconds",
            "coredns_health_request_failures_total",
            "coredns_hosts_reload_timestamp_seconds",
            "coredns_local_localhost_requests_total",
            "coredns_panics_total",
        ]).Except(kit.Metrics.Families.Where(static family => family.Metrics.Any()).Select(static family => family.Name), StringComparer.Ordinal));
    }

    [Fact]
    public void BlocksOfOnePlaceShareAListener()
    {
        ServerModel model = new ServerKit("a.example b.example:53 {\n whoami\n}\nc.example {\n whoami\n}\nd.example:54 {\n whoami\n}\n").Model;

        Assert.Equal("dns://:53 dns://:54", string.Join(' ', model.Listeners.Select(static listener => listener.Place.ToString())));
        Assert.Equal("a.example. b.example. c.example.", string.Join(' ', model.Listeners[0].Zones.Select(static zone => zone.Text)));
    }

    [Fact]
    public void AZoneTwiceAtOnePlaceIsAnErrorThatNamesBoth()
        => Assert.Equal(
            ["Corefile:4:1: duplicate zone 'a.example.' on dns://:53 (first at Corefile:1:1): expected once"],
            ServerKit.FindErrors("a.example {\n whoami\n}\nA.example:53 {\n whoami\n}\n"));

    [Fact]
    public void AZoneAtTwoAddressesIsNone()
    {
        ServerModel model = new ServerKit(
            "a.example {\n bind 127.0.0.1\n whoami\n}\na.example {\n bind 127.0.0.2\n whoami\n}\n").Model;

        Assert.Equal("dns://127.0.0.1:53 dns://127.0.0.2:53", string.Join(' ', model.Listeners.Select(static listener => listener.Place.ToString())));
    }

    [Fact]
    public void AZoneTwiceAtOneOfSeveralAddressesIsAnError()
        => Assert.Single(ServerKit.FindErrors(
            "a.example {\n bind 127.0.0.1 127.0.0.2\n whoami\n}\na.example {\n bind 127.0.0.2\n whoami\n}\n"));

    [Theory]
    [InlineData("tls")]
    [InlineData("https")]
    [InlineData("grpc")]
    [InlineData("quic")]
    public void ATransportThatIsNotBuiltIsAnError(string scheme)
        => Assert.Equal(
            [$"Corefile:1:1: transport '{scheme}' is not supported by this version: expected dns"],
            ServerKit.FindErrors($"{scheme}://example.org {{\n whoami\n}}\n"));

    [Fact]
    public void WhatBlocksAskOfOneListenerAddsUpAndTheFirstCounts()
    {
        ServerKit kit = new(
            "a.example {\n multisocket 2\n timeouts {\n read 5s\n }\n}\n" +
            "b.example {\n multisocket 3\n timeouts {\n read 5s\n idle 1m\n }\n}\n");

        ListenerOptionSet settings = kit.Model.Listeners[0].Settings;
        Assert.Equal(new ListenerWorkers(2), settings.Find<ListenerWorkers>());
        Assert.Equal(
            new ConnectionLimits { Read = TimeSpan.FromSeconds(5), Idle = TimeSpan.FromMinutes(1) }, settings.Find<ConnectionLimits>());
        Assert.Equal(
            "Corefile:7:1: 'multisocket' has no effect: another server block on dns://:53 sets it first",
            Assert.Single(kit.Diagnostics.Warnings).ToString());
    }

    [Fact]
    public void AllErrorsOfAllBlocksAreSaidAtOnce()
        => Assert.Equal(2, ServerKit.FindErrors("a.example {\n bufsize many\n}\nb.example {\n whoami now\n}\n").Count);

    [Fact]
    public void A_block_that_binds_nothing_is_not_served()
    {
        ServerKit kit = new("a.example {\n bind 127.0.0.1 {\n except 127.0.0.1\n }\n whoami\n}\nb.example {\n bind 127.0.0.1\n whoami\n}\n");

        Assert.Equal("b.example.", Assert.Single(Assert.Single(kit.Model.Listeners).Zones).Text);
    }

    [Fact]
    public void Ten_thousand_blocks_are_built_and_routed()
    {
        const int blocks = 10_000;
        ServerKit kit = new(string.Concat(Enumerable.Range(0, blocks).Select(static block => $"z{block}.example {{\n prometheus\n whoami\n}}\n")));

        Assert.Equal(blocks, Assert.Single(kit.Model.Listeners).Zones.Count);
        Assert.StartsWith("NOERROR", kit.Ask($"www.z{blocks - 1}.example."), StringComparison.Ordinal);
    }

    [Fact]
    public void ABlockWithoutPluginsRefuses()
        => Assert.Equal("REFUSED", new ServerKit("example.org {\n}\n").Ask("www.example.org."));

    [Fact]
    public void AFileWithoutBlocksHasNoListener() => Assert.Empty(new ServerKit("# nothing\n").Model.Listeners);
}
