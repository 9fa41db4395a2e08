using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Execution;
using ClusterDns.Core.Upstreams;

namespace ClusterDns.Upstreams.Stream;

/// <summary>The connection to an upstream, over which many queries are under way at once (RFC 7766 section 6.2.1.1).</summary>
/// <param name="endpoint">Where it is.</param>
/// <param name="expire">How long a connection may rest before it is closed.</param>
/// <param name="maxAge">How long a connection takes new queries; zero for as long as it works.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="guard">Starts background work.</param>
internal sealed class StreamChannel(IPEndPoint endpoint, TimeSpan expire, TimeSpan maxAge, TimeProvider timeProvider, CallbackGuard guard)
    : IUpstreamChannel, IDisposable
{
    private readonly Lock _lock = new();
    private StreamConnection? _connection;
    private bool _disposed;

    /// <inheritdoc/>
    public int MaxQueryLength => ushort.MaxValue;

    /// <inheritdoc/>
    public ValueTask<UpstreamOutcome> AskAsync(UpstreamQuery query)
    {
        byte[] message = new byte[query.Length];
        query.CopyTo(message);
        return AskAsync(message, query.Timeout);
    }

    /// <summary>Asks over the connection, which is made when there is none.</summary>
    private async ValueTask<UpstreamOutcome> AskAsync(byte[] query, TimeSpan timeout)
    {
        long deadline = timeProvider.GetTimestamp() + (long)(timeout.TotalSeconds * timeProvider.TimestampFrequency);
        while (true)
        {
            TimeSpan left = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), deadline);
            if (left <= TimeSpan.Zero)
            {
                return new UpstreamOutcome(UpstreamStatus.TimedOut, null) { Protocol = UpstreamProtocol.Tcp };
            }

            (StreamConnection? connection, bool isReused) = Enter();
            if (connection is null)
            {
                return new UpstreamOutcome(UpstreamStatus.Failed, null) { Protocol = UpstreamProtocol.Tcp };
            }

            UpstreamOutcome outcome = await connection.AskAsync(query, left);

            // A server may close a connection at rest while a query is on its way to it: that is no failure of the server's.
            if (outcome.Status != UpstreamStatus.Failed || !isReused)
            {
                return outcome with { Protocol = UpstreamProtocol.Tcp, IsReusedConnection = isReused };
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _connection?.Retire();
            _connection = null;
        }
    }

    private (StreamConnection? Connection, bool IsReused) Enter()
    {
        lock (_lock)
        {
            if (_connection?.TryEnter() == true)
            {
                return (_connection, true);
            }

            _connection?.Retire();
            try
            {
                _connection = new StreamConnection(endpoint, expire, maxAge, timeProvider, guard);
            }
            catch (SocketException)
            {
                // No descriptor is left, or the family is missing: the query fails, and the upstream's health tells of it.
                _connection = null;
            }

            StreamConnection? opened = _connection;
            if (_disposed)
            {
                // For this query alone.
                _connection?.Retire();
                _connection = null;
            }

            return (opened, false);
        }
    }
}
