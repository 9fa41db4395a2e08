namespace ClusterDns.Core.Memory;

/// <summary>
/// How many things of each kind lie idle at most, for all listeners together. They take up to about half of the share
/// <see cref="MemoryTable.Pools"/>; the queries of listeners, and plugins that keep
/// objects for use again, reserve from what is left.
/// </summary>
/// <param name="LargeBuffers">Buffers of the largest message.</param>
/// <param name="InternalQueries">Queries that answer others.</param>
/// <param name="BackgroundQueries">Queries that no client waits for.</param>
/// <param name="DatagramExchanges">Exchanges with upstreams over UDP.</param>
/// <param name="StreamExchanges">Exchanges with upstreams over TCP.</param>
public sealed record PoolSizes(int LargeBuffers, int InternalQueries, int BackgroundQueries, int DatagramExchanges, int StreamExchanges)
{
    /// <summary>What a query takes with its buffers, in bytes.</summary>
    public const int QueryBytes = 12 * 1024;

    /// <summary>What a buffer of the largest message takes, in bytes.</summary>
    public const int LargeBufferBytes = 64 * 1024;

    /// <summary>What an exchange over UDP takes with its buffers, in bytes.</summary>
    public const int DatagramExchangeBytes = 6 * 1024;

    /// <summary>What an exchange over TCP takes, in bytes.</summary>
    public const int StreamExchangeBytes = 1024;

    /// <summary>Without a memory limit.</summary>
    public static PoolSizes Largest { get; } = new(16, 64, 256, 512, 256);

    /// <summary>What all of them take together, in bytes.</summary>
    public long Bytes
        => ((long)LargeBuffers * LargeBufferBytes) + ((InternalQueries + (long)BackgroundQueries) * QueryBytes) +
            ((long)DatagramExchanges * DatagramExchangeBytes) + ((long)StreamExchanges * StreamExchangeBytes);

    /// <summary>The sizes that fit into a share.</summary>
    /// <param name="share">The share's bytes.</param>
    public static PoolSizes Within(long share)
        => new(
            Fit(share * 0.12, LargeBufferBytes, 1, Largest.LargeBuffers),
            Fit(share * 0.08, QueryBytes, 4, Largest.InternalQueries),
            Fit(share * 0.14, QueryBytes, 4, Largest.BackgroundQueries),
            Fit(share * 0.14, DatagramExchangeBytes, 4, Largest.DatagramExchanges),
            Fit(share * 0.02, StreamExchangeBytes, 4, Largest.StreamExchanges));

    private static int Fit(double bytes, int each, int least, int most) => (int)Math.Clamp(bytes / each, least, most);
}
