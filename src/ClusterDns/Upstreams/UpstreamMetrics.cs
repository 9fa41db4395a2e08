using ClusterDns.Core.Metrics;

namespace ClusterDns.Upstreams;

/// <summary>What happens to datagrams between the server and its upstreams.</summary>
internal sealed class UpstreamMetrics(MetricRegistry registry)
{
    /// <summary>Datagrams that were sent again.</summary>
    internal Counter Retransmitted { get; } = registry.Counter(
        "clusterdns_upstream_retransmits_total", "Counter of datagrams that were sent to an upstream again.");

    /// <summary>Replies that fit no query.</summary>
    internal Counter Mismatched { get; } = registry.Counter(
        "clusterdns_upstream_mismatched_replies_total", "Counter of replies that fitted no query, by ID or question, late and second ones included.");

    /// <summary>Sockets given up since somebody may be guessing.</summary>
    internal Counter Suspicious { get; } = registry.Counter(
        "clusterdns_upstream_suspicious_sockets_total", "Counter of sockets that were given up after too many replies that fitted no query.");

    /// <summary>Datagrams that could not be sent.</summary>
    internal Counter SendFailed { get; } = registry.Counter(
        "clusterdns_upstream_send_errors_total", "Counter of datagrams to upstreams that could not be sent.");

    /// <summary>Sockets that could not be opened.</summary>
    internal Counter OpenFailed { get; } = registry.Counter(
        "clusterdns_upstream_open_errors_total", "Counter of sockets to upstreams that could not be opened.");
}
