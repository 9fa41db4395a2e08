using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Health;
using ClusterDns.Plugins.Tests.TestKit;
using ClusterDns.TestKit;

namespace ClusterDns.Plugins.Tests.Health;

public class HealthPluginTests
{
    [Fact]
    public void ItIsOkAlways()
    {
        PluginKit kit = Create("health");
        HttpEndpoint endpoint = Assert.Single(kit.Wiring.All<HttpEndpoint>());
        HttpExchange exchange = new("");

        endpoint.Handler(exchange);

        Assert.Equal((":8080", "/health"), (endpoint.Address.ToString(), endpoint.Path));
        Assert.Equal((200, "OK"), (exchange.Status, Encoding.UTF8.GetString(exchange.Written.Span)));
    }

    [Fact]
    public async Task Lameduck_delays_the_stop()
    {
        PluginKit kit = Create("health {\n lameduck 5s\n}");
        IHostService lameduck = kit.Build.Services[0];

        Task preparing = lameduck.PrepareStopAsync(CancellationToken.None).AsTask();
        kit.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(preparing.IsCompleted);
        kit.Time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.IsAsync(() => preparing.IsCompletedSuccessfully, static () => "the stop is delayed for more than 5 s");

        Assert.Equal("Information: Going into lameduck mode for 5s", Assert.Single(kit.Log));
    }

    [Fact]
    public async Task Lameduck_ends_at_the_deadline_of_the_stop()
    {
        using CancellationTokenSource deadline = new();
        Task preparing = Create("health {\n lameduck 5s\n}").Build.Services[0].PrepareStopAsync(deadline.Token).AsTask();
        Assert.False(preparing.IsCompleted);

        await deadline.CancelAsync();

        await Eventually.IsAsync(() => preparing.IsCompletedSuccessfully, static () => "the deadline does not end lameduck");
    }

    [Fact]
    public void Without_lameduck_the_stop_is_not_delayed()
    {
        PluginKit kit = Create("health");

        Assert.True(kit.Build.Services[0].PrepareStopAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.Empty(kit.Log);
    }

    [Fact]
    public async Task TheServerAsksItselfEverySecond()
    {
        using System.Net.Sockets.TcpListener server = new(System.Net.IPAddress.Loopback, 0);
        server.Start();
        string[] replies = ["HTTP/1.1 200 OK", "HTTP/1.1 500 No", "HTTP/1.1 200 OK"];
        PluginKit kit = Create($"health 127.0.0.1:{((System.Net.IPEndPoint)server.LocalEndpoint).Port}");
        IHostService check = kit.Build.Services[1];
        await check.StartAsync(CancellationToken.None);

        foreach (string reply in replies)
        {
            Task<System.Net.Sockets.TcpClient> accepting = server.AcceptTcpClientAsync();
            kit.Time.Advance(TimeSpan.FromSeconds(1));
            using System.Net.Sockets.TcpClient client = await accepting.WaitAsync(TimeSpan.FromSeconds(20));
            using StreamReader reader = new(client.GetStream());
            Assert.Equal("GET /health HTTP/1.1", await reader.ReadLineAsync());
            long before = Count(kit);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            await Eventually.IsAsync(() => Count(kit) > before, static () => "the request is not counted");
        }

        await check.StopAsync(CancellationToken.None);
        Assert.Equal(1, kit.Metrics.Counter(
            "coredns_health_request_failures_total", "The number of times the health check failed.").Value);
        Assert.EndsWith("failed: status 500", Assert.Single(kit.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASlowAnswerOfItsOwnIsAWarning()
    {
        using System.Net.Sockets.TcpListener server = new(System.Net.IPAddress.Loopback, 0);
        server.Start();
        int port = ((System.Net.IPEndPoint)server.LocalEndpoint).Port;
        PluginKit kit = Create($"health 127.0.0.1:{port}");
        IHostService check = kit.Build.Services[1];
        await check.StartAsync(CancellationToken.None);
        Task<System.Net.Sockets.TcpClient> accepting = server.AcceptTcpClientAsync();
        kit.Time.Advance(TimeSpan.FromSeconds(1));
        using System.Net.Sockets.TcpClient client = await accepting.WaitAsync(TimeSpan.FromSeconds(20));
        using StreamReader reader = new(client.GetStream());
        await reader.ReadLineAsync();

        kit.Time.Advance(TimeSpan.FromSeconds(1.25));
        await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        await Eventually.IsAsync(() => !kit.Log.IsEmpty, static () => "nothing is logged");

        await check.StopAsync(CancellationToken.None);
        Assert.Equal($"Warning: Local health request to \"http://127.0.0.1:{port}/health\" took more than 1s: 1.25s", kit.Log.First());
        Assert.Equal(0, kit.Metrics.Counter(
            "coredns_health_request_failures_total", "The number of times the health check failed.").Value);
    }

    [Fact]
    public async Task TwiceInABlockTheLaterOneCounts()
    {
        PluginKit kit = Create("health :81 {\n lameduck 5s\n}\nhealth :82\nhealth {\n lameduck 1s\n}");
        Assert.Equal("", kit.Errors);
        Assert.Equal(":82", Assert.Single(kit.Wiring.All<HttpEndpoint>()).Address.ToString());

        Task preparing = kit.Build.Services[0].PrepareStopAsync(CancellationToken.None).AsTask();
        kit.Time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(preparing.IsCompleted);
        kit.Time.Advance(TimeSpan.FromSeconds(0.1));
        await Eventually.IsAsync(() => preparing.IsCompletedSuccessfully, static () => "the stop is delayed for more than 1 s");
    }

    private static long Count(PluginKit kit)
    {
        Core.Metrics.Histogram duration = kit.Metrics.Families.OfType<Core.Metrics.HistogramFamily>().Single().With();
        return Enumerable.Range(0, 6).Sum(duration.GetCount);
    }

    [Theory]
    [InlineData("health here\nhealth", "Corefile:2:8: invalid address 'here' for health: expected for example :8080, localhost:8080 or 127.0.0.1:8080")]
    [InlineData("health {\n lameduck soon\n}", "Corefile:3:11: invalid duration 'soon' for lameduck: expected for example 5s or 1m30s")]
    [InlineData("health {\n lameduk 5s\n}", "Corefile:3:2: unknown option 'lameduk' of health: expected lameduck; did you mean 'lameduck'?")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, Create(text).Errors);

    private static PluginKit Create(string text) => new(new HealthPlugin(), text);
}
