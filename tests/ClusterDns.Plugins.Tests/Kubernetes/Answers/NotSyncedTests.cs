using System.Net;
using ClusterDns.Core.Corefiles;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;
using ClusterDns.Plugins.Kubernetes.Answers;
using ClusterDns.Plugins.Kubernetes.Index;

namespace ClusterDns.Plugins.Tests.Kubernetes.Answers;

/// <summary>Before the cluster is known, no name is denied: a client that hears NXDOMAIN gives up.</summary>
public class NotSyncedTests
{
    [Theory]
    [InlineData("web.shop.svc.cluster.local.")]
    [InlineData("cluster.local.")]
    [InlineData("1.0.96.10.in-addr.arpa.")]
    public async Task ANameIsServFailWithTheReason(string name)
    {
        Query query = await ServeAsync(name, fallthrough: []);

        Assert.Equal(ResponseCode.ServFail, query.Response.Code);
        Assert.Equal((ushort?)14, query.Response.ExtendedErrorCode);
        Assert.Equal(0, query.Response.Answers.Count + query.Response.Authority.Count);
    }

    [Fact]
    public async Task AZoneThatFallsThroughPassesOn()
    {
        Query query = await ServeAsync("1.0.96.10.in-addr.arpa.", [Zone("in-addr.arpa.")]);

        Assert.Equal(ResponseCode.Refused, query.Response.Code);
    }

    private static async Task<Query> ServeAsync(string name, IReadOnlyList<Zone> fallthrough)
    {
        Zone[] zones = [Zone("cluster.local."), Zone("in-addr.arpa.")];
        ClusterIndex index = new();
        KubernetesAnswerOptions options = new(new ZoneSet(zones), zones[0], 5, PodsMode.Disabled, new ZoneSet(fallthrough));
        KubernetesHandler handler = new(
            new Below(),
            index,
            options,
            [.. zones.Select(static zone => new ZoneRecords(zone, 5))],
            new NameServerAnswer(new NameServerAddresses(index, [], 5, static service => service), options),
            new ThreadRandom(1));
        Query query = new Exchange().Query;
        WireWriter writer = new(query.Exchange.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { QuestionCount = 1 });
        writer.TryWriteQuestion(
            DomainName.Parse(name), name.EndsWith("arpa.", StringComparison.Ordinal) ? RecordType.PTR : RecordType.A, RecordClass.IN);
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Assert.Equal(QueryVerdict.Serve, query.Exchange.Accept(writer.Length, TransportProtocol.Udp, in client, in client, 0));
        await handler.ServeAsync(query);
        return query;
    }

    private static Zone Zone(string text)
    {
        Assert.True(ZoneParser.TryParse(text, out IReadOnlyList<Zone> zones, out _));
        return zones[0];
    }

    private sealed class Below() : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "below";

        public override ValueTask ServeAsync(Query query)
        {
            query.Response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }
    }
}
