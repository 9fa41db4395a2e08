using System.Net;
using ClusterDns.Core.Http;
using ClusterDns.Http;
using ClusterDns.Tests.TestKit;

namespace ClusterDns.Tests.Http;

public sealed class HttpServerTests : IAsyncLifetime, IDisposable
{
    private static readonly HttpAddress AnyPort = new("127.0.0.1", 0);

    private readonly HttpClient _client = new();
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
        IOException exception = await Assert.ThrowsAsync<IOException>(() => OpenAsync(new HttpAddress("127.0.0.1", _server.Port)));

        Assert.Equal($"listen http 127.0.0.1:{_server.Port}: address already in use", exception.Message);
    }

    [Theory]
    [InlineData(":8080", "", 8080)]
    [InlineData("localhost:1", "localhost", 1)]
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
    [InlineData(":")]
    [InlineData(":65536")]
    [InlineData("::1:80")]
    [InlineData("host:80")]
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

    private static Task<HttpServer> OpenAsync(HttpAddress address, params HttpEndpoint[] endpoints)
        => HttpServer.OpenAsync(address, endpoints, TestServices.Create(), CancellationToken.None);

    private Uri Uri(string path) => new($"http://127.0.0.1:{_server.Port}{path}");
}
