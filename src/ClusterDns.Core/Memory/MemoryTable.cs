namespace ClusterDns.Core.Memory;

/// <summary>
/// The shares of the process, and the fractions of the room that they get. The fractions add up to less than 1, and what they leave is
/// the cluster's.
/// </summary>
public static class MemoryTable
{
    /// <summary>
    /// What the process takes before it holds anything: the executable's pages, the runtime, thread stacks, one listener's buffers and the
    /// heap at rest. Measured: 20 MiB resident after the start, with room for the threads that come with load.
    /// </summary>
    public const long BaseBytes = 26 * MiB;

    /// <summary>The part of a container's memory that the runtime lets the heap have.</summary>
    public const double HeapFraction = 0.75;

    /// <summary>What of <see cref="BaseBytes"/> lies on the heap.</summary>
    public const long BaseHeapBytes = 6 * MiB;

    private const long MiB = 1024 * 1024;

    /// <summary>Objects of the cluster, and what replaces them while they are listed again. Never refused.</summary>
    public static MemoryShareRule Cluster { get; } = new("cluster", 0, long.MaxValue, MemoryKind.Managed, MemoryPriority.Remainder);

    /// <summary>Garbage that the collector has not collected yet.</summary>
    public static MemoryShareRule HeapHeadroom { get; } = new("heap_headroom", 0.07, 64 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>Answers queued to stream clients, and requests that have arrived in part.</summary>
    public static MemoryShareRule StreamBuffers { get; } = new("stream_buffers", 0.10, 32 * MiB, MemoryKind.Managed, MemoryPriority.Elastic);

    /// <summary>Stream connections: kernel socket buffers and the state of each.</summary>
    public static MemoryShareRule StreamConnections { get; } =
        new("stream_connections", 0.34, 256 * MiB, MemoryKind.Native, MemoryPriority.Elastic);

    /// <summary>Queries that wait for something outside the process.</summary>
    public static MemoryShareRule WaitingQueries { get; } = new("waiting_queries", 0.12, 72 * MiB, MemoryKind.Managed, MemoryPriority.Elastic);

    /// <summary>UDP sockets to upstreams and their kernel buffers.</summary>
    public static MemoryShareRule DatagramUpstreams { get; } =
        new("udp_upstreams", 0.02, 32 * MiB, MemoryKind.Native, MemoryPriority.Fixed);

    /// <summary>TCP connections to upstreams: kernel socket buffers, queries and replies under way.</summary>
    public static MemoryShareRule StreamUpstreams { get; } = new("tcp_upstreams", 0.04, 32 * MiB, MemoryKind.Native, MemoryPriority.Fixed);

    /// <summary>Zone transfers under way, beside what they queue.</summary>
    public static MemoryShareRule Transfers { get; } = new("transfers", 0.01, 4 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>Cached responses of all caches together.</summary>
    public static MemoryShareRule Cache { get; } = new("cache", 0.07, 64 * MiB, MemoryKind.Managed, MemoryPriority.Elastic);

    /// <summary>HTTP connections, and responses that their clients have not read.</summary>
    public static MemoryShareRule Http { get; } = new("http", 0.03, 16 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>Log lines that wait to be written.</summary>
    public static MemoryShareRule Log { get; } = new("log", 0.015, 2 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>Metric series.</summary>
    public static MemoryShareRule Metrics { get; } = new("metrics", 0.015, 16 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>Tables read from files, such as hosts files, and what reading a file takes until it is done.</summary>
    public static MemoryShareRule Files { get; } = new("files", 0.05, 128 * MiB, MemoryKind.Managed, MemoryPriority.Borrowing);

    /// <summary>Buffers kept ready for use: query contexts, large message buffers, the runtime's array pool.</summary>
    public static MemoryShareRule Pools { get; } = new("pools", 0.03, 24 * MiB, MemoryKind.Managed, MemoryPriority.Fixed);

    /// <summary>All shares.</summary>
    public static IReadOnlyList<MemoryShareRule> Rules { get; } =
    [
        Cluster, HeapHeadroom, StreamBuffers, StreamConnections, WaitingQueries, DatagramUpstreams, StreamUpstreams, Transfers, Cache, Http,
        Log, Metrics, Files, Pools,
    ];
}
