using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Http;
using ClusterDns.Server.Http;
using ClusterDns.Server.Listeners;
using ClusterDns.Tests.Listeners;
using ClusterDns.Tests.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ClusterDns.Tests.Http;

public sealed class HttpServerTests : IAsyncLifetime, IDisposable
{
    private static readonly HttpAddress AnyPort = new("127.0.0.1", 0);

    private const string Closed = "clusterdns_http_connections_closed_total";
    private const string ClosedHelp = "Counter of HTTP connections closed to make room for new ones.";

    private readonly HttpClient _client = new();
    private readonly ListenerServices _services = TestServices.Create();
    private HttpServer _server = null!;

    public async Task InitializeAsync()
        => _server = await OpenAsync(AnyPort, Endpoint("/a", "first"), Endpoint("/b", "other"), Endpoint("/a", "second"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task ThePathFindsTheEndpointAndTheFirstOfAPathCounts()
    {
        Assert.Equal("first", await _client.GetStringAsync(Uri("/a")));
        Assert.Equal("other", await _client.GetStringAsync(Uri("/b?query=1")));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(Uri("/c"))).StatusCode);
    }

    [Fact]
    public async Task OnlyGetAndHeadAreAnswered()
    {
        HttpResponseMessage head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Uri("/a")));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(5, head.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _client.PostAsync(Uri("/a"), null)).StatusCode);
    }

    [Fact]
    public async Task EndpointsMayBeReplacedWhileItRuns()
    {
        _server.Replace([Endpoint("/c", "new")]);

        Assert.Equal("new", await _client.GetStringAsync(Uri("/c")));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(Uri("/a"))).StatusCode);
    }

    [Fact]
    public async Task AnAddressThatIsTakenIsAClearError()
    {
        IOException exception = await Assert.ThrowsAsync<IOException>(() => HttpServer.OpenAsync(new HttpAddress("127.0.0.1", _server.Port), [], TestServices.Create(), CancellationToken.None));

        Assert.Equal($"listen http 127.0.0.1:{_server.Port}: address already in use", exception.Message);
    }

    [Fact]
    public void HostNamesAreReadInLowerCase()
    {
        Assert.True(HttpAddress.TryParse("LocalHost:1", out HttpAddress address));
        Assert.Equal(new HttpAddress(HttpAddress.Localhost, 1), address);
    }

    [Fact]
    public void NamesAndLabelsThatAreTooLongAreNotRead()
    {
        Assert.True(HttpAddress.TryParse(new string('a', 63) + ":80", out _));
        Assert.False(HttpAddress.TryParse(new string('a', 64) + ":80", out _));
        Assert.False(HttpAddress.TryParse(string.Concat(Enumerable.Repeat("abc.", 63)) + "ab:80", out _));
    }

    [Fact]
    public async Task AHostNameIsItsFirstIPv4Address()
    {
        ListenerServices services = TestServices.Create() with
        {
            ResolveHost = static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback, IPAddress.Parse("127.0.0.2")]),
        };
        await using HttpServer server = await HttpServer.OpenAsync(
            new HttpAddress("node-1", 0), [Endpoint("/a", "named")], services, CancellationToken.None);

        Assert.Equal("named", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}/a")));
    }

    [Fact]
    public async Task AHostNameThatNobodyKnowsIsAClearError()
    {
        ListenerServices unknown = TestServices.Create() with { ResolveHost = static (_, _) => throw new SocketException((int)SocketError.HostNotFound) };
        ListenerServices empty = TestServices.Create() with { ResolveHost = static (_, _) => Task.FromResult<IPAddress[]>([]) };
        FakeTimeProvider time = new();
        ListenerServices silent = TestServices.Create(time: time) with
        {
            ResolveHost = static (_, cancellation) => new TaskCompletionSource<IPAddress[]>().Task.WaitAsync(cancellation),
        };

        Assert.StartsWith("listen http node-1:80: host name 'node-1' cannot be resolved: ", await FailAsync(unknown), StringComparison.Ordinal);
        Assert.Equal("listen http node-1:80: host name 'node-1' has no address", await FailAsync(empty));
        Task<string> failing = FailAsync(silent);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.StartsWith("listen http node-1:80: host name 'node-1' cannot be resolved: ", await failing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServersOfThisProcessMayOverlap()
    {
        // The wildcard address first: the system then picks a port that nobody has on any address.
        ListenerServices services = TestServices.Create();
        await using HttpServer all = await HttpServer.OpenAsync(new HttpAddress("", 0), [Endpoint("/a", "same")], services, CancellationToken.None);
        await using HttpServer one = await HttpServer.OpenAsync(
            new HttpAddress("127.0.0.1", all.Port), [Endpoint("/a", "same")], services, CancellationToken.None);
        await using HttpServer named = await HttpServer.OpenAsync(
            new HttpAddress(HttpAddress.Localhost, all.Port), [Endpoint("/a", "same")], services, CancellationToken.None);

        Assert.Equal("same", await _client.GetStringAsync(new Uri($"http://127.0.0.1:{all.Port}/a")));
    }

    [Fact]
    public async Task AFloodOfSilentConnectionsKeepsNoProbeOut()
    {
        List<Socket> flood = [];
        try
        {
            for (int i = 0; i < 600; i++)
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, _server.Port);
                if (i % 100 == 99)
                {
                    using HttpClient probe = new();
                    Assert.Equal("first", await probe.GetStringAsync(Uri("/a")));
                }
            }

            await TestListener.UntilAsync(() => _services.Metrics.Counter(Closed, ClosedHelp).Value > 0);
        }
        finally
        {
            flood.ForEach(static socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData(":8080", "", 8080)]
    [InlineData("localhost:1", "localhost", 1)]
    [InlineData("node-1.example_2.test:1", "node-1.example_2.test", 1)]
    [InlineData("127.0.0.1:1", "127.0.0.1", 1)]
    [InlineData("[::1]:1", "::1", 1)]
    public void AddressesAreRead(string text, string host, int port)
    {
        Assert.True(HttpAddress.TryParse(text, out HttpAddress address));
        Assert.Equal(new HttpAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("8080")]
    [InlineData(":65536")]
    [InlineData("::1:80")]
    [InlineData("ho st:80")]
    [InlineData("host..test:80")]
    [InlineData("host.:80")]
    [InlineData("host.1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("1:80")]
    [InlineData("127.1:80")]
    [InlineData("0x7f.0.0.1:80")]
    [InlineData("127.0.0.01:80")]
    [InlineData("[fe80::1%1]:80")]
    [InlineData("[[::1]]:80")]
    [InlineData("[]:80")]
    public void WhatIsNoAddressIsNotRead(string text) => Assert.False(HttpAddress.TryParse(text, out _));

    private static HttpEndpoint Endpoint(string path, string body)
        => new(AnyPort, path, exchange => System.Buffers.BuffersExtensions.Write(exchange.Body, System.Text.Encoding.UTF8.GetBytes(body)));

    private static async Task<string> FailAsync(ListenerServices services)
        => (await Assert.ThrowsAsync<IOException>(
            () => HttpServer.OpenAsync(new HttpAddress("node-1", 80), [], services, CancellationToken.None))).Message;

    private Task<HttpServer> OpenAsync(HttpAddress address, params HttpEndpoint[] endpoints)
        => HttpServer.OpenAsync(address, endpoints, _services, CancellationToken.None);

    private Uri Uri(string path) => new($"http://127.0.0.1:{_server.Port}{path}");
}
