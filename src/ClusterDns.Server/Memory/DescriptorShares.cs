namespace ClusterDns.Server.Memory;

/// <summary>
/// How the descriptors that the process may open are divided, so that clients that hold all they may leave enough for everything else.
/// </summary>
/// <param name="StreamConnections">Connections of stream clients, of all listeners together.</param>
/// <param name="DatagramUpstreams">UDP sockets to upstreams.</param>
/// <param name="StreamUpstreams">TCP connections to upstreams.</param>
/// <param name="Http">HTTP connections, of all servers together.</param>
internal sealed record DescriptorShares(int StreamConnections, int DatagramUpstreams, int StreamUpstreams, int Http)
{
    /// <summary>
    /// Descriptors that belong to no share: listening sockets, event polls, log, files that are read again, connections to the API server.
    /// </summary>
    public const int Reserve = 128;

    private const int Most = 1_000_000;
    private const int MostHttp = 256;

    /// <summary>Without a limit.</summary>
    public static DescriptorShares Unlimited { get; } = Divide(Most);

    /// <summary>Divides a limit. Below twice the reserve every share gets a little all the same.</summary>
    /// <param name="limit">The most descriptors that the process may have open.</param>
    public static DescriptorShares Divide(long limit)
    {
        int left = (int)Math.Max(Reserve / 2, Math.Min(limit, Most) - Reserve);
        int http = Math.Min(left / 10, MostHttp);
        int datagram = left * 3 / 20;
        int stream = left / 20;
        return new DescriptorShares(left - http - datagram - stream, datagram, stream, http);
    }
}
