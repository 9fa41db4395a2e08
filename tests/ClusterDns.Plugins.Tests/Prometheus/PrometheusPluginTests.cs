using System.Text;
using ClusterDns.Core.Http;
using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Prometheus;
using ClusterDns.Plugins.Tests.TestKit;

namespace ClusterDns.Plugins.Tests.Prometheus;

public class PrometheusPluginTests
{
    private static readonly RouteInfo Block = new("dns://:53", "example.", DomainName.Parse("example."), "");

    [Fact]
    public void QueriesAndResponsesAreCounted()
    {
        PluginKit kit = Create("prometheus", static query =>
        {
            query.Route = Block;
            query.Response.Answer("test", ResponseCode.NXDomain);
        });
        kit.Ask("www.example.");
        kit.Ask("www.example.", RecordType.AAAA, transport: TransportProtocol.Tcp, client: "[2001:db8::1]:53");
        kit.Ask("www.example.", (RecordType)4711);

        string text = Get(kit);
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"example.\",view=\"\",proto=\"udp\",family=\"1\",type=\"A\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"example.\",view=\"\",proto=\"tcp\",family=\"2\",type=\"AAAA\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"example.\",view=\"\",proto=\"udp\",family=\"1\",type=\"other\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_responses_total{server=\"dns://:53\",zone=\"example.\",view=\"\",rcode=\"NXDOMAIN\",plugin=\"test\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_request_duration_seconds_count{server=\"dns://:53\",zone=\"example.\",view=\"\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_request_size_bytes_bucket{server=\"dns://:53\",zone=\"example.\",view=\"\",proto=\"udp\",le=\"100\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_response_size_bytes_sum{server=\"dns://:53\",zone=\"example.\",view=\"\",proto=\"tcp\"} 29\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_do_requests_total{server=\"dns://:53\",zone=\"example.\",view=\"\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNoPluginAnsweredHasNoPlugin()
    {
        PluginKit kit = Create("prometheus", static query => query.Response.Fail("test", ResponseCode.ServFail, "broken"));
        kit.Ask("www.example.");

        Assert.Contains("rcode=\"SERVFAIL\",plugin=\"\"} 1\n", Get(kit), StringComparison.Ordinal);
    }

    [Fact]
    public void QueriesThatEnterNoChainAreDropped()
    {
        PluginKit kit = Create("prometheus");
        Query query = kit.CreateContext("www.example.");
        query.Response.Fail("", ResponseCode.Refused, failure: null);

        kit.Wiring.SingleOrDefault<UnroutedObserver>()!.Observer.OnEnd(query, QueryEnd.Unrouted);

        Assert.Contains("zone=\"dropped\",view=\"\",rcode=\"REFUSED\",plugin=\"\"} 1\n", Get(kit), StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_on_which_a_plugin_throws_counts_under_zone_dropped_as_in_CoreDNS()
    {
        PluginKit kit = Create("prometheus");
        Query query = kit.CreateContext("www.example.");
        query.Route = Block;
        query.Response.Fail("", ResponseCode.ServFail, failure: null);

        Assert.Single(kit.Build.Observers).OnEnd(query, QueryEnd.Failed);

        string text = Get(kit);
        Assert.Contains("coredns_dns_requests_total{server=\"dns://:53\",zone=\"dropped\",view=\"\",proto=\"udp\",family=\"1\",type=\"A\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_dns_responses_total{server=\"dns://:53\",zone=\"dropped\",view=\"\",rcode=\"SERVFAIL\",plugin=\"\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Plugins_of_the_chain_are_shown_as_enabled_when_the_configuration_starts()
    {
        PluginKit kit = new(
            new PrometheusPlugin(), "prometheus", files: new FakeFiles(), others: static builder => builder.Use(static next => next));
        Assert.DoesNotContain("coredns_plugin_enabled{", Get(kit), StringComparison.Ordinal);

        kit.Resources.Start();

        string text = Get(kit);
        Assert.Contains("coredns_plugin_enabled{server=\"dns://:53\",zone=\".\",view=\"\",name=\"prometheus\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("coredns_plugin_enabled{server=\"dns://:53\",zone=\".\",view=\"\",name=\"others\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ThoseWhoAskForOpenMetricsGetThem()
    {
        HttpExchange exchange = new("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        Assert.Single(Create("prometheus").Wiring.All<HttpEndpoint>()).Handler(exchange);

        Assert.Equal(MetricText.OpenMetricsType, exchange.ContentType);
        Assert.EndsWith("# EOF\n", Encoding.UTF8.GetString(exchange.Written.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.3", true)]
    [InlineData("text/plain;q=0.1, */*, application/openmetrics-text;q=0.5", true)]
    [InlineData("application/openmetrics-text, text/plain", true)]
    [InlineData("Application/OpenMetrics-Text; Version=\"1.0.0\"", true)]
    [InlineData("text/plain, application/openmetrics-text", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=1", false)]
    [InlineData("application/openmetrics-text;q=0.5,text/*", false)]
    [InlineData("application/openmetrics-text;q=0.5,*/*", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("*/*", false)]
    [InlineData("application/*", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData(",;q=,=", false)]
    public void TheFormatIsTheOneThatIsLikedBest(string accept, bool openMetrics)
    {
        HttpExchange exchange = new(accept);
        Assert.Single(Create("prometheus").Wiring.All<HttpEndpoint>()).Handler(exchange);

        Assert.Equal(openMetrics ? MetricText.OpenMetricsType : MetricText.PrometheusType, exchange.ContentType);
    }

    [Fact]
    public void ItStandsOnceInABlock() => Assert.Equal(
        "Corefile:3:1: duplicate 'prometheus' in this server block (first at Corefile:2:1): expected once", Create("prometheus\nprometheus").Errors);

    [Fact]
    public void TheProcessIsDescribed()
    {
        FakeFiles files = new()
        {
            ["/proc/self/stat"] = "7 (a b) c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 5 0 1000 4096000 3 18446744073709551615 1",
            ["/proc/stat"] = "cpu  1 2\nbtime 1700000000\n",
            ["/proc/self/limits"] = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 4096                 files     \nMax address space         unlimited            unlimited            bytes     \n",
            ["/proc/self/net/dev"] = "Inter-|   Receive\n face |bytes\n    lo: 100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n  eth0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n",
            ["/proc/self/fd/0"] = "",
            ["/proc/self/fd/1"] = "",
        };

        string text = Get(new PluginKit(new PrometheusPlugin(), "prometheus", files: files));

        Assert.Contains("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"\nprocess_resident_memory_bytes {3 * Environment.SystemPageSize}\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_virtual_memory_bytes 4096000\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_start_time_seconds 1700000010\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_open_fds 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_max_fds 1024\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_network_receive_bytes_total 110\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_network_transmit_bytes_total 220\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CountingAllocatesNothing()
    {
        PluginKit kit = Create("prometheus", static query =>
        {
            query.Route = Block;
            query.Response.Answer("test");
        });
        Query query = kit.Serve("www.example.");
        for (int i = 0; i < 100; i++)
        {
            kit.ServeAgain(query);
        }

        Assert.Equal(0, kit.CountAllocatedBytes(query));
    }

    [Fact]
    public void RuntimeMetricsMeanNothingAndThatIsTold()
        => Assert.Single(Create("prometheus {\n runtime_metrics\n}").Log, static line => line.StartsWith("Warning: runtime_metrics", StringComparison.Ordinal));

    [Fact]
    public void TheAddressHasADefault()
        => Assert.Equal("localhost:9153", Assert.Single(Create("prometheus").Wiring.All<HttpEndpoint>()).Address.ToString());

    private static PluginKit Create(string text, Action<Query>? next = null) => new(new PrometheusPlugin(), text, next);

    private static string Get(PluginKit kit)
    {
        HttpExchange exchange = new("");
        Assert.Single(kit.Wiring.All<HttpEndpoint>()).Handler(exchange);
        Assert.Equal(MetricText.PrometheusType, exchange.ContentType);
        return Encoding.UTF8.GetString(exchange.Written.Span);
    }
}
