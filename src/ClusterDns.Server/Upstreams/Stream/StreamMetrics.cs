using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>What is counted of connections to upstreams, all upstreams together.</summary>
internal sealed class StreamMetrics
{
    private readonly Counter[] _closed;

    /// <summary>The counters.</summary>
    internal StreamMetrics(MetricRegistry registry)
    {
        Late = registry.Counter(
            "clusterdns_upstream_tcp_late_queries_total",
            "Counter of queries over TCP without a reply for twice the upstream's usual answer time, at least 50 ms.");
        CounterFamily askedAgain = registry.Counters(
            "clusterdns_upstream_tcp_asked_again_total", "Counter of queries over TCP that were asked again on another connection.", "reason");
        BehindLate = askedAgain.With("behind_late_query");
        TakenAlong = askedAgain.With("connection_closed");
        Gathered = askedAgain.With("late_queries_gathered");
        CounterFamily refused = registry.Counters(
            "clusterdns_upstream_tcp_refused_total", "Counter of queries over TCP that failed at this server.", "reason");
        RefusedPausing = refused.With("connection_attempts_pausing");
        RefusedWaiting = refused.With("too_many_waiting");
        RefusedLate = refused.With("too_many_late");
        RefusedSocket = refused.With("no_socket");
        CounterFamily closed = registry.Counters(
            "clusterdns_upstream_tcp_closed_total", "Counter of connections to upstreams that ended.", "reason");
        _closed = [.. Enum.GetValues<StreamEnd>().Select(end => closed.With(StreamEnds.LabelOf(end)))];
        Opened = registry.Counter("clusterdns_upstream_tcp_opened_total", "Counter of connections to upstreams that were started.");
    }

    /// <summary>Queries that became late.</summary>
    internal Counter Late { get; }

    /// <summary>Queries asked again since one before them was late.</summary>
    internal Counter BehindLate { get; }

    /// <summary>Queries asked again since their connection ended.</summary>
    internal Counter TakenAlong { get; }

    /// <summary>Late queries asked again beside other late ones.</summary>
    internal Counter Gathered { get; }

    /// <summary>Queries refused while attempts to connect pause.</summary>
    internal Counter RefusedPausing { get; }

    /// <summary>Queries refused since too many waited.</summary>
    internal Counter RefusedWaiting { get; }

    /// <summary>Late queries given up since there were too many.</summary>
    internal Counter RefusedLate { get; }

    /// <summary>Queries refused since no socket could be opened.</summary>
    internal Counter RefusedSocket { get; }

    /// <summary>Connections that were begun.</summary>
    internal Counter Opened { get; }

    /// <summary>Connections that ended for a reason.</summary>
    internal Counter Closed(StreamEnd end) => _closed[(int)end];
}
