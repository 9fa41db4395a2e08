using System.Net;

namespace ClusterDns.Server.Upstreams;

/// <summary>
/// One engine's sockets to one upstream. A batch of queries shares a socket; the next batch takes another at random, and each is
/// replaced after some time, or when nothing comes back while others are answered.
/// </summary>
internal sealed class UpstreamSocketPool
{
    private const int MaxUsesInARow = 16;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly UpstreamSocketTable _table;
    private readonly QueryIds _ids;
    private readonly UpstreamMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly UpstreamSocket?[] _sockets = new UpstreamSocket?[UpstreamPorts.MaxKeptPerThread];
    private UpstreamSocket? _current;
    private UpstreamSocket? _other;
    private int _currentUses;
    private int _otherUses;
    private int _count;
    private bool _hasOpened;
    private long _noOpenBefore = long.MinValue;

    /// <summary>No sockets yet.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="table">Opens and closes.</param>
    /// <param name="ids">Random numbers.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="timeProvider">The clock.</param>
    internal UpstreamSocketPool(
        Upstream upstream, UpstreamSocketTable table, QueryIds ids, UpstreamMetrics metrics, TimeProvider timeProvider)
    {
        Upstream = upstream;
        Endpoint = upstream.Endpoint.ToIPEndPoint();
        _table = table;
        _ids = ids;
        _metrics = metrics;
        _timeProvider = timeProvider;
        Ports.Join();
    }

    /// <summary>Where the upstream is.</summary>
    internal IPEndPoint Endpoint { get; }

    /// <summary>The upstream.</summary>
    internal Upstream Upstream { get; }

    /// <summary>What threads share about the upstream's ports.</summary>
    internal UpstreamPorts Ports => Upstream.Ports;

    /// <summary>Whether the upstream has been disposed of: a socket is for one query, and whoever takes it retires it.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>Whether no port was to be had because too many were opened lately, as when somebody makes sockets suspicious.</summary>
    internal bool IsRateLimited { get; private set; }

    /// <summary>Ends a batch: the next query takes a socket at random.</summary>
    internal void EndBatch() => _current = _other = null;

    /// <summary>Keeps sockets no more.</summary>
    internal void Close()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        Ports.Leave();
        foreach (UpstreamSocket? socket in _sockets)
        {
            if (socket is not null)
            {
                _table.Retire(socket, PortRetirement.Removed);
            }
        }
    }

    /// <summary>The socket for the next query; null when there is none and none can be opened.</summary>
    /// <param name="now">The time.</param>
    internal UpstreamSocket? Next(long now)
    {
        if (_current is { IsRetired: false } && _currentUses < MaxUsesInARow)
        {
            _currentUses++;
            return _current;
        }

        _current = Choose(now);
        _currentUses = 1;
        return _current;
    }

    /// <summary>
    /// The socket to send a query from again: one that was answered since the query was sent first, or else a new one, or else any but
    /// those that the query has used.
    /// </summary>
    /// <param name="exchange">The query.</param>
    /// <param name="avoid">A socket that must not be used.</param>
    /// <param name="now">The time.</param>
    internal UpstreamSocket? NextOther(UdpExchange exchange, UpstreamSocket? avoid, long now)
    {
        if (_other is { IsRetired: false } other && _otherUses < MaxUsesInARow && IsProvenFor(exchange, other, avoid, now))
        {
            _otherUses++;
            return other;
        }

        _otherUses = 1;
        _other = IsClosed
            ? Open(PortNeed.Only, now)
            : FindOther(exchange, avoid, now, mustBeProven: true) ??
                OpenInstead(FindPlace(exchange), PortNeed.Another, now) ??
                FindOther(exchange, avoid, now, mustBeProven: false) ??
                FindAny(exchange, avoid) ??
                (_count == 0 ? OpenInstead(0, PortNeed.Only, now) : null);
        return _other;
    }

    /// <summary>Closes what is at rest and would not be used again.</summary>
    internal void Sweep(long now)
    {
        int kept = Ports.KeptPerThread;
        for (int i = 0; i < _sockets.Length; i++)
        {
            if (_sockets[i] is { PendingCount: 0 } socket && (i >= kept || socket.ExpiresAt <= now))
            {
                _table.Retire(socket, PortRetirement.Expired);
            }
        }
    }

    /// <summary>Takes out a socket that sends no more.</summary>
    internal void Remove(UpstreamSocket socket)
    {
        if (socket.PoolIndex >= 0)
        {
            _sockets[socket.PoolIndex] = null;
            socket.PoolIndex = -1;
            _count--;
        }
    }

    private UpstreamSocket? Choose(long now)
    {
        if (IsClosed)
        {
            return Open(PortNeed.Only, now);
        }

        int index = _ids.Below(Ports.KeptPerThread);
        UpstreamSocket? socket = _sockets[index];
        return socket is not null && !IsWorn(socket, now)
            ? socket
            : OpenInstead(index, _hasOpened ? PortNeed.Another : PortNeed.First, now) ??
                FindUsable(index, now) ??
                socket ??
                FindAny(null, null) ??
                OpenInstead(index, PortNeed.Only, now);
    }

    private UpstreamSocket? OpenInstead(int index, PortNeed need, long now)
    {
        if (Open(need, now) is not { } opened)
        {
            return null;
        }

        if (_sockets[index] is { } old)
        {
            _table.Retire(old, old.ExpiresAt <= now ? PortRetirement.Expired : PortRetirement.Stale);
        }

        _sockets[index] = opened;
        opened.PoolIndex = index;
        _count++;
        return opened;
    }

    private UpstreamSocket? Open(PortNeed need, long now)
    {
        IsRateLimited = false;
        if (now < _noOpenBefore && need == PortNeed.Another)
        {
            return null;
        }

        switch (Ports.TryTake(now, need))
        {
            case PortPermit.RateLimited:
                IsRateLimited = true;
                _metrics.PortsRefusedByRate.Add();
                return null;
            case PortPermit.Silent:
                _metrics.PortsRefusedBySilence.Add();
                return null;
        }

        // Ports of one age would all be replaced at once: each lives for half of the time at least.
        double share = 0.5 + (_ids.Next() / (2.0 * ushort.MaxValue));
        UpstreamSocket? socket = _table.TryOpen(this, now + (long)(share * ToTimestampTicks(Ports.Lifetime)), need != PortNeed.Another);
        _hasOpened |= socket is not null;
        if (socket is null)
        {
            _noOpenBefore = now + ToTimestampTicks(PauseAfterFailure);
        }

        return socket;
    }

    // A reply that takes half as long as one that counts as lost is late: twice the usual time, or more.
    private bool IsWorn(UpstreamSocket socket, long now)
        => socket.ExpiresAt <= now ||
            (socket.UnansweredSince < Ports.AnsweredUpTo && socket.IsStale(now - (ToTimestampTicks(Upstream.RetransmitAfter) / 2)));

    private bool IsProvenFor(UdpExchange exchange, UpstreamSocket socket, UpstreamSocket? avoid, long now)
        => IsOther(exchange, socket, avoid) && socket.AnsweredUpTo > exchange.FirstSentAt && !IsWorn(socket, now);

    private static bool IsOther(UdpExchange? exchange, UpstreamSocket socket, UpstreamSocket? avoid)
        => !ReferenceEquals(socket, avoid) && exchange?.Uses(socket) != true;

    private UpstreamSocket? FindUsable(int index, long now)
    {
        for (int i = 1; i < _sockets.Length; i++)
        {
            if (_sockets[(index + i) % _sockets.Length] is { } socket && !IsWorn(socket, now))
            {
                return socket;
            }
        }

        return null;
    }

    private UpstreamSocket? FindOther(UdpExchange exchange, UpstreamSocket? avoid, long now, bool mustBeProven)
    {
        int start = _ids.Below(_sockets.Length);
        for (int i = 0; i < _sockets.Length; i++)
        {
            if (_sockets[(start + i) % _sockets.Length] is { } socket &&
                (mustBeProven ? IsProvenFor(exchange, socket, avoid, now) : IsOther(exchange, socket, avoid) && !IsWorn(socket, now)))
            {
                return socket;
            }
        }

        return null;
    }

    /// <summary>The last resort: a socket that is worn, or one that the query has used.</summary>
    private UpstreamSocket? FindAny(UdpExchange? exchange, UpstreamSocket? avoid)
    {
        UpstreamSocket? any = null;
        int start = _ids.Below(_sockets.Length);
        for (int i = 0; i < _sockets.Length; i++)
        {
            if (_sockets[(start + i) % _sockets.Length] is not { } socket || ReferenceEquals(socket, avoid))
            {
                continue;
            }

            any = socket;
            if (IsOther(exchange, socket, avoid))
            {
                break;
            }
        }

        return any;
    }

    /// <summary>Where a new socket goes for a query that got no reply: in place of the one it used last, or of none.</summary>
    private int FindPlace(UdpExchange exchange)
    {
        int kept = Ports.KeptPerThread;
        if (_count < kept)
        {
            int start = _ids.Below(kept);
            for (int i = 0; i < kept; i++)
            {
                if (_sockets[(start + i) % kept] is null)
                {
                    return (start + i) % kept;
                }
            }
        }

        return exchange.Current.Socket is { PoolIndex: >= 0 } socket ? socket.PoolIndex : _ids.Below(kept);
    }

    private long ToTimestampTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);
}
