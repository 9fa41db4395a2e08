using ClusterDns.Core.Memory;
using ClusterDns.Server.Memory;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>
/// The stream connections of all listeners, bounded together by descriptors and by memory. There are no bounds per client: only when
/// something is exhausted a connection is closed for another, of the client address that holds most or of the slowest reader.
/// </summary>
internal sealed class StreamClients : IDisposable
{
    /// <summary>SO_SNDBUF and SO_RCVBUF of a connection. The kernel doubles them for its own overhead.</summary>
    internal const int SocketBufferSize = 4096;

    /// <summary>SO_SNDBUF of a connection that sends an answer of many messages.</summary>
    internal const int WideSocketBufferSize = 32 * 1024;

    /// <summary>
    /// What a connection takes beside its queues: 10 KiB of unsent and 8 KiB of unread bytes in the kernel, the kernel's socket, and the
    /// objects of this process.
    /// </summary>
    internal const int ConnectionBytes = 24 * 1024;

    /// <summary>What a wide send buffer takes more.</summary>
    internal const int WideBytes = 2 * WideSocketBufferSize;

    private readonly Lock _lock = new();
    private readonly int _most;
    private readonly MemoryShare _places;
    private readonly MemoryShare _buffers;
    private readonly ListenerMetrics _metrics;
    private readonly HashSet<TcpConnection> _connections = [];
    private readonly RestingOrder _resting = new();
    private readonly IDisposable[] _subscriptions;

    /// <summary>No connections yet.</summary>
    /// <param name="memory">What bounds them by memory.</param>
    /// <param name="descriptors">What bounds them by number.</param>
    /// <param name="metrics">Where closed connections are counted.</param>
    internal StreamClients(MemoryBudget memory, DescriptorShares descriptors, ListenerMetrics metrics)
    {
        _most = descriptors.StreamConnections;
        _places = memory[MemoryTable.StreamConnections];
        _buffers = memory[MemoryTable.StreamBuffers];
        _metrics = metrics;
        _subscriptions = [_places.OnOverLimit(CloseResting), _buffers.OnOverLimit(() => CloseSlowest(null))];
    }

    /// <summary>How many connections there are.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Whether more than half of the memory for queues is used: connections then stop reading with less unsent.</summary>
    internal bool IsScarce => _buffers.Used > _buffers.Limit / 2;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_subscriptions, static subscription => subscription.Dispose());

    /// <summary>Takes in a connection. Where there is no place, the one that rested longest of the client that holds most is closed.</summary>
    /// <returns>False when there is none to close.</returns>
    internal bool TryEnter(TcpConnection connection)
    {
        List<TcpConnection>? closed = null;
        bool isIn = true;
        lock (_lock)
        {
            while (isIn && (_connections.Count >= _most || !_places.TryReserve(ConnectionBytes)))
            {
                isIn = TryTakeResting(ref closed);
            }

            if (isIn)
            {
                connection.PlaceBytes = ConnectionBytes;
                _connections.Add(connection);
                _resting.Add(connection);
            }
        }

        closed?.ForEach(connection => connection.Cut(_metrics.MadeRoom));
        return isIn;
    }

    /// <summary>Forgets a connection that has ended.</summary>
    internal void Leave(TcpConnection connection)
    {
        lock (_lock)
        {
            Remove(connection);
        }
    }

    /// <summary>Closes the connection that rested longest, where the process or the system has no descriptor left.</summary>
    internal void MakeRoom()
    {
        List<TcpConnection>? closed = null;
        lock (_lock)
        {
            TryTakeResting(ref closed);
        }

        closed?.ForEach(connection => connection.Cut(_metrics.MadeRoom));
    }

    /// <summary>Reserves a larger send buffer for a connection that sends much; false when it has one, or there is no memory for it.</summary>
    internal bool TryWiden(TcpConnection connection)
    {
        lock (_lock)
        {
            if (connection.PlaceBytes > ConnectionBytes || !_connections.Contains(connection) || !_places.TryReserve(WideBytes))
            {
                return false;
            }

            connection.PlaceBytes += WideBytes;
            return true;
        }
    }

    /// <summary>Reserves bytes for a connection's queues. Where there are none, the slowest readers are closed.</summary>
    /// <returns>False when the connection itself is the slowest, or the only one.</returns>
    internal bool TryReserve(TcpConnection connection, int bytes)
    {
        while (!_buffers.TryReserve(bytes))
        {
            if (FindSlowest() is not { } slowest || slowest == connection)
            {
                return false;
            }

            slowest.Cut(_metrics.SlowReader);
        }

        return true;
    }

    /// <summary>Returns bytes that were reserved.</summary>
    internal void Release(int bytes) => _buffers.Release(bytes);

    private void CloseSlowest(TcpConnection? kept)
    {
        while (_buffers.IsOverLimit && FindSlowest() is { } slowest && slowest != kept)
        {
            slowest.Cut(_metrics.SlowReader);
        }
    }

    private void CloseResting()
    {
        List<TcpConnection>? closed = null;
        lock (_lock)
        {
            while (_places.IsOverLimit && TryTakeResting(ref closed))
            {
            }
        }

        closed?.ForEach(connection => connection.Cut(_metrics.MadeRoom));
    }

    private bool TryTakeResting(ref List<TcpConnection>? closed)
    {
        if (_resting.TakeFirst(_connections) is not { } connection)
        {
            return false;
        }

        Remove(connection);
        (closed ??= []).Add(connection);
        return true;
    }

    /// <summary>The connection whose client has left bytes unread longest, and of several the one with most.</summary>
    private TcpConnection? FindSlowest()
    {
        TcpConnection? slowest = null;
        (long Since, long Held) worst = default;
        lock (_lock)
        {
            foreach (TcpConnection connection in _connections)
            {
                int held = connection.Held;
                (long Since, long Held) rank = (connection.BlockedSince, -held);
                if (held > 0 && (slowest is null || rank.CompareTo(worst) < 0))
                {
                    slowest = connection;
                    worst = rank;
                }
            }

            if (slowest is not null)
            {
                // Its memory may follow a moment later: it must not be found again.
                Remove(slowest);
            }
        }

        return slowest;
    }

    private void Remove(TcpConnection connection)
    {
        if (_connections.Remove(connection))
        {
            _resting.Remove(connection);
            _places.Release(connection.PlaceBytes);
        }
    }
}
