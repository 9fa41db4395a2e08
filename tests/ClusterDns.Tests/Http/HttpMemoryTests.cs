using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using ClusterDns.Server.Http;
using ClusterDns.Server.Listeners;
using ClusterDns.Server.Memory;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Http;

/// <summary>HTTP clients that never read what they asked for.</summary>
public sealed class HttpMemoryTests
{
    private const int MiB = 1024 * 1024;
    private const int LargeBody = 400 * 1024;

    private static readonly HttpAddress AnyPort = new("127.0.0.1", 0);

    private readonly MetricRegistry _metrics = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Scrapers_that_never_read_hold_no_more_than_the_share_and_keep_no_probe_out()
    {
        ListenerServices services = Create(MemoryTable.BaseBytes + (64 * MiB));
        MemoryShare share = services.Memory[MemoryTable.Http];
        await using HttpServer server = await OpenAsync(services);
        List<Socket> scrapers = [];
        try
        {
            for (int i = 0; i < 20; i++)
            {
                scrapers.Add(await ScrapeAsync(server.Port));
                Assert.InRange(share.Used, 0, share.Limit);
                Assert.Equal("OK", await GetAsync(server.Port, "/health"));
            }

            await TestListener.UntilAsync(() => _metrics.Counter("clusterdns_http_connections_closed_total", "").Value > 0);
            Assert.Equal(LargeBody, (await GetAsync(server.Port, "/metrics")).Length);
            Assert.InRange(share.Used, 0, share.Limit);
        }
        finally
        {
            scrapers.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Scraper_that_does_not_read_in_time_is_closed_and_returns_its_memory()
    {
        ListenerServices services = Create(MemoryBudget.Unlimited);
        await using HttpServer server = await OpenAsync(services);
        using Socket scraper = await ScrapeAsync(server.Port);
        await TestListener.UntilAsync(() => services.Memory[MemoryTable.Http].Used > LargeBody);

        await TestListener.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _metrics.Counter("clusterdns_http_slow_readers_total", "").Value == 1;
        });

        await TestListener.UntilAsync(() => services.Memory[MemoryTable.Http].Used == 0);
    }

    [Fact]
    public async Task Response_that_never_fits_is_refused_with_503()
    {
        ListenerServices services = Create(MemoryTable.BaseBytes + (8 * MiB));
        await using HttpServer server = await OpenAsync(services);

        using HttpClient client = new();
        HttpResponseMessage response = await client.GetAsync(Uri(server.Port, "/metrics"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("OK", await GetAsync(server.Port, "/health"));
    }

    private ListenerServices Create(long limit) => TestServices.Create(_metrics, _time) with
    {
        Memory = new MemoryBudget(MemoryTable.Rules, limit, new MetricRegistry()),
        Descriptors = DescriptorShares.Divide(1024),
    };

    private static Task<HttpServer> OpenAsync(ListenerServices services) => HttpServer.OpenAsync(
        AnyPort,
        [
            new HttpEndpoint(AnyPort, "/health", static exchange => exchange.Body.Write("OK"u8)),
            new HttpEndpoint(AnyPort, "/metrics", static exchange =>
            {
                byte[] line = Encoding.ASCII.GetBytes(new string('x', 1024));
                for (int i = 0; i < LargeBody / line.Length; i++)
                {
                    exchange.Body.Write(line);
                }
            }),
        ],
        services,
        CancellationToken.None);

    /// <summary>A connection that has asked and does not read.</summary>
    private static async Task<Socket> ScrapeAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
        return socket;
    }

    private static async Task<string> GetAsync(int port, string path)
    {
        using HttpClient client = new();
        return await client.GetStringAsync(Uri(port, path));
    }

    private static Uri Uri(int port, string path) => new($"http://127.0.0.1:{port}{path}");
}
