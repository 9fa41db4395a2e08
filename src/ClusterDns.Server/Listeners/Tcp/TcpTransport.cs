using System.Net;
using System.Net.Sockets;
using ClusterDns.Core.Metrics;

namespace ClusterDns.Server.Listeners.Tcp;

/// <summary>The TCP side of a listener: sockets that accept, the connections, and one timer over all their deadlines.</summary>
internal sealed class TcpTransport : IDisposable
{
    private static readonly TimeSpan MinSweepPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxSweepPeriod = TimeSpan.FromSeconds(1);

    private readonly List<TcpAcceptor> _acceptors = [];
    private readonly HashSet<TcpConnection> _connections = [];
    private readonly Lock _lock = new();
    private readonly InFlightCounter _open = new();
    private readonly ITimer _sweep;
    private TimeSpan _sweepPeriod;
    private bool _finishing;

    /// <summary>A transport without sockets.</summary>
    internal TcpTransport(ListenerOptions options, ListenerCore core)
    {
        Options = options;
        Core = core;
        Queries = new QueryPool<TcpQuery>(pool => new TcpQuery(core, pool), core.Pools);
        _sweepPeriod = GetSweepPeriod(options);
        _sweep = core.Guard.CreateTimer(
            "tcp_sweep", static transport => transport.Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the listener was asked to be.</summary>
    internal ListenerOptions Options { get; private set; }

    /// <summary>The listener.</summary>
    internal ListenerCore Core { get; }

    /// <summary>The connections of all listeners.</summary>
    internal StreamClients Clients => Core.StreamClients;

    /// <summary>The clock.</summary>
    internal TimeProvider TimeProvider => Core.TimeProvider;

    /// <summary>Queries ready for use.</summary>
    internal QueryPool<TcpQuery> Queries { get; }

    /// <summary>How many connections are open.</summary>
    internal int Count => _open.Count;

    /// <summary>Opens a socket; clients queue in it until the transport starts.</summary>
    /// <param name="endpoint">Where; port 0 for any.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="ListenException">The address is taken, not this host's, or not allowed.</exception>
    internal IPEndPoint Listen(IPEndPoint endpoint)
    {
        try
        {
            TcpAcceptor acceptor = new(this, endpoint);
            _acceptors.Add(acceptor);
            return acceptor.Endpoint;
        }
        catch (SocketException failure)
        {
            throw ListenException.From("tcp", endpoint, failure);
        }
    }

    /// <summary>Begins to accept.</summary>
    internal void Start() => _acceptors.ForEach(static acceptor => acceptor.Start());

    /// <summary>Takes over other timeouts and limits, for connections that are open too.</summary>
    internal void Change(ListenerOptions options)
    {
        lock (_lock)
        {
            Options = options;
            _sweepPeriod = GetSweepPeriod(options);
            if (_connections.Count > 0)
            {
                _sweep.Change(_sweepPeriod, _sweepPeriod);
            }
        }
    }

    /// <summary>Takes in an accepted connection; where there are too many, another one ends.</summary>
    internal void Add(Socket socket)
    {
        Core.Metrics.Connections.Add();
        TcpConnection connection;
        try
        {
            connection = new TcpConnection(this, socket);
        }
        catch (SocketException)
        {
            // Accepted and reset before it was looked at.
            socket.Dispose();
            return;
        }

        bool finishing;
        if (!Clients.TryEnter(connection))
        {
            Core.Metrics.ConnectionLimit.Add();
            socket.Dispose();
            return;
        }

        lock (_lock)
        {
            _connections.Add(connection);
            _open.Enter();
            finishing = _finishing;
            if (_connections.Count == 1)
            {
                _sweep.Change(_sweepPeriod, _sweepPeriod);
            }
        }

        Core.Guard.Queue("tcp_connection", connection);
        if (finishing)
        {
            connection.FinishSoon();
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    internal void Remove(TcpConnection connection)
    {
        Clients.Leave(connection);
        lock (_lock)
        {
            if (!_connections.Remove(connection))
            {
                return;
            }

            if (_connections.Count == 0)
            {
                _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _open.Leave();
    }

    /// <summary>Stops to accept, and lets every connection end when what it has received is answered.</summary>
    /// <returns>Completes when the last connection has ended.</returns>
    internal async Task StopAsync()
    {
        lock (_lock)
        {
            _finishing = true;
        }

        await Task.WhenAll(_acceptors.Select(static acceptor => acceptor.StopAsync()));
        foreach (TcpConnection connection in Snapshot())
        {
            connection.FinishSoon();
        }

        await _open.WhenEmptyAsync();
    }

    /// <summary>Cuts off what is still open.</summary>
    public void Dispose()
    {
        _acceptors.ForEach(static acceptor => acceptor.Dispose());
        foreach (TcpConnection connection in Snapshot())
        {
            Core.Metrics.DrainTimeout.Add();
            connection.Abort();
        }

        _sweep.Dispose();
        Queries.Dispose();
    }

    private static TimeSpan GetSweepPeriod(ListenerOptions options)
    {
        TimeSpan shortest = new[] { options.ReadTimeout, options.WriteTimeout, options.IdleTimeout }.Min();
        return shortest / 4 < MinSweepPeriod ? MinSweepPeriod : shortest / 4 > MaxSweepPeriod ? MaxSweepPeriod : shortest / 4;
    }

    private TcpConnection[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _connections];
        }
    }

    private void Sweep()
    {
        long now = TimeProvider.GetTimestamp();
        List<TcpConnection>? overdue = null;
        lock (_lock)
        {
            foreach (TcpConnection connection in _connections)
            {
                if (connection.IsOverdue(now, out Counter? reason))
                {
                    reason?.Add();
                    (overdue ??= []).Add(connection);
                }
            }
        }

        overdue?.ForEach(static connection => connection.Abort());
    }
}
