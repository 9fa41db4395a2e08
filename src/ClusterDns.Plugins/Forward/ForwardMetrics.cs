using ClusterDns.Core.Metrics;
using ClusterDns.Core.Upstreams;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Forward;

/// <summary>What forward counts for all upstreams together.</summary>
/// <param name="registry">The process's metrics.</param>
internal sealed class ForwardMetrics(MetricRegistry registry)
{
    /// <summary>Queries for which all upstreams were down.</summary>
    public Counter HealthCheckBroken { get; } = registry.Counter(
        "coredns_forward_healthcheck_broken_total", "Counter of the number of complete failures of the healthchecks.");

    /// <summary>Queries beyond <c>max_concurrent</c>.</summary>
    public Counter MaxConcurrentRejects { get; } = registry.Counter(
        "coredns_forward_max_concurrent_rejects_total",
        "Counter of the number of queries rejected because the concurrent queries were at maximum.");

    /// <summary>Queries that waited for what an identical one found out.</summary>
    public Counter Coalesced { get; } = registry.Counter(
        "clusterdns_forward_coalesced_total", "Counter of queries that shared the upstream query of an identical one in flight.");

    /// <summary>Queries that found as many followers as may be.</summary>
    public Counter FollowersRejected { get; } = registry.Counter(
        "clusterdns_forward_followers_rejected_total",
        "Counter of queries rejected because the limit of queries that share one upstream query was reached.");
}

/// <summary>What forward counts for one upstream, under the names of today and those that older dashboards have.</summary>
/// <param name="registry">The process's metrics.</param>
/// <param name="to">The upstream's address and port.</param>
internal sealed class UpstreamMetrics(MetricRegistry registry, string to)
{
    private const string ProxyName = "forward";
    private const int KnownCodes = (int)ResponseCode.BadCookie + 1;
    private const int AllCodes = 4096;

    private readonly HistogramFamily _durations = registry.Histograms(
        "coredns_proxy_request_duration_seconds", "Histogram of the time each request took.", MetricBounds.Durations, "proxy_name", "to", "rcode");

    private readonly HistogramFamily _oldDurations = registry.Histograms(
        "coredns_forward_request_duration_seconds", "Histogram of the time each request took.", MetricBounds.Durations, "to", "rcode");

    private readonly CounterFamily _oldResponses = registry.Counters(
        "coredns_forward_responses_total", "Counter of responses received per upstream.", "to", "rcode");

    private readonly Counter _oldRequests = registry.Counters(
        "coredns_forward_requests_total", "Counter of requests made per upstream.", "to").With(to);

    private readonly Counter _failures = registry.Counters(
        "coredns_proxy_healthcheck_failures_total", "Counter of the number of failed healthchecks.", "proxy_name", "to").With(ProxyName, to);

    private readonly Counter _oldFailures = registry.Counters(
        "coredns_forward_healthcheck_failures_total", "Counter of the number of failed healthchecks.", "to").With(to);

    private readonly CounterFamily _hits = registry.Counters(
        "coredns_proxy_conn_cache_hits_total", "Counter of connection cache hits per upstream and protocol.", "proxy_name", "to", "proto");

    private readonly CounterFamily _misses = registry.Counters(
        "coredns_proxy_conn_cache_misses_total", "Counter of connection cache misses per upstream and protocol.", "proxy_name", "to", "proto");

    private readonly CounterFamily _malformed = registry.Counters(
        "clusterdns_upstream_malformed_replies_total", "Counter of upstream replies with a malformed section.", "to", "section");

    private readonly Counter?[] _malformedBySection = new Counter?[(int)MessageFault.Trailing + 1];

    private ByCode?[] _byCode = new ByCode?[KnownCodes];
    private Counter? _udpHits;
    private Counter? _udpMisses;
    private Counter? _tcpHits;
    private Counter? _tcpMisses;

    /// <summary>A query was asked.</summary>
    public void Asked() => _oldRequests.Add();

    /// <summary>A reply came.</summary>
    /// <param name="code">Its response code.</param>
    /// <param name="duration">How long it took.</param>
    public void Replied(ResponseCode code, TimeSpan duration)
    {
        ByCode?[] cells = _byCode;
        if ((int)code >= cells.Length)
        {
            // Codes that nobody has assigned: an upstream that sends one pays for the longer table, the others do not.
            Array.Resize(ref cells, AllCodes);
            _byCode = cells;
        }

        ByCode byCode = cells[(int)code] ??= Create(code);
        byCode.Duration.Observe(duration.TotalSeconds);
        byCode.OldDuration.Observe(duration.TotalSeconds);
        byCode.OldResponses.Add();
    }

    /// <summary>A query went out over a socket.</summary>
    /// <param name="isTcp">Whether it is a connection.</param>
    /// <param name="isReused">Whether it was there before.</param>
    public void Used(bool isTcp, bool isReused)
    {
        if (!isTcp && _udpMisses is null)
        {
            // The first datagram opens the sockets that all others share.
            _udpMisses = _misses.With(ProxyName, to, "udp");
            _udpMisses.Add();
        }
        else if (!isTcp)
        {
            (_udpHits ??= _hits.With(ProxyName, to, "udp")).Add();
        }
        else if (isReused)
        {
            (_tcpHits ??= _hits.With(ProxyName, to, "tcp")).Add();
        }
        else
        {
            (_tcpMisses ??= _misses.With(ProxyName, to, "tcp")).Add();
        }
    }

    /// <summary>A query was asked over datagrams, and again over a connection.</summary>
    /// <param name="first">The exchange over datagrams.</param>
    public void FellBack(in UpstreamFallback first)
    {
        Used(isTcp: false, isReused: false);
        if (first.Code is { } code)
        {
            Replied(code, first.Elapsed);
        }

        Asked();
    }

    /// <summary>A reply came that is malformed.</summary>
    /// <param name="fault">What is malformed.</param>
    public void Malformed(MessageFault fault) => (_malformedBySection[(int)fault] ??= _malformed.With(to, SectionOf(fault))).Add();

    /// <summary>A fault as label.</summary>
    /// <param name="fault">What is malformed.</param>
    public static string SectionOf(MessageFault fault) => fault switch
    {
        MessageFault.Question => "question",
        MessageFault.Answer => "answer",
        MessageFault.Authority => "authority",
        MessageFault.Additional => "additional",
        _ => "trailing",
    };

    /// <summary>A health check failed.</summary>
    public void HealthCheckFailed()
    {
        _failures.Add();
        _oldFailures.Add();
    }

    private ByCode Create(ResponseCode code)
    {
        string text = ResponseCodes.ToText(code);
        return new ByCode(_durations.With(ProxyName, to, text), _oldDurations.With(to, text), _oldResponses.With(to, text));
    }

    private sealed record ByCode(Histogram Duration, Histogram OldDuration, Counter OldResponses);
}
