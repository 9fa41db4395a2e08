using System.Net;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Fuzz;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Serving;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Logging;

namespace ClusterDns.Tests.Listeners;

/// <summary>A real listener with a whole server behind it, and clients that send garbage: nothing breaks and nothing is kept.</summary>
public sealed class TcpGarbageTests : IDisposable
{
    private const int Clients = 300;
    private const int AtOnce = 8;

    // Nothing here ends because time passes, however slow the machine is.
    private static readonly TimeSpan Never = TimeSpan.FromDays(10_000);
    private static readonly ListenerOptions TcpOnly =
        new() { Port = 0, Udp = false, ReadTimeout = Never, WriteTimeout = Never, IdleTimeout = Never };

    private readonly string _manifests = Path.GetTempFileName() + ".yaml";
    private readonly MetricRegistry _metrics = new();
    private readonly RecordingLogger _logger = new();

    public void Dispose() => File.Delete(_manifests);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task GarbageBreaksNothingAndLeavesNothingBehind(int seed)
    {
        await using TestListener server = Open();
        TcpTestClient good = await server.ConnectAsync();
        int answers = 0;

        for (int first = 0; first < Clients; first += AtOnce)
        {
            answers += (await Task.WhenAll(Enumerable.Range((seed * Clients) + first, AtOnce).Select(
                client => Task.Run(() => new TcpGarbage(client).RunAsync(server.Endpoint))))).Sum();
            await AssertServesAsync(good);
        }

        good.Dispose();
        await TestListener.UntilAsync(() => IsAtRest(server));
        await AssertServesAsync(await server.ConnectAsync());

        Assert.Empty(_logger.Records);
        Assert.Equal(0, server.Count("clusterdns_tcp_dropped_total", "failure"));
        Assert.Equal(0, _metrics.Counter("coredns_panics_total", "A metrics that counts the number of panics.").Value);
        Assert.True(server.Count("clusterdns_tcp_dropped_total", "bad_frame") > 10, "hardly a frame was wrong");
        Assert.True(server.Pipeline.Handled > 10, "hardly a query waited");
        Assert.True(answers > 100, "hardly an answer was read");
    }

    [Fact]
    public async Task AContextThatIsKeptIsSeen()
    {
        await using TestListener server = Open();
        TcpTestClient client = await server.ConnectAsync();
        await client.SendAsync(ScriptedPipeline.Wait, 1);
        await TestListener.UntilAsync(() => server.Pipeline.Waiting == 1);

        Assert.Equal((1, 1), (server.Listener.LentTcpQueries, server.Listener.Connections));
        server.Pipeline.Release();
        Assert.NotNull(await client.ReceiveAsync());
        await TestListener.UntilAsync(() => server.Listener.LentTcpQueries == 0);
    }

    private static bool IsAtRest(TestListener server)
    {
        // Whoever waits for a client that has gone long since.
        server.Pipeline.ReleaseAll();
        return server.Listener.Connections == 0
            && server.Listener.LentTcpQueries == 0
            && server.Listener.WaitingQueries == 0
            && server.WaitBound.Count == 0;
    }

    private static async Task AssertServesAsync(TcpTestClient client)
    {
        byte[] query = new byte[512];
        int length = ServerKit.WriteQuery(query, "web.shop.svc.cluster.local.", RecordType.A);
        await client.SendAsync(TestQuery.Frame(query[..length]));
        byte[]? answer = await client.ReceiveAsync();

        Assert.NotNull(answer);
        Assert.Equal(ResponseCode.NoError, TestQuery.GetCode(answer));
        Assert.Equal(new IPAddress([10, 96, 0, 7]), new IPAddress(answer.AsSpan(answer.Length - 4)));
    }

    private TestListener Open()
    {
        File.WriteAllText(_manifests, FuzzCluster.Manifests);
        TestListener server = new(TcpOnly, start: false, waitLimit: 1000, loggers: new OneLogger(_logger));
        server.Listener.Start(new WholeServer(InMemoryServer.Build(FuzzCluster.Corefile(_manifests), _metrics), server.Pipeline));
        return server;
    }

    private sealed class OneLogger(ILogger logger) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    /// <summary>The server, but for queries that the script lets wait.</summary>
    private sealed class WholeServer(IQueryPipeline server, ScriptedPipeline script) : IQueryPipeline
    {
        private static readonly byte[] WaitName = [4, .. "wait"u8, 4, .. "test"u8, 0];

        public ValueTask<bool> HandleAsync(
            Exchange exchange, int length, TransportProtocol transport, in NetworkEndpoint local, in NetworkEndpoint remote, IWaitGate? waitGate)
        {
            bool waits = exchange.RequestBuffer.AsSpan(DnsHeader.Length).StartsWith(WaitName);
            return (waits ? script : server).HandleAsync(exchange, length, transport, in local, in remote, waitGate);
        }
    }
}
