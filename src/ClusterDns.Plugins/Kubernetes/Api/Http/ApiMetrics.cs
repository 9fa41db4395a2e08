using ClusterDns.Core.Metrics;

namespace ClusterDns.Plugins.Kubernetes.Api.Http;

/// <summary>What is counted of the requests to API servers, and of what they bring.</summary>
internal sealed class ApiMetrics
{
    /// <summary>Every request reads.</summary>
    private const string Method = "GET";

    /// <summary>The bounds that Prometheus' clients have unless they are given others.</summary>
    private static readonly double[] Bounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    /// <summary>From a millisecond to some nine minutes.</summary>
    private static readonly double[] ProgrammingBounds = [.. Enumerable.Range(0, 20).Select(static i => 0.001 * (1 << i))];

    private readonly Histogram _clusterIPProgramming;
    private readonly Histogram _headlessProgramming;
    private readonly HistogramFamily _durations;
    private readonly HistogramFamily _waits;
    private readonly CounterFamily _requests;
    private readonly CounterFamily _dropped;

    /// <summary>The metrics.</summary>
    /// <param name="registry">The process's metrics.</param>
    public ApiMetrics(MetricRegistry registry)
    {
        HistogramFamily programming = registry.Histograms(
            "coredns_kubernetes_dns_programming_duration_seconds",
            "Histogram of the time (in seconds) it took to program a dns instance.",
            ProgrammingBounds,
            "service_kind");
        _clusterIPProgramming = programming.With("cluster_ip");
        _headlessProgramming = programming.With("headless_with_selector");
        _durations = registry.Histograms(
            "coredns_kubernetes_rest_client_request_duration_seconds",
            "Request latency in seconds. Broken down by verb and host.",
            Bounds,
            "verb",
            "host");
        _waits = registry.Histograms(
            "coredns_kubernetes_rest_client_rate_limiter_duration_seconds",
            "Client side rate limiter latency in seconds. Broken down by verb and host.",
            Bounds,
            "verb",
            "host");
        _requests = registry.Counters(
            "coredns_kubernetes_rest_client_requests_total",
            "Number of HTTP requests, partitioned by status code, method, and host.",
            "code",
            "method",
            "host");
        _dropped = registry.Counters(
            "clusterdns_kubernetes_dropped_objects_total",
            "Counter of objects from the API server that were skipped, by resource and reason.",
            "resource",
            "reason");
    }

    /// <summary>Endpoints that have changed are answered.</summary>
    /// <param name="isHeadless">Whether their Service is headless.</param>
    /// <param name="duration">How long ago what they changed for happened; below zero where clocks differ.</param>
    public void CountProgramming(bool isHeadless, TimeSpan duration)
        => (isHeadless ? _headlessProgramming : _clusterIPProgramming).Observe(Math.Max(0, duration.TotalSeconds));

    /// <summary>A list has been read to its end, or given up.</summary>
    /// <param name="host">The server.</param>
    /// <param name="duration">How long it took.</param>
    public void CountDuration(string host, TimeSpan duration) => _durations.With(Method, host).Observe(duration.TotalSeconds);

    /// <summary>The rate limit released a request.</summary>
    /// <param name="host">The server.</param>
    /// <param name="duration">How long it waited.</param>
    public void CountWait(string host, TimeSpan duration) => _waits.With(Method, host).Observe(duration.TotalSeconds);

    /// <summary>A request has been answered.</summary>
    /// <param name="host">The server.</param>
    /// <param name="code">The status code; null where there was no response.</param>
    public void CountRequest(string host, int? code)
        => _requests.With(code?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "<error>", Method, host).Add();

    /// <summary>An object was skipped.</summary>
    /// <param name="resource">Its kind, in the plural.</param>
    /// <param name="reason">Why.</param>
    public void CountDropped(string resource, string reason) => _dropped.With(resource, reason).Add();
}
