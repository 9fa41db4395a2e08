using ClusterDns.Core.Metrics;
using Microsoft.AspNetCore.Connections;

namespace ClusterDns.Http;

/// <summary>
/// The connections of an HTTP server. When there are too many, the one that has rested longest is closed, rather than the new one
/// refused: whoever opens many and says nothing cannot keep a probe out.
/// </summary>
/// <param name="most">How many there may be at once.</param>
/// <param name="closed">Counts those that were closed for others.</param>
internal sealed class HttpConnections(int most, Counter closed)
{
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
        if (Enter(connection) is { } outgoing)
        {
            closed.Add();
            outgoing.Abort();
        }

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

    /// <summary>Takes a connection in.</summary>
    /// <returns>The one that has to go for it; null while there is room.</returns>
    private HttpConnection? Enter(HttpConnection connection)
    {
        lock (_lock)
        {
            HttpConnection? outgoing = null;
            if (_open.Count >= most)
            {
                outgoing = FindResting() ?? _open.First!.Value;
                _open.Remove(outgoing.Node);
            }

            _open.AddLast(connection.Node);
            return outgoing;
        }
    }

    private HttpConnection? FindResting()
    {
        foreach (HttpConnection connection in _open)
        {
            if (!connection.IsBusy)
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
            if (connection.Node.List is not null)
            {
                _open.Remove(connection.Node);
            }
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

    /// <summary>A request has come.</summary>
    public void Begin() => _owner.Touch(this, isBusy: true);

    /// <summary>The request has been answered.</summary>
    public void End() => _owner.Touch(this, isBusy: false);

    /// <summary>Closes it at once.</summary>
    public void Abort() => _context.Abort(new ConnectionAbortedException("too many connections"));
}
