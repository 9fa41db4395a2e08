using System.Net;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Upstreams;

/// <summary>The connection to an upstream, over which many queries are under way at once (RFC 7766 section 6.2.1.1).</summary>
/// <param name="endpoint">Where it is.</param>
/// <param name="expire">How long a connection may rest before it is closed.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class TcpUpstream(IPEndPoint endpoint, TimeSpan expire, TimeProvider timeProvider) : IDisposable
{
    private readonly Lock _lock = new();
    private TcpUpstreamConnection? _connection;
    private bool _disposed;

    /// <summary>Asks over the connection, which is made when there is none.</summary>
    /// <param name="query">The query; its ID is replaced.</param>
    /// <param name="timeout">How long to wait, connecting included.</param>
    internal async ValueTask<UpstreamOutcome> AskAsync(byte[] query, TimeSpan timeout)
    {
        long deadline = timeProvider.GetTimestamp() + (long)(timeout.TotalSeconds * timeProvider.TimestampFrequency);
        while (true)
        {
            (TcpUpstreamConnection? connection, bool isReused) = Get();
            if (connection is null)
            {
                return new UpstreamOutcome(UpstreamStatus.Failed, null);
            }

            TimeSpan left = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), deadline);
            UpstreamOutcome outcome = left > TimeSpan.Zero
                ? await connection.AskAsync(query, left)
                : new UpstreamOutcome(UpstreamStatus.TimedOut, null);

            // A server may close a connection at rest while a query is on its way to it: that is no failure of the server's.
            if (outcome.Status != UpstreamStatus.Failed || !isReused)
            {
                return outcome with { IsReusedConnection = isReused };
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _connection?.Dispose();
        }
    }

    private (TcpUpstreamConnection? Connection, bool IsReused) Get()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return (null, false);
            }

            if (_connection is { IsUsable: true } connection)
            {
                return (connection, true);
            }

            _connection?.Dispose();
            _connection = new TcpUpstreamConnection(endpoint, expire, timeProvider);
            return (_connection, false);
        }
    }
}
