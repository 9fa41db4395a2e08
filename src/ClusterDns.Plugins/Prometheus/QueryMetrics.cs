using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;
using ClusterDns.Core.Wire;
using ClusterDns.Plugins.Common;

namespace ClusterDns.Plugins.Prometheus;

/// <summary>What is counted of each query. What a query needs is found by reference or index, so that counting allocates nothing.</summary>
/// <param name="registry">The process's metrics.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class QueryMetrics(MetricRegistry registry, TimeProvider timeProvider) : IQueryObserver
{
    private readonly BlockTable<BlockMetrics> _blocks = new(block => new BlockMetrics(block, registry));

    // CoreDNS counts a query on which a plugin panicked like one that no server block takes.
    private readonly BlockTable<BlockMetrics> _failed = new(
        block => new BlockMetrics(RouteInfo.Dropped with { Server = block.Server }, registry));

    /// <inheritdoc/>
    public void OnEnd(Query query, QueryEnd outcome)
    {
        BlockTable<BlockMetrics> metrics = outcome == QueryEnd.Failed ? _failed : _blocks;
        metrics.For(query.Route).Count(query, timeProvider.GetElapsedTime(query.ReceivedTimestamp));
    }
}

/// <summary>The metrics of one zone of one listener.</summary>
internal sealed class BlockMetrics
{
    private const int Codes = 24;
    private const int OtherType = 19;

    private static readonly double[] SizeBounds = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16000, 32000, 48000, 64000];

    private static readonly string[] Protocols = ["udp", "tcp"];

    private readonly CounterFamily _requests;
    private readonly CounterFamily _responses;
    private readonly Histogram _duration;
    private readonly Counter _dnssecOk;
    private readonly Histogram[] _requestSizes;
    private readonly Histogram[] _responseSizes;
    private readonly Counter?[] _requestCells = new Counter?[2 * 2 * (OtherType + 1)];
    private readonly (string Plugin, Counter Counter)[]?[] _responseCells = new (string, Counter)[]?[Codes];

    /// <summary>Makes them.</summary>
    /// <param name="block">The zone and listener.</param>
    /// <param name="registry">The process's metrics.</param>
    public BlockMetrics(RouteInfo block, MetricRegistry registry)
    {
        Block = block;
        _requests = registry.Counters(
            "coredns_dns_requests_total",
            "Counter of DNS requests made per zone, protocol and family.",
            "server", "zone", "view", "proto", "family", "type");
        _responses = registry.Counters(
            "coredns_dns_responses_total", "Counter of response status codes.", "server", "zone", "view", "rcode", "plugin");
        _duration = registry.Histograms(
            "coredns_dns_request_duration_seconds",
            "Histogram of the time (in seconds) each request took per zone.",
            MetricBounds.Durations,
            "server", "zone", "view").With(block.Server, block.Zone, block.View);
        _dnssecOk = registry.Counters(
            "coredns_dns_do_requests_total", "Counter of DNS requests with DO bit set per zone.", "server", "zone", "view")
            .With(block.Server, block.Zone, block.View);
        HistogramFamily requestSizes = registry.Histograms(
            "coredns_dns_request_size_bytes",
            "Size of the EDNS0 UDP buffer in bytes (64K for TCP) per zone and protocol.",
            SizeBounds,
            "server", "zone", "view", "proto");
        HistogramFamily responseSizes = registry.Histograms(
            "coredns_dns_response_size_bytes", "Size of the returned response in bytes.", SizeBounds, "server", "zone", "view", "proto");
        _requestSizes = [.. Protocols.Select(protocol => requestSizes.With(block.Server, block.Zone, block.View, protocol))];
        _responseSizes = [.. Protocols.Select(protocol => responseSizes.With(block.Server, block.Zone, block.View, protocol))];
    }

    private RouteInfo Block { get; }

    /// <summary>Counts a query.</summary>
    /// <param name="query">The query with its response.</param>
    /// <param name="duration">How long it took.</param>
    public void Count(Query query, TimeSpan duration)
    {
        int protocol = query.Transport == TransportProtocol.Udp ? 0 : 1;
        RequestCounter(query, protocol).Add();
        _duration.Observe(duration.TotalSeconds);
        _requestSizes[protocol].Observe(query.Request.Length);
        _responseSizes[protocol].Observe(
            query.Response.Status == ResponseStatus.Dropped ? 0 : ResponseWriter.GetUncompressedLength(query));
        if (query.DnssecOk)
        {
            _dnssecOk.Add();
        }

        ResponseCounter(query.Response).Add();
    }

    /// <summary>The types with a label value of their own; CoreDNS's list.</summary>
    private static int TypeIndex(RecordType type) => type switch
    {
        RecordType.A => 0,
        RecordType.AAAA => 1,
        RecordType.CNAME => 2,
        RecordType.DNSKEY => 3,
        RecordType.DS => 4,
        RecordType.MX => 5,
        RecordType.NSEC3 => 6,
        RecordType.NSEC => 7,
        RecordType.NS => 8,
        RecordType.PTR => 9,
        RecordType.RRSIG => 10,
        RecordType.SOA => 11,
        RecordType.SRV => 12,
        RecordType.TXT => 13,
        RecordType.HTTPS => 14,
        RecordType.SVCB => 15,
        RecordType.IXFR => 16,
        RecordType.AXFR => 17,
        RecordType.ANY => 18,
        _ => OtherType,
    };

    private Counter RequestCounter(Query query, int protocol)
    {
        int type = TypeIndex(query.Type);
        int family = query.Remote.IsIPv4 ? 0 : 1;
        ref Counter? cell = ref _requestCells[(((type * 2) + family) * 2) + protocol];
        return cell ??= _requests.With(
            Block.Server,
            Block.Zone,
            Block.View,
            Protocols[protocol],
            family == 0 ? "1" : "2",
            type == OtherType ? "other" : RecordTypes.ToText(query.Type));
    }

    private Counter ResponseCounter(Response response)
    {
        string plugin = response.Status == ResponseStatus.Answered ? response.Plugin ?? "" : "";
        int code = Math.Min((int)response.Code, Codes - 1);
        (string Plugin, Counter Counter)[]? cells = Volatile.Read(ref _responseCells[code]);
        if (cells is not null)
        {
            foreach ((string known, Counter counter) in cells)
            {
                if (ReferenceEquals(known, plugin) || string.Equals(known, plugin, StringComparison.Ordinal))
                {
                    return counter;
                }
            }
        }

        // Two threads may both add a name: it is the same counter, so none is lost.
        Counter added = _responses.With(Block.Server, Block.Zone, Block.View, ResponseCodes.ToText((ResponseCode)code), plugin);
        Volatile.Write(ref _responseCells[code], [.. cells ?? [], (plugin, added)]);
        return added;
    }
}
