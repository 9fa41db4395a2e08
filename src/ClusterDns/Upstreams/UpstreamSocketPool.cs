using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ClusterDns.Upstreams;

/// <summary>
/// One engine's sockets to one upstream. A batch of queries shares a socket; the next batch takes another at random, and each is
/// replaced after some time or use, so that a port says little about the next one.
/// </summary>
/// <param name="upstream">The upstream.</param>
internal sealed class UpstreamSocketPool(Upstream upstream)
{
    /// <summary>How many sockets there are at most, not counting those that wait for their last replies.</summary>
    internal const int Size = 64;

    private const int MaxUses = 4096;
    private const int MaxUsesInARow = 16;

    private static readonly TimeSpan UsualMaxAge = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _maxAge = upstream.MaxAge > TimeSpan.Zero && upstream.MaxAge < UsualMaxAge ? upstream.MaxAge : UsualMaxAge;
    private readonly UpstreamSocket?[] _sockets = new UpstreamSocket?[Size];
    private UpstreamSocket? _current;
    private int _usesInARow;

    /// <summary>Where the upstream is.</summary>
    internal IPEndPoint Endpoint { get; } = upstream.Endpoint.ToIPEndPoint();

    /// <summary>The upstream.</summary>
    internal Upstream Upstream { get; } = upstream;

    /// <summary>Begins a batch: the next query takes a socket at random.</summary>
    internal void EndBatch() => _current = null;

    /// <summary>The socket for the next query; null when none can be opened.</summary>
    /// <param name="engine">The engine, which opens and closes.</param>
    /// <param name="ids">Random numbers.</param>
    /// <param name="now">The time.</param>
    internal UpstreamSocket? Next(UpstreamEngine engine, QueryIds ids, long now)
    {
        if (_current is { IsRetired: false } && _usesInARow < MaxUsesInARow)
        {
            _usesInARow++;
            _current.Uses++;
            return _current;
        }

        int index = ids.Next() % Size;
        UpstreamSocket? socket = _sockets[index];
        if (socket is not null && (socket.IsRetired || socket.Uses >= MaxUses || engine.IsOlderThan(socket.OpenedAt, _maxAge, now)))
        {
            engine.Retire(socket);
            socket = null;
        }

        socket ??= _sockets[index] = engine.Open(this, now);
        _current = socket;
        if (socket is not null)
        {
            _usesInARow = 1;
            socket.Uses++;
        }

        return socket;
    }
}
