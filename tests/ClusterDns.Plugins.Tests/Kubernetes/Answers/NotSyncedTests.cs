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
        QueryContext context = await ServeAsync(name, fallthrough: []);

        Assert.Equal(ResponseCode.ServFail, context.Response.Code);
        Assert.Equal((ushort?)14, context.Response.ExtendedErrorCode);
        Assert.Equal(0, context.Response.Answers.Count + context.Response.Authority.Count);
    }

    [Fact]
    public async Task AZoneThatFallsThroughPassesOn()
    {
        QueryContext context = await ServeAsync("1.0.96.10.in-addr.arpa.", [Zone("in-addr.arpa.")]);

        Assert.Equal(ResponseCode.Refused, context.Response.Code);
    }

    private static async Task<QueryContext> ServeAsync(string name, IReadOnlyList<Zone> fallthrough)
    {
        Zone[] zones = [Zone("cluster.local."), Zone("in-addr.arpa.")];
        KubernetesHandler handler = new(
            new Below(),
            new ClusterIndex(),
            new KubernetesAnswerOptions(new ZoneSet(zones), zones[0], 5, PodsMode.Disabled, new ZoneSet(fallthrough)),
            zones,
            [],
            new ThreadRandom(1));
        QueryContext context = new();
        WireWriter writer = new(context.RequestBuffer);
        writer.TryWriteHeader(new DnsHeader { QuestionCount = 1 });
        writer.TryWriteQuestion(
            DomainName.Parse(name), name.EndsWith("arpa.", StringComparison.Ordinal) ? RecordType.PTR : RecordType.A, RecordClass.IN);
        NetworkEndpoint client = NetworkEndpoint.From(new IPEndPoint(IPAddress.Loopback, 5300));
        Assert.Equal(QueryVerdict.Serve, context.Accept(writer.Length, TransportProtocol.Udp, in client, in client, 0));
        await handler.ServeAsync(context);
        return context;
    }

    private static Zone Zone(string text)
    {
        Assert.True(ZoneParser.TryParse(text, out IReadOnlyList<Zone> zones, out _));
        return zones[0];
    }

    private sealed class Below() : PluginHandler(EndOfChain.Instance)
    {
        public override string Name => "below";

        public override ValueTask ServeAsync(QueryContext context)
        {
            context.Response.Fail(Name, ResponseCode.Refused, failure: null);
            return ValueTask.CompletedTask;
        }
    }
}
