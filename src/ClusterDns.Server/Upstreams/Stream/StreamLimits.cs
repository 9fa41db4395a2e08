namespace ClusterDns.Server.Upstreams.Stream;

/// <summary>Bounds and times of the connections to one upstream.</summary>
internal static class StreamLimits
{
    /// <summary>Connections to one upstream, those of health checks apart.</summary>
    internal const int MaxConnections = 192;

    /// <summary>Connections to one upstream that may be kept for late queries alone; the others stay free for queries that are answered.</summary>
    internal const int MaxLateConnections = 128;

    /// <summary>Connections to one upstream beyond which none is opened after a failure, until an answer comes.</summary>
    internal const int MaxDoubtfulConnections = 4;

    /// <summary>Connections to one upstream that are being established.</summary>
    internal const int MaxConnecting = 32;

    /// <summary>Queries on one connection without a reply, those that nobody waits for any more included.</summary>
    internal const int MaxQueriesPerConnection = 128;

    /// <summary>Queries that wait until a connection is free.</summary>
    internal const int MaxWaiting = 1024;

    /// <summary>Bytes that wait to be sent on one connection; one more query may exceed it.</summary>
    internal const int MaxUnsentBytes = 64 * 1024;

    /// <summary>How often a query leaves a connection because it is behind a late one.</summary>
    internal const int MaxMoves = 3;

    /// <summary>Connections to one upstream that are opened in a second.</summary>
    internal const int MaxOpenedPerSecond = 2000;

    /// <summary>SO_RCVBUF of a connection, in bytes. The kernel reserves twice as much.</summary>
    internal const int ReceiveBufferBytes = 16 * 1024;

    /// <summary>SO_SNDBUF of a connection, in bytes. The kernel reserves twice as much.</summary>
    internal const int SendBufferBytes = 4608;

    /// <summary>What a connection takes at most in the kernel, in bytes.</summary>
    internal const int KernelBytesPerConnection = 2 * (ReceiveBufferBytes + SendBufferBytes);

    /// <summary>How much time a query may be expected to spend behind others before a further connection is opened.</summary>
    internal static readonly TimeSpan MaxExpectedQueue = TimeSpan.FromMilliseconds(10);

    /// <summary>How often queries and connections are looked at while there are queries.</summary>
    internal static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a connection may take to be established.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long the upstream may take to read what is sent.</summary>
    internal static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long no reply may come on any connection before silent ones count as failures.</summary>
    internal static readonly TimeSpan UpstreamSilence = TimeSpan.FromSeconds(1);

    /// <summary>How long a reply may take from its first byte to its last.</summary>
    internal static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(2);
}
