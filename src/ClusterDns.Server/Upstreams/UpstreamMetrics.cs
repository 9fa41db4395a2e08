using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Upstreams;

/// <summary>Why no more queries are sent from a port.</summary>
internal enum PortRetirement : byte
{
    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It got no reply while other ports did.</summary>
    Stale,

    /// <summary>Too many datagrams came that fitted nothing that was asked.</summary>
    Suspicious,

    /// <summary>It was at rest, and a port to another upstream needed its descriptor.</summary>
    MadeRoom,

    /// <summary>The configuration does not have the upstream any more, or the thread ends.</summary>
    Removed,
}

/// <summary>What happens to datagrams between the server and its upstreams.</summary>
internal sealed class UpstreamMetrics
{
    private readonly Counter[] _retired;

    /// <summary>The metrics of a registry; engines share them.</summary>
    internal UpstreamMetrics(MetricRegistry registry)
    {
        Retransmitted = registry.Counter(
            "clusterdns_upstream_retransmits_total", "Counter of queries that were sent to an upstream again, from another port.");
        Mismatched = registry.Counter(
            "clusterdns_upstream_mismatched_replies_total", "Counter of replies whose ID or question matches no query.");
        Late = registry.Counter(
            "clusterdns_upstream_late_replies_total", "Counter of replies to queries that are already finished, and of duplicate replies.");
        Doubted = registry.Counter(
            "clusterdns_upstream_doubted_replies_total",
            "Counter of replies that were not used because a mismatched reply came to the same port before them.");
        Suspicious = registry.Counter(
            "clusterdns_upstream_suspicious_sockets_total", "Counter of sockets that were closed after too many mismatched replies.");
        SendFailed = registry.Counter(
            "clusterdns_upstream_send_errors_total", "Counter of datagrams to upstreams that could not be sent.");
        OpenFailed = registry.Counter(
            "clusterdns_upstream_open_errors_total", "Counter of sockets to upstreams that could not be opened.");
        Unreachable = registry.Counter(
            "clusterdns_upstream_unreachable_total", "Counter of errors reported by the network for a UDP socket to an upstream.");
        PortsOpened = registry.Counter(
            "clusterdns_upstream_ports_opened_total", "Counter of UDP source ports that were opened to upstreams.");
        OpenSockets = registry.Gauge("clusterdns_upstream_sockets", "Open UDP sockets to upstreams.");
        CounterFamily refused = registry.Counters(
            "clusterdns_upstream_ports_refused_total",
            "Counter of UDP source ports that were not opened, so that an existing one was used.",
            "reason");
        PortsRefusedByRate = refused.With("rate");
        PortsRefusedBySilence = refused.With("silent");
        PortsRefusedByLimit = refused.With("limit");
        CounterFamily retired = registry.Counters(
            "clusterdns_upstream_ports_retired_total", "Counter of UDP source ports that are no longer used for new queries.", "reason");
        _retired =
        [
            retired.With("expired"), retired.With("stale"), retired.With("suspicious"), retired.With("made_room"), retired.With("removed"),
        ];
    }

    /// <summary>Queries that were sent again.</summary>
    internal Counter Retransmitted { get; }

    /// <summary>Replies that fit no query.</summary>
    internal Counter Mismatched { get; }

    /// <summary>Replies to queries that do not wait any more.</summary>
    internal Counter Late { get; }

    /// <summary>Replies that came behind guesses.</summary>
    internal Counter Doubted { get; }

    /// <summary>Sockets that were given up because somebody may be guessing.</summary>
    internal Counter Suspicious { get; }

    /// <summary>Datagrams that could not be sent.</summary>
    internal Counter SendFailed { get; }

    /// <summary>Sockets that could not be opened.</summary>
    internal Counter OpenFailed { get; }

    /// <summary>Sockets for which the network reported that nobody is there.</summary>
    internal Counter Unreachable { get; }

    /// <summary>Sockets that were opened.</summary>
    internal Counter PortsOpened { get; }

    /// <summary>Sockets that are open.</summary>
    internal Gauge OpenSockets { get; }

    /// <summary>Ports that were not opened because too many were opened lately.</summary>
    internal Counter PortsRefusedByRate { get; }

    /// <summary>Ports that were not opened because the upstream is silent.</summary>
    internal Counter PortsRefusedBySilence { get; }

    /// <summary>Ports that were not opened because the process has as many as it may.</summary>
    internal Counter PortsRefusedByLimit { get; }

    /// <summary>Counts a port that sends no more.</summary>
    internal void Retired(PortRetirement reason) => _retired[(int)reason].Add();
}
