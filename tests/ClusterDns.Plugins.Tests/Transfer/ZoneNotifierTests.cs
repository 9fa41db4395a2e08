using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Transfer;

namespace ClusterDns.Plugins.Tests.Transfer;

public sealed class ZoneNotifierTests
{
    private const string Before = "{kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.1}}";
    private const string After = "{kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.2}}";

    private readonly FakeUpstreams _upstreams = new();

    [Fact]
    public async Task Secondaries_are_told_at_start_and_when_the_zone_has_changed()
    {
        _upstreams.Answers("192.0.2.53:53");
        _upstreams.Answers("192.0.2.54:5300");
        PluginKit kit = Create("192.0.2.53 192.0.2.54:5300 10.0.0.0/8");
        IHostService service = await StartAsync(kit);

        kit.Time.Advance(ZoneNotifier.Period);
        Assert.Equal("192.0.2.53:53 Udp, 192.0.2.54:5300 Udp", Take());
        Assert.True(DnsHeader.TryRead(_upstreams.LastQuery, out DnsHeader header));
        Assert.Equal(Opcode.Notify, header.Opcode);
        Assert.Equal(HeaderFlags.AuthoritativeAnswer, header.Flags);
        Assert.Equal([.. DomainName.Parse("cluster.local."), 0, 6, 0, 1], _upstreams.LastQuery[DnsHeader.Length..]);

        kit.Time.Advance(ZoneNotifier.Period);
        Assert.Equal("", Take());
        kit.Files["objects.yaml"] = After;
        kit.Time.Advance(ZoneNotifier.Period);
        kit.Time.Advance(ZoneNotifier.Period);
        Assert.Equal("192.0.2.53:53 Udp, 192.0.2.54:5300 Udp", Take());
        Assert.Equal(0, _upstreams.Held);

        await service.StopAsync(CancellationToken.None);
        kit.Files["objects.yaml"] = Before;
        kit.Time.Advance(ZoneNotifier.Period * 3);
        Assert.Equal("", Take());
    }

    [Fact]
    public async Task A_secondary_that_does_not_accept_is_tried_again_and_told_of()
    {
        _upstreams.Answers("192.0.2.53:53", ResponseCode.Refused);
        _upstreams.Fails("192.0.2.54:53");
        _upstreams.Fails("192.0.2.55:53", UpstreamStatus.Failed);
        PluginKit kit = Create("192.0.2.53 192.0.2.54 192.0.2.55");
        IHostService service = await StartAsync(kit);

        kit.Time.Advance(ZoneNotifier.Period);
        Assert.Equal(9, Take().Split(',').Length);
        Assert.Contains("Warning: Notify for zone \"cluster.local.\" was not accepted by 192.0.2.53:53: rcode was REFUSED", kit.Log, StringComparer.Ordinal);
        Assert.Contains("Warning: Notify for zone \"cluster.local.\" was not accepted by 192.0.2.54:53: no reply", kit.Log, StringComparer.Ordinal);
        Assert.Contains("Warning: Notify for zone \"cluster.local.\" was not accepted by 192.0.2.55:53: unreachable", kit.Log, StringComparer.Ordinal);

        kit.Time.Advance(ZoneNotifier.Period);
        Assert.Equal("", Take());
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Who_may_transfer_and_has_no_address_is_not_told()
        => Assert.Empty(Create("* 10.0.0.0/8").Build.Services);

    private PluginKit Create(string to)
    {
        PluginKit kit = TransferKit.Create($"transfer cluster.local {{\n to {to}\n}}", Before, upstreams: _upstreams);
        Assert.Equal("", kit.Errors);
        return kit;
    }

    private static async Task<IHostService> StartAsync(PluginKit kit)
    {
        kit.Resources.Start();
        IHostService service = Assert.Single(kit.Build.Services);
        await service.StartAsync(CancellationToken.None);
        return service;
    }

    private string Take()
    {
        string asked = string.Join(", ", _upstreams.Asked);
        _upstreams.Asked.Clear();
        return asked;
    }
}
