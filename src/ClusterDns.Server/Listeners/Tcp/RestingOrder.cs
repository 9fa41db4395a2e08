namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>
/// Which connection makes room for another: of the client address that holds most, the one that rested longest; one with work in progress
/// only where none rests. The order is computed for some connections at once, so that a flood of new ones does not sort all of them each
/// time. For one thread at a time.
/// </summary>
internal sealed class RestingOrder
{
    private const int BatchSize = 32;

    private readonly Dictionary<UInt128, int> _held = [];
    private readonly Queue<(TcpConnection Connection, long RestsSince)> _next = new();
    private int _leastHeld;

    /// <summary>Counts a connection to its client.</summary>
    internal void Add(TcpConnection connection)
        => _held[connection.RemoteAddress] = _held.GetValueOrDefault(connection.RemoteAddress) + 1;

    /// <summary>Takes a connection from its client.</summary>
    internal void Remove(TcpConnection connection)
    {
        int left = _held.GetValueOrDefault(connection.RemoteAddress) - 1;
        if (left > 0)
        {
            _held[connection.RemoteAddress] = left;
        }
        else
        {
            _held.Remove(connection.RemoteAddress);
        }
    }

    /// <summary>The connection that has to go first; null when there is none. The caller removes it.</summary>
    /// <param name="connections">All connections.</param>
    internal TcpConnection? TakeFirst(HashSet<TcpConnection> connections)
    {
        for (int tries = 0; tries < 2; tries++)
        {
            while (_next.TryDequeue(out (TcpConnection Connection, long RestsSince) next))
            {
                if (connections.Contains(next.Connection) &&
                    next.Connection.RestsSince == next.RestsSince &&
                    _held[next.Connection.RemoteAddress] >= _leastHeld)
                {
                    return next.Connection;
                }
            }

            Fill(connections);
        }

        return null;
    }

    private void Fill(HashSet<TcpConnection> connections)
    {
        int most = _held.Count == 0 ? 0 : _held.Values.Max();

        // The batch holds for a client only while no other one holds more.
        _leastHeld = _held.Values.Where(count => count < most).DefaultIfEmpty(0).Max();
        foreach (TcpConnection connection in connections
            .Where(connection => _held[connection.RemoteAddress] == most)
            .OrderBy(static connection => connection.RestsSince)
            .Take(BatchSize))
        {
            _next.Enqueue((connection, connection.RestsSince));
        }
    }
}
