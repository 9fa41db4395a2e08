using ClusterDns.Core.Metrics;
using ClusterDns.Core.Pipeline;

namespace ClusterDns.Plugins.Cache;

/// <summary>A cache's counters, for one server and view.</summary>
internal sealed class CacheMetrics
{
    /// <summary>The counters of a server and view.</summary>
    public CacheMetrics(MetricRegistry registry, RouteInfo block, string zones)
    {
        string[] typed = ["server", "type", "zones", "view"];
        string[] plain = ["server", "zones", "view"];
        string[] success = [block.Server, "success", zones, block.View];
        string[] denial = [block.Server, "denial", zones, block.View];
        string[] labels = [block.Server, zones, block.View];
        GaugeFamily entries = registry.Gauges("coredns_cache_entries", "The number of elements in the cache.", typed);
        CounterFamily hits = registry.Counters("coredns_cache_hits_total", "The count of cache hits.", typed);
        CounterFamily evictions = registry.Counters("coredns_cache_evictions_total", "The count of cache evictions.", typed);
        Requests = registry.Counters("coredns_cache_requests_total", "The count of cache requests.", plain).With(labels);
        Misses = registry.Counters(
            "coredns_cache_misses_total", "The count of cache misses. Deprecated, derive misses from cache hits/requests counters.", plain)
            .With(labels);
        Drops = registry.Counters(
            "coredns_cache_drops_total", "The number responses that are not cached, because the reply is malformed.", plain).With(labels);
        registry.Counters("coredns_cache_prefetch_total", "The number of times the cache has prefetched a cached item.", plain).With(labels);
        registry.Counters("coredns_cache_served_stale_total", "The number of requests served from stale cache entries.", plain).With(labels);
        FullBuckets = registry.Counters(
            "clusterdns_cache_full_buckets_total", "Counter of responses that are not cached because their bucket of the hash table is full.", plain)
            .With(labels);
        Success = new TypeMetrics(entries.With(success), hits.With(success), evictions.With(success));
        Denial = new TypeMetrics(entries.With(denial), hits.With(denial), evictions.With(denial));
    }

    public Counter Requests { get; }

    public Counter Misses { get; }

    public Counter Drops { get; }

    public Counter FullBuckets { get; }

    public TypeMetrics Success { get; }

    public TypeMetrics Denial { get; }
}

/// <summary>The metrics with separate values for answers and denials.</summary>
internal sealed record TypeMetrics(Gauge Entries, Counter Hits, Counter Evictions);
