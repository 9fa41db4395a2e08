using ClusterDns.Core.Memory;
using ClusterDns.Core.Metrics;
using Microsoft.AspNetCore.Connections;

namespace ClusterDns.Server.Http;

/// <summary>
/// The connections of all HTTP servers. When there are too many, or memory for them is exhausted, the one that has rested longest is
/// closed, rather than the new one refused: whoever opens many and says nothing, or reads nothing, cannot keep a probe out.
/// </summary>
/// <param name="most">How many there may be at once.</param>
/// <param name="closed">Counts those that were closed for others.</param>
/// <param name="memory">Where connections and the bodies of their responses are reserved; null for no bound.</param>
internal sealed class HttpConnections(int most, Counter closed, MemoryShare? memory = null)
{
    /// <summary>What a connection takes beside its response: socket buffers of the kernel, and Kestrel's.</summary>
    internal const int ConnectionBytes = 40 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<HttpConnection> _open = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Serves a connection to its end.</summary>
    /// <param name="context">The connection.</param>
    /// <param name="serve">What serves it.</param>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate serve)
    {
        HttpConnection connection = new(this, context);
        context.Features.Set(connection);
        Enter(connection);
        try
        {
            await serve(context);
        }
        finally
        {
            Leave(connection);
        }
    }

    /// <summary>Notes that a request has come, or has been answered.</summary>
    /// <param name="connection">The request's connection.</param>
    /// <param name="isBusy">Whether it has come.</param>
    internal void Touch(HttpConnection connection, bool isBusy)
    {
        lock (_lock)
        {
            connection.IsBusy = isBusy;
            if (connection.Node.List is not null)
            {
                _open.Remove(connection.Node);
                _open.AddLast(connection.Node);
            }
        }
    }

    /// <summary>Reserves bytes of a connection's response. Where there are none, other connections are closed.</summary>
    /// <returns>False when there is no other connection to close.</returns>
    internal bool TryReserve(HttpConnection connection, int bytes)
    {
        while (memory is not null && !memory.TryReserve(bytes))
        {
            if (!TryClose(connection, forMemory: true))
            {
                return false;
            }
        }

        lock (_lock)
        {
            if (connection.Node.List is null)
            {
                // It was closed meanwhile, and nobody would release what it reserves.
                memory?.Release(bytes);
                return false;
            }

            connection.Reserved += bytes;
            return true;
        }
    }

    /// <summary>Returns what a connection's response had reserved.</summary>
    internal void ReleaseBody(HttpConnection connection)
    {
        lock (_lock)
        {
            if (connection.Node.List is not null)
            {
                memory?.Release(connection.Reserved - ConnectionBytes);
                connection.Reserved = ConnectionBytes;
            }
        }
    }

    /// <summary>Takes a connection in; another one goes for it where there is no room.</summary>
    private void Enter(HttpConnection connection)
    {
        bool isReserved = false;
        while (true)
        {
            isReserved = isReserved || memory is null || memory.TryReserve(ConnectionBytes);
            lock (_lock)
            {
                if ((isReserved && _open.Count < most) || _open.Count == 0)
                {
                    if (!isReserved)
                    {
                        // The only connection is let in however little memory there is: it may be a probe.
                        memory?.Reserve(ConnectionBytes);
                    }

                    connection.Reserved = ConnectionBytes;
                    _open.AddLast(connection.Node);
                    return;
                }
            }

            TryClose(connection, forMemory: !isReserved);
        }
    }

    /// <summary>
    /// Closes a connection; what it reserved is free at once. For memory it is the one that holds most: a probe that has just connected holds
    /// nothing worth having. Otherwise it is the one that has rested longest, or the one that was asked first.
    /// </summary>
    private bool TryClose(HttpConnection kept, bool forMemory)
    {
        HttpConnection? outgoing;
        lock (_lock)
        {
            outgoing = (forMemory ? FindLargest(kept) : null) ?? FindResting(kept) ?? FindFirst(kept);
            if (outgoing is null)
            {
                return false;
            }

            Remove(outgoing);
        }

        closed.Add();
        outgoing.Abort();
        return true;
    }

    private HttpConnection? FindLargest(HttpConnection kept)
    {
        HttpConnection? largest = null;
        foreach (HttpConnection connection in _open)
        {
            if (connection != kept && connection.Reserved > (largest?.Reserved ?? ConnectionBytes))
            {
                largest = connection;
            }
        }

        return largest;
    }

    private HttpConnection? FindFirst(HttpConnection kept)
    {
        foreach (HttpConnection connection in _open)
        {
            if (connection != kept)
            {
                return connection;
            }
        }

        return null;
    }

    private void Remove(HttpConnection connection)
    {
        if (connection.Node.List is not null)
        {
            _open.Remove(connection.Node);
            memory?.Release(connection.Reserved);
            connection.Reserved = 0;
        }
    }

    private HttpConnection? FindResting(HttpConnection kept)
    {
        foreach (HttpConnection connection in _open)
        {
            if (!connection.IsBusy && connection != kept)
            {
                return connection;
            }
        }

        return null;
    }

    private void Leave(HttpConnection connection)
    {
        lock (_lock)
        {
            Remove(connection);
        }
    }
}

/// <summary>One connection, as its requests know it.</summary>
internal sealed class HttpConnection
{
    private readonly HttpConnections _owner;
    private readonly ConnectionContext _context;

    /// <summary>A connection that rests.</summary>
    /// <param name="owner">All connections of the server.</param>
    /// <param name="context">The connection.</param>
    public HttpConnection(HttpConnections owner, ConnectionContext context)
    {
        _owner = owner;
        _context = context;
        Node = new LinkedListNode<HttpConnection>(this);
    }

    /// <summary>Its place among all.</summary>
    internal LinkedListNode<HttpConnection> Node { get; }

    /// <summary>Whether a request is being answered.</summary>
    internal bool IsBusy { get; set; }

    /// <summary>How many bytes are reserved for it; under the lock of all connections.</summary>
    internal int Reserved { get; set; }

    /// <summary>Reserves bytes of the response; false when there are none.</summary>
    /// <param name="bytes">How many.</param>
    public bool TryReserve(int bytes) => _owner.TryReserve(this, bytes);

    /// <summary>Returns what the response had reserved.</summary>
    public void ReleaseBody() => _owner.ReleaseBody(this);

    /// <summary>A request has come.</summary>
    public void Begin() => _owner.Touch(this, isBusy: true);

    /// <summary>The request has been answered.</summary>
    public void End() => _owner.Touch(this, isBusy: false);

    /// <summary>Closes it at once.</summary>
    public void Abort() => _context.Abort(new ConnectionAbortedException("too many connections"));
}
