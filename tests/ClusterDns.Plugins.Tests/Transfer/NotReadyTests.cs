using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.External;
using ClusterDns.Plugins.Kubernetes.Index;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.Plugins.Transfer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Plugins.Tests.Transfer;

/// <summary>What is answered while it is not known what the cluster has.</summary>
public sealed class NotReadyTests
{
    private const ushort NotReady = 14;

    private static readonly ExternalOptions Options = new(default, [Parse("example.org")], "dns", 5, Headless: false, []);

    private readonly ClusterIndex _index = new();
    private readonly ZoneRecords _zone = ExternalZone.Create(Options.Zones[0], Options);
    private readonly NameServerAddresses _addresses;

    public NotReadyTests() => _addresses = ExternalZone.CreateNameServer(new ClusterOffer(_index, []), Options);

    [Theory]
    [InlineData("web.shop.example.org.", RecordType.A)]
    [InlineData("example.org.", RecordType.SOA)]
    public void Names_fail(string name, RecordType type)
        => AssertNotReady(new ExternalHandler(EndOfChain.Instance, _index, Options, [_zone], _addresses, new ThreadRandom(1)), name, type);

    [Fact]
    public void Zones_are_not_transferred()
    {
        TransferRules rules = new([new TransferRule(Options.Zones, AllowsAll: true, [], [])]);
        ExternalZoneSource source = new(_index, _zone, Options, _addresses);

        AssertNotReady(
            new TransferHandler(EndOfChain.Instance, rules, [source], new TransferSlots(MemoryBudget.CreateUnlimited()[MemoryTable.Transfers]), new FakeTimeProvider(), NullLogger.Instance), "example.org.", RecordType.AXFR);
    }

    [Fact]
    public async Task Secondaries_are_told_once_it_is()
    {
        FakeUpstreams upstreams = new();
        upstreams.Answers("192.0.2.53:53");
        FakeTimeProvider time = new();
        TransferRules rules = new([new TransferRule(Options.Zones, AllowsAll: false, [], [NetworkEndpoint.From(IPEndPoint.Parse("192.0.2.53:53"))])]);
        using ZoneNotifier notifier = new([new ExternalZoneSource(_index, _zone, Options, _addresses)], rules, upstreams, time, new CallbackGuard(new MetricRegistry(), time, NullLogger.Instance), NullLogger.Instance);
        await notifier.StartAsync(CancellationToken.None);

        time.Advance(ZoneNotifier.Period);
        Assert.Empty(upstreams.Asked);
        _index.IsSynced = true;
        time.Advance(ZoneNotifier.Period);
        Assert.Single(upstreams.Asked);
    }

    private static void AssertNotReady(PluginHandler handler, string name, RecordType type)
    {
        Query query = new Exchange().Query;
        WireWriter writer = new(query.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { QuestionCount = 1 });
        writer.TryWriteQuestion(DomainName.Parse(name), type, RecordClass.IN);
        NetworkEndpoint client = default;
        query.Exchange.Accept(writer.Length, TransportProtocol.Tcp, in client, in client, 0);

        ValueTask served = handler.ServeAsync(query);
        Assert.True(served.IsCompletedSuccessfully);
        Assert.Equal(ResponseCode.ServFail, query.Response.Code);
        Assert.Equal(NotReady, query.Response.ExtendedErrorCode);
        Assert.Equal(0, query.Response.Answers.Count);
    }

    private static Zone Parse(string text)
    {
        Assert.True(ZoneParser.TryParse(text, out IReadOnlyList<Zone> zones, out _));
        return zones[0];
    }
}
