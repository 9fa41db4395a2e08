using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Core.Pipeline;
using ClusterDns.Plugins.Ready;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Ready;

public class ReadyPluginTests
{
    private bool _first;
    private bool _second;

    [Theory]
    [InlineData("ready", "503 first,second", "503 second", "200 OK", "200 OK")]
    [InlineData("ready {\n monitor continuously\n}", "503 first,second", "503 second", "200 OK", "503 first")]
    public void ItNamesThePluginsThatAreNot(string text, string none, string one, string both, string again)
    {
        PluginKit kit = Create(text);

        Assert.Equal(none, Get(kit));
        _first = true;
        Assert.Equal(one, Get(kit));
        _second = true;
        Assert.Equal(both, Get(kit));
        _first = false;
        Assert.Equal(again, Get(kit));
    }

    [Fact]
    public void ItTellsWhatIsNotReadyOncePerChange()
    {
        PluginKit kit = Create("ready {\n monitor continuously\n}");
        foreach ((bool first, bool second) in ((bool, bool)[])[(false, false), (true, false), (true, true), (true, false)])
        {
            (_first, _second) = (first, second);
            Get(kit);
            Get(kit);
        }

        Assert.Equal(
            "Information: Plugins not ready: \"first,second\"\nInformation: Plugins not ready: \"second\"\nInformation: Plugins not ready: \"second\"",
            string.Join('\n', kit.Log));
    }

    [Fact]
    public void The_log_says_why_plugins_are_not_ready_where_that_is_known()
    {
        PluginKit kit = Create(
            "ready",
            static builder => builder.Offer(
                new ReadinessCheck("kubernetes", static () => false) { Reason = static () => "services: 403 forbidden" }));

        Assert.Equal("503 first,kubernetes,second", Get(kit));
        Assert.Equal(
            "Information: Plugins not ready: \"first,kubernetes,second\"\nInformation: Not ready: kubernetes: services: 403 forbidden",
            string.Join('\n', kit.Log));
    }

    [Theory]
    [InlineData("ready", true, "503 first")]
    [InlineData("ready {\n monitor continuously\n}", false, "200 OK")]
    public void TheLastServerBlockDecidesHowAllAreMonitored(string first, bool last, string expected)
    {
        PluginKit kit = Create(first, builder => ((IPlugin)new ReadyPlugin()).Build(new ReadyOptions(new HttpAddress("", 81), last), builder));
        _first = _second = true;
        Assert.Equal("200 OK", Get(kit));

        _first = false;

        Assert.Equal(expected, Get(kit));
    }

    [Fact]
    public async Task ItIsNotReadyFromTheMomentOfStopping()
    {
        PluginKit kit = Create("ready");
        _first = _second = true;
        Assert.Equal("200 OK", Get(kit));

        await Assert.Single(kit.Build.Services).PrepareStopAsync(CancellationToken.None);

        Assert.Equal("503 Shutting down", Get(kit));
    }

    [Theory]
    [InlineData("ready", ":8181")]
    [InlineData("ready localhost:81", "localhost:81")]
    [InlineData("ready [::1]:81", "[::1]:81")]
    public void TheAddressHasADefault(string text, string expected)
        => Assert.Equal(expected, Assert.Single(Create(text).Wiring.All<HttpEndpoint>()).Address.ToString());

    [Theory]
    [InlineData("ready\nready", "Corefile:3:1: duplicate 'ready' in this server block (first at Corefile:2:1): expected once")]
    [InlineData("ready 8181", "Corefile:2:7: invalid address '8181' for ready: expected for example :8080, localhost:8080 or 127.0.0.1:8080")]
    [InlineData("ready {\n monitor always\n}", "Corefile:3:10: invalid value 'always' for monitor: expected until-ready or continuously")]
    [InlineData("ready {\n moniter continuously\n}", "Corefile:3:2: unknown option 'moniter' of ready: expected monitor; did you mean 'monitor'?")]
    public void WhatIsWrongIsSaid(string text, string error) => Assert.Equal(error, Create(text).Errors);

    private static string Get(PluginKit kit)
    {
        HttpExchange exchange = new("");
        kit.Wiring.All<HttpEndpoint>()[0].Handler(exchange);
        return $"{exchange.Status} {Encoding.UTF8.GetString(exchange.Written.Span)}";
    }

    private PluginKit Create(string text, Action<BlockBuilder>? others = null) => new(
        new ReadyPlugin(),
        text,
        others: builder =>
        {
            builder.Offer(new ReadinessCheck("second", () => _second));
            builder.Offer(new ReadinessCheck("first", () => _first));
            others?.Invoke(builder);
        });
}
