using ClusterDns.Core.Metrics;
using ClusterDns.Core.Wire;

namespace ClusterDns.Server.Serving;

/// <summary>What the pipeline counts of queries that end before a plugin sees them, or by an exception.</summary>
/// <param name="registry">The process's metrics.</param>
internal sealed class QueryEndMetrics(MetricRegistry registry)
{
    private readonly CounterFamily _malformed = registry.Counters(
        "clusterdns_malformed_queries_total", "Messages that never reach a plugin because they are not valid queries, by reason.", "reason");

    /// <summary>Exceptions out of plugins.</summary>
    public Counter Panics { get; } = registry.Counter("coredns_panics_total", "A metrics that counts the number of panics.");

    /// <summary>Messages that are not queries.</summary>
    public Counter Ignored => field ??= _malformed.With("not_a_query");

    private Counter BadFormat => field ??= _malformed.With("format_error");

    private Counter NotImplemented => field ??= _malformed.With("not_implemented");

    private Counter BadVersion => field ??= _malformed.With("bad_edns_version");

    /// <summary>The counter of messages that are answered with an error before any plugin sees them.</summary>
    /// <param name="code">FORMERR, NOTIMP or BADVERS.</param>
    public Counter Malformed(ResponseCode code) => code switch
    {
        ResponseCode.NotImp => NotImplemented,
        ResponseCode.BadVers => BadVersion,
        _ => BadFormat,
    };
}
