using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Memory;

/// <summary>What the runtime lets the garbage-collected heap have: three quarters of a container's memory, or the physical memory.</summary>
internal static class HeapLimit
{
    /// <summary>Exports the limit; it follows a container that is resized.</summary>
    /// <param name="metrics">The process's metrics.</param>
    public static void Show(MetricRegistry metrics)
        => metrics.Gauge(
                "clusterdns_heap_limit_bytes",
                "Limit of the garbage-collected heap in bytes: 75 % of the container's memory, or the physical memory if there is no limit.")
            .ReadFrom(static () => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
